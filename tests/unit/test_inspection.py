from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast_cli.inspection import describe_columns, summarise
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.role_guess import guess_roles
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel, wave

NAN = float("nan")
YEARS = Calendar.years()


def test_a_summary_gives_the_shape_of_a_panel() -> None:
    panel = make_panel([1.0, NAN, 3.0, 4.0], [5.0, 6.0], calendar=YEARS)
    found = summarise(replace(panel, starts=np.array([1990, 1988])))
    assert (found.n_series, found.n_values, found.n_missing) == (2, 5, 1)
    assert (found.shortest, found.longest) == (2, 4)
    assert (found.first_time, found.last_time) == ("1988", "1993")
    assert (found.id_columns, found.time_column, found.target) == (("name",), "step", "value")
    assert (found.source, found.layout, found.freq) == ("test.csv", "long", YEARS.describe())


def test_the_times_of_a_summary_are_written_as_in_the_file() -> None:
    panel = make_panel(wave(3), calendar=Calendar.dates("MS", pattern="%m/%Y"))
    found = summarise(replace(panel, starts=np.array([648])))
    assert (found.first_time, found.last_time) == ("01/2024", "03/2024")


def columns_of(path: Path, text: str) -> list[tuple[str, str, str, str]]:
    path.write_text(text)
    table = read_table(str(path), ReadConfig(), lambda _: None)
    guesses = describe_columns(table, guess_roles(table, ReadConfig()))
    return [(c.name, c.role, c.kind, c.example) for c in guesses]


def test_every_column_is_described_with_its_role_kind_and_first_value(tmp_path: Path) -> None:
    rows = [f"{shop},{1990 + n},note,{n}.5,\n" for shop in ("x", "y") for n in range(9)]
    found = columns_of(tmp_path / "a.csv", "shop,year,comment,sales,void\n" + "".join(rows))
    assert [(name, role) for name, role, _, _ in found] == [
        *(("shop", "id"), ("year", "time"), ("comment", "unused")),
        *(("sales", "target"), ("void", "unused")),
    ]
    by_name = {name: (kind, example) for name, _, kind, example in found}
    assert by_name["shop"] == ("text", "x")
    assert by_name["sales"] == ("number", "0.5")
    assert by_name["void"] == ("empty", "")


def test_the_example_of_a_column_is_its_first_value_that_is_there(tmp_path: Path) -> None:
    rows = [f"{1990 + n},{'' if n < 2 else n}\n" for n in range(9)]
    found = columns_of(tmp_path / "a.csv", "year,sales\n" + "".join(rows))
    assert found[1][3] == "2"
