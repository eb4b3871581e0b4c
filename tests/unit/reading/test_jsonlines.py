"""JSON lines: keys as columns, exact texts of numbers, and refusals that name the line."""

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.table import Table

ROWS = [{"date": f"2024-01-{day:02d}", "y": day + 0.5} for day in range(1, 9)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
Read = Callable[..., Table]


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def read(tmp_path: Path, notices: list[Notice]) -> Read:
    """Read text or bytes as a file."""

    def read_data(
        data: str | bytes, config: ReadConfig = ReadConfig(), name: str = "data.jsonl"
    ) -> Table:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_table(str(path), config, notices.append)

    return read_data


def texts_of(table: Table, column: int) -> list[str]:
    texts = table.texts(column)
    return [texts.values[code] for code in texts.codes.tolist()]


def refusal(read: Read, data: str | bytes, config: ReadConfig = ReadConfig()) -> str:
    with pytest.raises(DataError) as refused:
        read(data, config)
    message = str(refused.value)
    assert message.isprintable()
    assert ";" in message
    return message


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (LINES, "data.jsonl"),
        (LINES, "data.ndjson"),
        (LINES, "data"),
        (LINES, "data.csv"),
        (LINES.rstrip("\n"), "data.JSONL"),
        (LINES.replace("\n", "\r\n"), "data.jsonl"),
        ("\n" + LINES.replace("\n", "\n \n"), "data"),
        ("\ufeff" + LINES, "data.jsonl"),
        (LINES.encode("utf-16"), "data.jsonl"),
        (gzip.compress(LINES.encode(), mtime=0), "data.jsonl.gz"),
    ],
)
def test_json_lines_in_many_dresses_read_the_same(read: Read, data: str | bytes, name: str) -> None:
    table = read(data, name=name)
    assert table.columns == ("date", "y")
    assert texts_of(table, 0) == [row["date"] for row in ROWS]
    assert table.numbers(1).tolist() == [row["y"] for row in ROWS]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINES.encode())))
    assert read_table("-", ReadConfig(), lambda _: None).columns == ("date", "y")


def test_the_same_data_as_csv_gives_the_same_panel(tmp_path: Path) -> None:
    rows = [{"id": i, "ds": f"2024-0{m}-01", "y": i * m / 7} for i in (3, 11) for m in range(1, 9)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    header = ",".join(rows[0]) + "\n"
    (tmp_path / "a.csv").write_text(
        header + "".join(",".join(map(str, row.values())) + "\n" for row in rows)
    )
    one, other = (
        read_panel(str(tmp_path / name), ReadConfig(), lambda _: None)
        for name in ("a.jsonl", "a.csv")
    )
    assert one.values.tolist() == other.values.tolist()
    assert one.ids.tolist() == other.ids.tolist() == [["3"], ["11"]]
    assert one.columns == other.columns


def test_numbers_keep_their_text(read: Read) -> None:
    table = read('{"a": 7, "b": 1.50}\n{"a": 12345678901234567890123, "b": 1E2}\n{"a": "007"}\n')
    assert texts_of(table, 0) == ["7", "12345678901234567890123", "007"]
    assert texts_of(table, 1) == ["1.5", "100.0", ""]


def test_keys_come_in_order_of_first_appearance_and_may_be_missing(read: Read) -> None:
    table = read('{"b": 1}\n\n{"a": 2, "b": null}\n{"c": "x", "a": 3}\n')
    assert table.columns == ("b", "a", "c")
    assert [texts_of(table, i) for i in range(3)] == [["1", "", ""], ["", "2", "3"], ["", "", "x"]]
    assert table.lines.tolist() == [1, 3, 4]


def test_texts_are_kept_exactly(read: Read) -> None:
    texts = ['a"b', "a,b", "a\nb", "a\rb", " a ", "\ta", "é", "\x1b[31m", "日本", "", "NA"]
    data = "".join(json.dumps({"t": text, "y": 1}) + "\n" for text in texts)
    table = read(data)
    assert texts_of(table, 0) == texts
    assert table.sample(0) == texts
    assert table.numbers(1).tolist() == [1.0] * len(texts)


def test_nan_is_missing_as_in_csv(read: Read) -> None:
    table = read('{"a": 1, "y": 1}\n{"a": 1, "y": NaN}\n{"a": 1, "y": null}\n')
    assert str(table.numbers(1).tolist()) == "[1.0, nan, nan]"


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        ("true", ["'true' is not a number", "1 and 0"]),
        ("Infinity", ["'Infinity' is not a number", "finite"]),
        ("-Infinity", ["'-Infinity' is not a number"]),
        ("1e400", ["'1e400' is not a number", "1e150"]),
        ("9" * 5000, ["is not a number"]),
        ('{"a": 1}', ["not an object or a list"]),
        ("[1, 2]", ["not an object or a list"]),
        ('"x"', ["'x' is not a number"]),
    ],
)
def test_a_value_that_is_no_number_is_refused_with_line_and_key(
    tmp_path: Path, value: str, facts: list[str]
) -> None:
    lines = LINES.splitlines()
    lines[3] = '{"date": "2024-01-04", "y": ' + value + "}"
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(DataError) as refused:
        read_panel(str(path), ReadConfig(), lambda _: None)
    message = str(refused.value)
    assert not [fact for fact in ["line 4, column y", *facts] if fact not in message], message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ('{"date": "2024-01-04", "y":', ["expecting value", "character 28"]),
        ('{"date": 1}{"date": 2}', ["extra data"]),
        ("[1, 2]", ["every line must be one"]),
        ("7", ["every line must be one"]),
        ("2024-01-04,1.5", ["no JSON object"]),
        ('{"y": 1, "y": 2}', ["the key y stands twice"]),
        ('{"\x1b[31m": 1', ["invalid control character"]),
        ('{"y": "\\u0000"}', ["NUL"]),
        ('{"y": "\\ud800"}', [r"\ud800", "half a character"]),
        ('{"y": ' + "[" * 100_000 + "]" * 100_000 + "}", ["nested too deeply"]),
    ],
)
def test_a_bad_line_in_the_middle_is_named(read: Read, line: str, facts: list[str]) -> None:
    lines = LINES.splitlines()
    lines[3] = line
    message = refusal(read, "\n".join(lines))
    assert not [fact for fact in ["line 4", *facts] if fact not in message], message
    assert len(message) < 400


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=1),
        json.dumps({"schema_version": 1, "forecast": ROWS}),
        json.dumps({"schema_version": 1, "forecast": ROWS}, indent=2),
    ],
)
@pytest.mark.parametrize("name", ["data.json", "data.jsonl"])
def test_a_json_document_is_refused_with_advice(read: Read, data: str, name: str) -> None:
    with pytest.raises(DataError, match=r"JSON in one document.*; write it as JSON lines"):
        read(data, name=name)


