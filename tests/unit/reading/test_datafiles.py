"""The files that a folder or a pattern means."""

import os
from pathlib import Path

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.reading.datafiles import data_files, stems


def names(source: Path | str, tell: list[Notice] | None = None) -> list[str]:
    found = data_files(str(source), (tell if tell is not None else []).append)
    assert found is not None
    return [path.name for path in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv.gz", "c.JSONL", "d.parquet", "e.tsv", ".hidden.csv"):
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_folder_means_its_files_of_data_by_name(folder: Path) -> None:
    assert names(folder) == ["a.csv.gz", "b.csv", "c.JSONL", "d.parquet", "e.tsv"]


def test_folders_in_a_folder_are_passed_over(folder: Path) -> None:
    (folder / "more.csv").mkdir()
    assert "more.csv" not in names(folder)


def test_a_pattern_means_what_it_matches(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "f.csv").write_text("x")
    assert names(folder / "*.csv") == ["b.csv"]
    assert names(folder / "[ab].csv*") == ["a.csv.gz", "b.csv"]
    assert names(folder / "**" / "*.csv") == ["b.csv", "f.csv"]
    assert names(folder / "d*" / "?.csv") == ["f.csv"]


def test_a_pattern_may_be_relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert names("*.csv") == ["b.csv"]
    assert names(f"../{folder.name}/*.csv") == ["b.csv"]


def test_a_file_whose_name_is_a_pattern_is_that_file(folder: Path) -> None:
    (folder / "[b].csv").write_text("x")
    (folder / "*").write_text("x")
    for name in ("[b].csv", "*"):
        assert data_files(str(folder / name), lambda _: None) is None


@pytest.mark.parametrize("source", ["-", "", " ", "data.csv", "a\0b*", "x" * 5000 + "*"])
def test_anything_else_is_one_source(source: str) -> None:
    assert data_files(source, lambda _: None) is None


def test_other_files_are_told_once_and_our_own_passed_over(folder: Path) -> None:
    for name in ("notes.md", "x.xlsx", "y.xlsx", "z\x1b.xlsx", "m.forecast", "m.forecast.state"):
        (folder / name).write_text("x")
    notices: list[Notice] = []
    assert len(names(folder, notices)) == 5
    assert len(notices) == 1
    assert notices[0].text.endswith("notes.md, x.xlsx, y.xlsx and 1 more")
    assert notices[0].text.isprintable()


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        (".", ["holds no file of data", "*.csv"]),
        ("*.csv", ["no such file", "matches none"]),
        ("*.md", ["matches no file of data", "notes.md"]),
        ("a**b", []),
    ],
)
def test_what_holds_no_data_is_refused(tmp_path: Path, source: str, facts: list[str]) -> None:
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(DataError) as refused:
        data_files(str(tmp_path / source), lambda _: None)
    message = str(refused.value)
    assert not [fact for fact in [";", *facts] if fact not in message], message
    assert message.isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    with pytest.raises(DataError, match="right to read"):
        data_files(str(tmp_path), lambda _: None)
    tmp_path.chmod(0o700)


def test_equal_stems_are_told_apart_by_their_folders() -> None:
    files = [Path("/d/n/a.csv"), Path("/d/n/b.csv"), Path("/d/s/a.csv")]
    assert stems(files) == ["n/a", "n/b", "s/a"]
    assert stems(files[:2]) == ["a", "b"]
    assert stems([Path("a.csv"), Path("a.jsonl")]) == ["a", "a"]
