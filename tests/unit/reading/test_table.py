"""The table: bytes to rows with their physical lines, and columns to text and numbers."""

import gzip
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.numbers import is_number_like, is_plain
from forecast_cli.reading.table import Table

PLAIN = "date,value\n2024-01-01,1.5\n2024-01-02,-2\n2024-01-03,4e1\n"
Read = Callable[..., Table]


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def read(tmp_path: Path, notices: list[Notice]) -> Read:
    """Read text or bytes as a file."""

    def read_data(data: str | bytes, config: ReadConfig = ReadConfig()) -> Table:
        path = tmp_path / "data.csv"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_table(str(path), config, notices.append)

    return read_data


def texts_of(table: Table, column: int) -> list[str]:
    texts = table.texts(column)
    return [texts.values[code] for code in texts.codes.tolist()]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.rstrip("\n"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\r\n", 2),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", ", "),
        PLAIN.replace("-2\n", '"-2"\n'),
        PLAIN.replace("-2", "-2.0 "),
        "\n\n" + PLAIN + "\n \n",
        "\ufeff" + PLAIN,
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-32"),
        gzip.compress(PLAIN.encode(), mtime=0),
        gzip.compress(PLAIN[:20].encode(), mtime=0) + gzip.compress(PLAIN[20:].encode(), mtime=0),
    ],
)
def test_one_table_in_many_dresses_reads_the_same(read: Read, data: str | bytes) -> None:
    table = read(data)
    assert table.columns == ("date", "value")
    assert texts_of(table, 0) == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert table.numbers(1).tolist() == [1.5, -2, 40]
    assert [table.kind(0), table.kind(1)] == ["time", "number"]


def test_ids_are_kept_exactly_as_text(read: Read) -> None:
    table = read("id,code,y\nNA,007,1\nnull,07,2\n,7,3\nNone,1e3,4\n")
    assert texts_of(table, 0) == ["NA", "null", "", "None"]
    assert texts_of(table, 1) == ["007", "07", "7", "1e3"]


def test_a_mark_of_utf8_within_the_data_stays(read: Read) -> None:
    assert texts_of(read("id,y\n\ufeffa,1\n\ufeffb,2\n"), 0) == ["\ufeffa", "\ufeffb"]


def test_text_columns_read_along_with_numbers_stay_text(read: Read) -> None:
    table = read("id,code,y\nNA,007,1\nnull,07,2\n,7,\n")
    table.preload([0, 1], [2])
    assert texts_of(table, 0) == ["NA", "null", ""]
    assert texts_of(table, 1) == ["007", "07", "7"]
    assert np.isnan(table.numbers(2)).tolist() == [False, False, True]


def test_lines_are_physical_after_quoted_newlines_and_blank_lines(read: Read) -> None:
    table = read('a,b\n1,"x\ny"\n\n2,"p ""q"" , r"\n3,z\n')
    assert table.lines.tolist() == [2, 5, 6]
    assert texts_of(table, 1) == ["x\ny", 'p "q" , r', "z"]


def test_a_space_that_is_the_delimiter_is_counted_everywhere(read: Read) -> None:
    table = read("a b c\n1 2 3\n 5 6\n7  9\n", ReadConfig(delimiter=" "))
    assert [table.sample(column) for column in range(3)] == [
        *(["1", "", "7"], ["2", "5", ""], ["3", "6", "9"])
    ]
    assert [texts_of(table, column) for column in range(3)] == [
        table.sample(column) for column in range(3)
    ]


def test_a_stray_quote_inside_a_field_is_text(read: Read) -> None:
    table = read('a,b\n1,5" pipe\n2,"two\nlines"\n3,6" pipe\n')
    assert texts_of(table, 1) == ['5" pipe', "two\nlines", '6" pipe']
    assert table.lines.tolist() == [2, 3, 5]


def test_stray_quotes_that_pair_up_over_lines_join_no_rows(read: Read) -> None:
    table = read('a,b\n5" x,1\n6" y,2\n')
    assert texts_of(table, 0) == ['5" x', '6" y']
    assert table.numbers(1).tolist() == [1, 2]