def test_a_nested_key_is_left_out_until_it_is_asked_for(
    tmp_path: Path, notices: list[Notice]
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row | {"tags": [1]}) + "\n" for row in ROWS))
    assert read_panel(str(path), ReadConfig(), notices.append).columns.target == "y"
    assert any("column tags holds a list on line 1" in notice.text for notice in notices)
    with pytest.raises(DataError, match=r"column tags \(--target\) holds a list on line 1"):
        read_panel(str(path), ReadConfig(target=("tags",)), notices.append)


def test_objects_without_values_are_refused(read: Read) -> None:
    assert "its objects are empty" in refusal(read, "{}\n{}\n")
    assert "a holds an object on line 1" in refusal(read, '{"a": {}}\n{"a": {}}\n')


def test_limits_hold(read: Read) -> None:
    assert "--max-bytes" in refusal(read, LINES, ReadConfig(max_bytes=50))
    assert "line 1 is longer" in refusal(read, LINES, ReadConfig(max_line_bytes=20))
    wide = "".join(f'{{"k{i}": 1}}\n' for i in range(30))
    assert "line 6 has 6 columns" in refusal(read, wide, ReadConfig(max_columns=5))


def test_many_different_keys_cannot_fill_the_memory(read: Read) -> None:
    data = "".join(f'{{"k{i}": 1}}\n' for i in range(400))
    assert "--max-bytes" in refusal(read, data, ReadConfig(max_bytes=100_000))


def test_years_as_keys_are_one_row_per_series(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    rows = [{"name": n} | {str(year): year * k for year in range(2000, 2010)} for n, k in
            (("a", 1), ("b", 2))]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    panel = read_panel(str(path), ReadConfig(), lambda _: None)
    assert panel.layout == "rows"
    assert list(panel.calendar.labels(panel.ends + 1)) == [2010, 2010]


def test_an_unreadable_heading_is_named_by_its_key(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    days = [*(f"2024-01-{day:02d}" for day in range(1, 11)), "2024-01-99"]
    path.write_text(json.dumps({"name": "a"} | dict.fromkeys(days, 1)) + "\n")
    with pytest.raises(DataError, match="column 2024-01-99: '2024-01-99' is not a time"):
        read_panel(str(path), ReadConfig(), lambda _: None)
