import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.reading.record_blocks import find_marks, offsets_of
from forecast_cli.reading.record_scan import Scan, scan_marks, scan_text, with_regular_quotes

NEWLINE = ord("\n")


def scan(data: bytes) -> Scan | None:
    return scan_text(data, ",", offsets_of(data, NEWLINE))


def found(data: bytes) -> tuple[list[bytes], list[int], list[int]]:
    """The records of a text with regular quotes, their lines and their field counts."""
    scanned = scan(data)
    assert scanned is not None
    starts = [0, *(scanned.ends[:-1] + 1).tolist()]
    records = [data[a:b] for a, b in zip(starts, scanned.ends.tolist(), strict=True)]
    return records, scanned.lines.tolist(), scanned.counts.tolist()


def test_a_record_is_a_line_but_for_newlines_inside_quotes() -> None:
    assert found(b'a,b\n"x\ny",2\n\n3\n') == (
        [b"a,b", b'"x\ny",2', b"", b"3"],
        [1, 2, 4, 5],
        [2, 2, 1, 1],
    )


@pytest.mark.parametrize("row", [b'"a""b",1', b' "a,\n",1', b'"",""', b'1,"a"'])
def test_quotes_around_fields_are_regular(row: bytes) -> None:
    records, _, counts = found(b"x,y\n" + row + b"\n")
    assert (records, counts) == ([b"x,y", row], [2, 2])


@pytest.mark.parametrize("row", [b'5" pipe,1', b'"a" b,1', b'"a,1'])
def test_a_quote_where_none_may_stand_is_found(row: bytes) -> None:
    assert scan(b"x,y\n" + row + b"\n") is None


def test_quotes_out_of_place_are_written_anew_and_lines_stay_those_of_the_file() -> None:
    data, lines = with_regular_quotes(b'x,y\n"a\n""b",5" pipe\n\n1,2\n', "f.csv", ",")
    assert lines.tolist() == [1, 2, 4, 5]
    assert data == b'x,y\n"a\n""b","5"" pipe"\n\n1,2\n'
    assert found(data)[2] == [2, 2, 1, 2]


def test_a_quote_that_is_not_closed_is_refused_with_its_line() -> None:
    with pytest.raises(DataError, match=r"f\.csv, line 3: a quote opens here and is not closed"):
        with_regular_quotes(b'x,y\n1,2\n"3,4\n5,6\n', "f.csv", ",")


def test_known_marks_give_the_same_records_as_the_text() -> None:
    data = b'x,y\n1,"2"\n3,4\n'
    marks = find_marks(data, ",")
    scanned = scan(data)
    assert marks is not None
    assert scanned is not None
    for one, other in zip(scan_marks(marks), scanned, strict=True):
        np.testing.assert_array_equal(one, other)