def test_blank_lines_in_a_file_of_one_column_are_missing_values(read: Read) -> None:
    table = read("\nvalue\n1\n\n3\n\n")
    assert np.isnan(table.numbers(0)).tolist() == [False, True, False]
    assert table.lines.tolist() == [3, 4, 5]


def test_rows_of_nothing_but_delimiters_are_left_out_and_told(
    read: Read, notices: list[Notice]
) -> None:
    table = read("a,b\n1,2\n,\n3,4\n,\n")
    assert table.lines.tolist() == [2, 4]
    assert ["2 rows without any value left out, first line 3" in n.text for n in notices] == [True]


def test_usual_marks_of_a_missing_value_are_nan(read: Read) -> None:
    marks = ["", "NA", "na", "NaN", "nan", "NULL", "null", "None", "N/A", "n/a", "..", "nAn"]
    table = read("a,b\n" + "".join(f"1,{mark}\n" for mark in marks) + "1,5\n")
    assert np.isnan(table.numbers(1)).tolist() == [True] * len(marks) + [False]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("abc", "accepted are numbers"),
        ("-", "missing values are empty, NA, NaN or null"),
        ("0x1F", "accepted are numbers"),
        ("١٢", "accepted are numbers"),
        ("1_000", "--thousands"),
        ("$5", "currency"),
        ("₹5", "currency"),
        ("(5.00)", "write negative numbers as -5.00"),
        ("5.00-", "write negative numbers as -5.00"),
        ("−5", "write negative numbers as -5"),
        ("5 kWh", "leave out the unit"),
        ("EUR 5", "leave out the unit"),
        ("5%", "per cent"),
        ("inf", "finite"),
        ("1e999", "finite"),
        ("1'000", "--thousands"),
        ("5\x1a", "accepted are numbers"),
    ],
)
def test_a_value_that_is_no_number_is_refused_with_its_place(
    read: Read, text: str, remedy: str
) -> None:
    table = read("date,value\n" + "2024-01-01,1\n" * 8 + f"2024-01-02,{text}\n")
    with pytest.raises(DataError, match=r"line 10, column value: '.+' is not a number") as refusal:
        table.numbers(1)
    assert remedy in str(refusal.value)
    assert str(refusal.value).isprintable()


def test_a_column_of_true_and_false_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match=r"line 2, column b: 'True' is not a number .*1 and 0"):
        read("a,b\n1,True\n2,False\n").numbers(1)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,980.00", "2"], [1980, 2]),
        (["1.980,50", "2,5"], [1980.5, 2.5]),
        (["0,5", "12,25"], [0.5, 12.25]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["12,34,567.5", "1,234"], [1234567.5, 1234]),
    ],
)
def test_a_style_that_is_clear_from_all_values_is_read_and_told(
    read: Read, notices: list[Notice], texts: list[str], values: list[float]
) -> None:
    table = read("a;value\n" + "".join(f"1;{text}\n" for text in texts))
    assert table.numbers(1).tolist() == values
    assert ["line 2, column value: read with" in notice.text for notice in notices] == [True]


def test_a_comma_that_may_mean_two_things_is_refused_until_it_is_said(read: Read) -> None:
    data = "a;value\n1;1,234\n2;5,678\n"
    with pytest.raises(DataError, match=r"line 2, .*'1,234'.*--decimal and --thousands"):
        read(data).numbers(1)
    assert read(data, ReadConfig(decimal=",")).numbers(1).tolist() == [1.234, 5.678]
    assert read(data, ReadConfig(thousands=",")).numbers(1).tolist() == [1234, 5678]


def test_a_thousands_mark_in_the_wrong_place_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match="'12,34'"):
        read("a;v\n1;1,000\n2;12,34\n", ReadConfig(thousands=",", decimal=".")).numbers(1)


@pytest.mark.parametrize("mark", [" ", "'", "\u00a0"])
def test_a_decimal_comma_is_told_beside_any_thousands_mark(
    read: Read, notices: list[Notice], mark: str
) -> None:
    table = read(f"a;v\n1;1{mark}980,5\n2;7\n", ReadConfig(thousands=mark))
    assert table.numbers(1).tolist() == [1980.5, 7]
    assert ["comma as the decimal mark" in notice.text for notice in notices] == [True]


