import pytest

from forecast_cli.errors import DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.blocks import Blocks, open_blocks
from forecast_cli.reading.feeds import Joined
from tests.feeds import Chunks, by_lines

CONFIG = ReadConfig(id=("id",), time="t", target=("y",))
TEXT = "id,t,y\na,1,1\na,2,2\nb,1,3\nb,2,4\nc,1,5\n"


def blocks_of(chunks: Chunks, config: ReadConfig = CONFIG) -> list[tuple[str, int]]:
    blocks = open_blocks(chunks, config, "-")
    assert isinstance(blocks, Blocks)
    return [(block.data.decode(), block.above) for block in blocks]


def unread(chunks: Chunks, config: ReadConfig = CONFIG) -> bytes:
    joined = open_blocks(chunks, config, "-")
    assert isinstance(joined, Joined)
    return b"".join(iter(joined.read, b""))


def test_a_series_that_comes_slowly_is_a_block_when_the_next_one_begins() -> None:
    assert blocks_of(Chunks(by_lines(TEXT))) == [
        ("id,t,y\na,1,1\na,2,2\n", 0),
        ("id,t,y\nb,1,3\nb,2,4\n", 2),
        ("id,t,y\nc,1,5\n", 4),
    ]


def test_what_comes_together_is_one_block() -> None:
    assert blocks_of(Chunks([TEXT.encode()])) == [
        ("id,t,y\na,1,1\na,2,2\nb,1,3\nb,2,4\n", 0),
        ("id,t,y\nc,1,5\n", 4),
    ]
    assert blocks_of(Chunks(by_lines(TEXT), pausing=False)) == [(TEXT, 0)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_no_cut_of_the_bytes_cuts_a_series(size: int) -> None:
    data = TEXT.encode()
    found = blocks_of(Chunks(data[i : i + size] for i in range(0, len(data), size)))
    assert "".join(text.removeprefix("id,t,y\n") for text, _ in found) == TEXT[7:]
    assert all(len({line[0] for line in text.splitlines()[1:]}) <= 2 for text, _ in found)
    assert [text.splitlines()[-1] for text, _ in found] == ["a,2,2", "b,2,4", "c,1,5"]


def test_json_lines_have_no_header() -> None:
    text = '{"id": "a", "y": 1}\n{"id": "a", "y": 2}\n{"id": "b", "y": 3}\n'
    assert blocks_of(Chunks(by_lines(text))) == [
        (text[:40], 0),
        (text[40:], 2),
    ]


def test_blank_lines_belong_to_any_series() -> None:
    text = "id,t,y\na,1,1\n\n,,\na,2,2\n\nb,1,3\n"
    assert [above for _, above in blocks_of(Chunks(by_lines(text)))] == [0, 5]


def test_ids_in_quotes_are_the_ids_without_them() -> None:
    text = 'id;t;y\n"a";1;1\na;2;2\n"b;c";1;1\n"b;c";2;1\n'
    assert [text for text, _ in blocks_of(Chunks(by_lines(text)))] == [
        'id;t;y\n"a";1;1\na;2;2\n',
        'id;t;y\n"b;c";1;1\n"b;c";2;1\n',
    ]


def test_where_fields_go_over_lines_all_that_is_left_is_one_block() -> None:
    text = 'id,t,y,note\na,1,1,"two\nlines"\nb,1,2,"more\nlines"\nc,1,1,\n'
    assert blocks_of(Chunks(by_lines(text))) == [(text, 0)]


def test_what_has_other_columns_is_given_back_as_it_was() -> None:
    for text in ("name,t,y\na,1,1\n", "", "no line end", "\x1f\x8b\n\x08", '["a"]\n', "\xff\xfe\n"):
        data = text.encode("latin-1")
        assert unread(Chunks([data[:3], data[3:]] if len(data) > 3 else [data])) == data


def test_another_encoding_is_not_cut() -> None:
    config = ReadConfig(id=("id",), time="t", target=("y",), encoding="cp1252")
    assert unread(Chunks(by_lines(TEXT)), config) == TEXT.encode()


def test_a_series_beyond_the_limit_is_refused() -> None:
    config = ReadConfig(id=("id",), time="t", target=("y",), max_bytes=20)
    with pytest.raises(DataError, match="standard input holds more than the limit of 20 bytes"):
        blocks_of(Chunks(by_lines("id,t,y\n" + "a,1,1\n" * 9)), config)


def test_a_series_is_found_whatever_its_last_line_ends_in() -> None:
    text = "id,t,y\r\na,1,1\r\na,2,2\r\nb,1,3\r\nb,2,3"
    assert [above for _, above in blocks_of(Chunks(by_lines(text)))] == [0, 2]


def test_the_lines_above_are_put_in_place() -> None:
    blocks = open_blocks(Chunks(by_lines(TEXT)), CONFIG, "-")
    assert isinstance(blocks, Blocks)
    assert [block.in_place for block in blocks][1] == b"id,t,y\n\n\nb,1,3\nb,2,4\n"
