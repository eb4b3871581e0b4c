import numpy as np
import pytest

from forecast_cli.reading.record_blocks import find_marks, line_sizes, marked_blocks


def test_marks_are_where_fields_stop() -> None:
    marks = find_marks(b"a,b\n1,22\n", ",")
    assert marks is not None
    assert marks.tolist() == [[1, 3], [5, 8]]


@pytest.mark.parametrize("text", [b'"a","b"\n"1",22\n', b'"",x\n"",""\n', b'a,"b c"\n1,2\n'])
def test_quotes_around_whole_fields_do_no_harm(text: bytes) -> None:
    marks = find_marks(text, ",")
    assert marks is not None
    assert marks.shape == (2, 2)


@pytest.mark.parametrize(
    "text",
    [
        b'a,b\n"1,5",2\n',
        b'a,b\n"1\n",2\n',
        b'a,b\n"x""y",2\n',
        b'a,b\n",2\n',
        b'a,b\n","\n',
        b'a,b\n "1",2\n',
        b'a,b\n1"0,2\n',
        b'"a"",b"\n"1"",2"\n',
    ],
)
def test_quotes_elsewhere_need_a_parser(text: bytes) -> None:
    assert find_marks(text, ",") is None


@pytest.mark.parametrize("text", [b"a,b\n1\n", b"a,b\n1\n2,3,4\n", b"a\n1,2\n"])
def test_records_with_other_numbers_of_fields_have_no_marks(text: bytes) -> None:
    assert find_marks(text, ",") is None


@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_fault_far_down_is_found(quote: bytes) -> None:
    row = quote + b"1" + quote + b",2\n"
    assert find_marks(row * 200_000, ",") is not None
    assert find_marks(row * 150_000 + b'"1,2\n' + row * 50_000, ",") is None


def test_sizes_of_lines_are_those_of_all_lines() -> None:
    lines = [b"x" * (n % 7) + b"\n" for n in range(40_000)]
    ends = np.cumsum([len(line) for line in lines]) - 1
    sizes = np.concatenate(list(line_sizes(ends)))
    assert sizes.tolist() == [len(line) for line in lines]


def test_a_wide_header_above_many_short_lines_takes_no_memory() -> None:
    assert find_marks(b"," * 1_000_000 + b"\n" + b"\n" * 1_000_000, ",") is None


@pytest.mark.parametrize("n_columns", [0, 1, 2, 10**6])
def test_blocks_hold_every_field_but_those_of_the_header(n_columns: int) -> None:
    data = b'a,"b"\n' + b"".join(b'%d,"x%d"\n' % (n, n) for n in range(40_000))
    marks = find_marks(data, ",")
    assert marks is not None
    found = [block.bounds([0, 1]) for block in marked_blocks(data, marks, n_columns)]
    starts, widths = (np.concatenate(part) for part in zip(*found, strict=True))
    texts = [data[s : s + w] for s, w in zip(starts.tolist(), widths.tolist(), strict=True)]
    assert texts == [text for n in range(40_000) for text in (b"%d" % n, b"x%d" % n)]