def test_no_style_is_told_where_no_number_shows_it(read: Read, notices: list[Notice]) -> None:
    assert read("a;v\n1;198\n2;7\n", ReadConfig(thousands=".")).numbers(1).tolist() == [198, 7]
    assert notices == []


def test_where_dots_mark_thousands_the_first_number_that_breaks_it_is_named(read: Read) -> None:
    table = read("a;v\n1;1.980\n2;529.61\n3;7,5\n4;2.5\n", ReadConfig(thousands="."))
    with pytest.raises(DataError, match=r"line 3, .*'529.61' is not a number \(1 more like it\)"):
        table.numbers(1)


def test_numbers_are_the_nearest_doubles(read: Read) -> None:
    texts = ["0.1", "0.30000000000000004", "1e-300", "123456789.123456789", "18446744073709551616"]
    table = read("a,v\n" + "".join(f"1,{text}\n" for text in texts))
    assert table.numbers(1).tolist() == [float(text) for text in texts]


def test_integers_that_are_rounded_are_told_and_never_wrap(
    read: Read, notices: list[Notice]
) -> None:
    table = read("a,v\n1,9007199254740992\n2,9007199254740993\n3,-9223372036854775809\n")
    assert table.numbers(1).tolist() == [2.0**53, 2.0**53, -(2.0**63)]
    assert ["line 3, column v: integers beyond 2^53" in notice.text for notice in notices] == [True]


