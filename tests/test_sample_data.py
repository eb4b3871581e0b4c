"""The sample files are what their README says."""

import csv
import runpy
from itertools import groupby
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "sample_data"


def read(name: str) -> list[list[str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_population_has_one_growing_value_a_year() -> None:
    header, *rows = read("us_population.csv")
    assert header == ["Year", "Population"]
    assert [int(year) for year, _ in rows] == list(range(1959, 2009))
    population = [int(value) for _, value in rows]
    assert population == sorted(population)


def test_the_passengers_add_up_to_the_published_total() -> None:
    header, *rows = read("airline_passengers.csv")
    assert header == ["Month", "Passengers"]
    months = [f"{year}-{month:02d}" for year in range(1949, 1961) for month in range(1, 13)]
    assert [month for month, _ in rows] == months
    # The mean of the series is 280.30 in the literature.
    assert sum(int(value) for _, value in rows) == 40363


def test_every_store_has_two_years_of_days() -> None:
    header, *rows = read("daily_sales.csv")
    assert header == ["store", "date", "sales", "promotion"]
    lengths = [len(list(days)) for _, days in groupby(rows, key=lambda row: row[0])]
    assert lengths == [731] * 4


def test_the_synthetic_sales_come_out_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "again.csv"
    monkeypatch.setattr("sys.argv", ["make_daily_sales.py", str(again)])
    runpy.run_path(str(FOLDER / "make_daily_sales.py"), run_name="__main__")
    assert again.read_bytes() == (FOLDER / "daily_sales.csv").read_bytes()


def test_the_readme_lists_every_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".py"}]
    assert [name for name in files if f"`{name}`" not in text] == []
