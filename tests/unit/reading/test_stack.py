"""Several files as one table: the same columns, places by file, and names of files as ids."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from forecast_cli.config import Settings
from forecast_cli.errors import DataError
from forecast_cli.inspecting import inspect
from forecast_cli.matching import read_like_training
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from tests.models import make_model

MONTHS = [f"2023-{month:02d}-01" for month in range(1, 13)]
VALUES = [12.5, 13.0, 14.25, 13.5, 15.0, 16.75, 17.0, 16.5, 18.0, 19.25, 20.0, 21.5]


def csv(*rows: tuple[object, ...], header: str = "date,y") -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in ((header,), *rows))


SERIES = csv(*zip(MONTHS, VALUES, strict=True))


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def read(source: Path, notices: list[Notice], config: ReadConfig = ReadConfig()) -> Panel:
    return read_panel(str(source), config, notices.append)


def refusal(source: Path, config: ReadConfig = ReadConfig()) -> str:
    with pytest.raises(DataError) as refused:
        read(source, [], config)
    message = str(refused.value)
    assert message.isprintable()
    assert ";" in message
    return message


def test_files_without_an_id_are_series_by_their_names(folder: Path, notices: list[Notice]) -> None:
    write(folder, b=SERIES, a=SERIES.replace("12.5", "1.5"))
    panel = read(folder, notices)
    assert panel.columns.id == ("unique_id",)
    assert panel.ids.tolist() == [["a"], ["b"]]
    assert panel.series(0).tolist() == [1.5, *VALUES[1:]]
    assert panel.series(1).tolist() == VALUES
    assert any("unique_id = a, b (--id)" in notice.text for notice in notices)
    assert not [notice for notice in notices if notice.kind != "guess"]


def test_files_with_an_id_are_put_together(folder: Path, notices: list[Notice]) -> None:
    header = "shop,date,y"
    first, second = (
        csv(*((s, m.replace("2023", year), v) for s in "pq" for m, v in zip(MONTHS, VALUES,
              strict=True)), header=header)
        for year in ("2022", "2023")
    )  # fmt: skip
    write(folder, second=second, first=first)
    panel = read(folder, notices)
    assert panel.ids.tolist() == [["p"], ["q"]]
    assert panel.series(0).tolist() == VALUES * 2
    assert not [notice for notice in notices if notice.kind != "guess"]


def test_formats_and_orders_of_columns_may_differ(folder: Path, notices: list[Notice]) -> None:
    write(folder, a=SERIES)
    rows = zip(VALUES, MONTHS, strict=True)
    (folder / "b.csv.gz").write_bytes(gzip.compress(csv(*rows, header="y,date").encode()))
    (folder / "c.jsonl").write_text(
        "".join(json.dumps({"y": v, "date": m}) + "\n" for v, m in zip(VALUES, MONTHS, strict=True))
    )
    panel = read(folder, notices)
    assert panel.ids.tolist() == [["a"], ["b"], ["c"]]
    assert panel.values.tolist() == VALUES * 3


@pytest.mark.parametrize("names", [("2024-01", "2024-02"), ("1", "2"), ("NA", "null")])
def test_names_that_look_like_times_or_numbers_are_ids(
    folder: Path, notices: list[Notice], names: tuple[str, str]
) -> None:
    write(folder, **dict.fromkeys(names, SERIES))
    assert read(folder, notices).ids.tolist() == [[name] for name in names]


def test_files_of_several_columns_are_series_by_file_and_column(
    folder: Path, notices: list[Notice]
) -> None:
    wide = csv(*((m, v, 2 * v) for m, v in zip(MONTHS, VALUES, strict=True)), header="date,x,z")
    write(folder, a=wide, b=wide)
    panel = read(folder, notices)
    assert panel.columns.id == ("unique_id", "target")
    assert panel.ids.tolist() == [["a", "x"], ["a", "z"], ["b", "x"], ["b", "z"]]


def test_one_row_per_series_is_read_from_many_files(folder: Path, notices: list[Notice]) -> None:
    for name in "ab":
        rows = [(f"{name}{i}", 1, 2, 3, 4 + i) for i in range(3)]
        write(folder, **{name: csv(*rows, header="name,2000,2001,2002,2003")})
    panel = read(folder, notices)
    assert panel.layout == "rows"
    assert panel.ids.ravel().tolist() == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_different_columns_are_refused_with_both_files(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES.replace("y", "z\x1b", 1))
    message = refusal(folder)
    assert f"{folder}/a.csv and {folder}/b.csv have different columns" in message
    assert f"only {folder}/a.csv has y" in message
    assert r"b.csv has z\x1b" in message


def test_a_bad_value_is_named_with_its_file_and_line(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES.replace("14.25", "x"))
    assert f"{folder}/b.csv, line 4, column y: 'x' is not a number" in refusal(folder)


def test_a_damaged_file_is_named(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES + "1,2,3\n")
    assert f"{folder}/b.csv, line 14 has 3 fields" in refusal(folder)


def test_a_gap_is_told_with_its_file(folder: Path, notices: list[Notice]) -> None:
    write(folder, a=SERIES, b=SERIES.replace("14.25", ""))
    read(folder, notices)
    assert any(f"first line 4 of {folder}/b.csv (2023-03-01, b)" in n.text for n in notices)


def test_two_values_for_one_time_in_two_files_are_refused_with_both(folder: Path) -> None:
    text = csv(*(("p", m, v) for m, v in zip(MONTHS, VALUES, strict=True)), header="shop,date,y")
    write(folder, a=text, b=text.replace("14.25", "99"))
    message = refusal(folder, ReadConfig(id=("shop",)))
    assert f"line 4 of {folder}/a.csv and line 4 of {folder}/b.csv: two values" in message


def test_the_limit_of_bytes_is_that_of_all_files(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES)
    config = ReadConfig(max_bytes=len(SERIES) + 10)
    assert f"{folder} holds more than the limit" in refusal(folder, config)
    assert read(folder / "a*.csv", [], config).n_series == 1


def test_notices_on_single_files_are_few(folder: Path, notices: list[Notice]) -> None:
    for i in range(20):
        write(folder, **{f"f{i:02d}": "a title\n" + SERIES})
    read(folder, notices)
    about = [notice.text for notice in notices if "above the header" in notice.text]
    assert len(about) == 5
    assert any("15 more such notices" in notice.text for notice in notices)


def test_later_data_is_read_from_a_folder_by_the_same_names(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES)
    model = make_model(read(folder, []))
    later = csv(*((m.replace("2023", "2024"), v) for m, v in zip(MONTHS, VALUES, strict=True)))
    write(folder, a=SERIES + later.split("\n", 1)[1])
    panel = read_like_training(str(folder / "*.csv"), model, ReadConfig(), lambda _: None)
    assert panel.ids.tolist() == [["a"], ["b"]]
    assert panel.lengths.tolist() == [24, 12]


def test_inspect_names_a_command_that_reads_the_folder_again(folder: Path) -> None:
    write(folder, a=SERIES, b=SERIES)
    report = inspect(str(folder), settings=Settings(), tell=lambda _: None)
    assert report.understood is not None
    assert f"train {folder} --target y --time date --id unique_id" in report.understood.command
    assert [column.name for column in report.columns] == ["date", "y", "unique_id"]
    asked = replace(ReadConfig(), id=("unique_id",), target=("y",), time="date")
    assert read(folder, [], asked).n_series == 2