def test_integers_of_many_columns_that_are_rounded_are_told_at_once(
    read: Read, notices: list[Notice]
) -> None:
    table = read("a,b,c\n1,2,3\n4,5,9007199254740993\n9007199254740993,9007199254740992,7\n")
    assert table.matrix([0, 1, 2])[2].tolist() == [2.0**53, 2.0**53, 7]
    told = "line 3, column c: integers beyond 2^53 are rounded to 16 digits (2 in all)"
    assert [told in notice.text for notice in notices] == [True]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "is empty"),
        ("\n\n\n", "is empty"),
        ("\ufeff", "is empty"),
        ("a,b\n", "0 rows of data under its header"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 fields, expected 2"),
        ("a,b\n1,2,3\n1,2\n", "line 2 has 3 fields, expected 2"),
        ("a,b\n1,2\n1\n", "line 3 has 1 field, expected 2"),
        ('a,b\n1,"x\ny"\n1\n', "line 4 has 1 field, expected 2"),
        ("Report\na,b\n1,2\n", "line 2 has 2 fields, expected 1"),
        ('a,b\n1,2\n3,"4\n5,6\n', "line 3: a quote opens here"),
        ('a,b\n1,2\n3,"4\n5,"6"\n', "line 3: a quote opens here"),
        ("a,a\n1,2\n", "the column a appears twice"),
        ("2024-01-01,5\n2024-01-02,6\n", "line 1 looks like data, not like a header"),
        ("1,5\n2,6\n", "line 1 looks like data, not like a header"),
        ("x,2024-01-01,5\nx,2024-01-02,6\n", "line 1 looks like data, not like a header"),
        (b"a,b\n1,\xe9\n", "line 2: byte 0xE9 is not UTF-8.*--encoding"),
        (b"a,b\n1,\x00\n", "line 2: a NUL byte.*--encoding utf-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "line 1: a NUL byte"),
        (b"\xff\xfea", "not utf-16|is not UTF-16"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:-5], "is damaged"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:-8] + b"\0" * 8, "is damaged"),
        (gzip.compress(PLAIN.encode(), mtime=0) + b"garbage", "is damaged"),
        (b"PK\x03\x04....", "a zip archive or a spreadsheet"),
        ('[{"a": 1}]', "is JSON"),
    ],
)
def test_a_file_that_cannot_be_a_table_is_refused_in_words(
    read: Read, data: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(data)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (ReadConfig(max_bytes=20), "limit of 20 bytes; --max-bytes"),
        (ReadConfig(max_line_bytes=12), "line 2 is longer than the limit of 12 bytes; --max-line"),
        (ReadConfig(max_columns=1), "line 1 has 2 columns.*--max-columns"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_each_limit_names_the_option_that_lifts_it(
    read: Read, config: ReadConfig, message: str, pack: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(DataError, match=message):
        read(pack(PLAIN.encode()), config)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_an_encoding_that_is_none_is_wrong_usage(read: Read, encoding: str) -> None:
    with pytest.raises(ConfigError, match="--encoding"):
        read(PLAIN, ReadConfig(encoding=encoding))


def test_an_encoding_that_is_named_is_used(read: Read) -> None:
    table = read("a,größe\n1,2\n3,4\n".encode("cp1252"), ReadConfig(encoding="cp1252"))
    assert table.columns == ("a", "größe")


def test_a_delimiter_that_is_named_is_used(read: Read) -> None:
    assert read("a^b\n1^2\n", ReadConfig(delimiter="^")).columns == ("a", "b")


def test_a_delimiter_that_the_file_does_not_hold_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match=r"only 1 column with --delimiter ';'.* written with ','"):
        read(PLAIN, ReadConfig(delimiter=";"))


def test_a_comma_in_the_only_name_is_no_reason_to_doubt_the_delimiter(read: Read) -> None:
    assert read("temp, deg C\n5\n6\n", ReadConfig(delimiter=";")).columns == ("temp, deg C",)


def test_a_delimiter_inside_quotes_is_not_sniffed(read: Read) -> None:
    assert read('a,b\n"1;2;3",4\n"5;6;7",8\n').columns == ("a", "b")


def test_a_missing_file_and_a_folder_are_refused_in_words(
    tmp_path: Path, notices: list[Notice]
) -> None:
    with pytest.raises(DataError, match=r"cannot be read: no such file.*; check the name"):
        read_table(str(tmp_path / "none.csv"), ReadConfig(), notices.append)
    with pytest.raises(DataError, match="is a folder"):
        read_table(str(tmp_path), ReadConfig(), notices.append)
    with pytest.raises(DataError, match="cannot be read"):
        read_table("nul\0byte.csv", ReadConfig(), notices.append)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_read(tmp_path: Path, notices: list[Notice]) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(PLAIN,))
    writer.start()
    table = read_table(str(pipe), ReadConfig(), notices.append)
    writer.join()
    assert table.n_rows == 3


def test_a_dash_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, notices: list[Notice]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    table = read_table("-", ReadConfig(), notices.append)
    assert table.source == "standard input"
    assert table.numbers(1).tolist() == [1.5, -2, 40]


def test_column_names_in_messages_cannot_drive_the_terminal(read: Read) -> None:
    table = read("a,\x1b[2Jb\n1,x1\n2,3\n3,4\n5,6\n7,8\n")
    with pytest.raises(DataError, match=r"column \\x1b\[2Jb"):
        table.numbers(1)


@pytest.mark.parametrize("text", ["1", "-1.5", "1.", ".5", "+1e3", "1E-5"])
def test_numbers_that_programs_write_are_plain(text: str) -> None:
    assert is_plain(text)
    assert is_number_like(text)


@pytest.mark.parametrize("text", ["1,5", "$5", "5 %", "(5)", "true", "inf", "1 000", "-€5"])
def test_numbers_that_people_write_are_number_like(text: str) -> None:
    assert not is_plain(text)
    assert is_number_like(text)


@pytest.mark.parametrize("text", ["a1", "2024-01-01", "12 kWh", "", "-", "0x1F"])
def test_other_texts_are_not_number_like(text: str) -> None:
    assert not is_number_like(text)


def test_a_value_whose_square_would_overflow_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,y\n1,2.5\n2,-5e200\n")
    with pytest.raises(DataError, match=r"line 3, column y: '-5e200'.*below 1e150"):
        read_table(str(path), ReadConfig(), lambda _: None).numbers(1)


def test_samples_are_the_same_after_many_columns_were_read(read: Read) -> None:
    table = read("id,a,b\nx,1,2\ny,,4\n")
    before = [list(table.sample(column)) for column in range(3)]
    np.testing.assert_array_equal(table.matrix([1, 2]), [[1, 2], [np.nan, 4]])
    assert [table.sample(column) for column in range(3)] == before


@pytest.mark.parametrize("word", ["true", "FALSE", " True "])
def test_a_column_with_true_or_false_is_not_read_as_ones_and_zeros(read: Read, word: str) -> None:
    table = read(f"id,a,b\nx,1,2\ny,{word},4\n")
    with pytest.raises(DataError, match="is not a number"):
        table.matrix([1, 2])
