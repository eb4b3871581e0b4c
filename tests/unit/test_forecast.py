from typing import Any

import numpy as np
import pytest

from forecast_cli.forecast import Forecast
from forecast_cli.panel import Columns
from forecast_cli.times.calendar import Calendar


def forecast(ids: list[list[str]], cutoffs: list[int], **changes: Any) -> Forecast:
    """Two steps for each of some series; series i is forecast as 10 i + 1, 10 i + 2."""
    mean = 10.0 * np.arange(len(cutoffs))[:, None] + [1.0, 2.0]
    values: dict[str, Any] = {
        "columns": Columns(id=("shop",), time="year", target="sales"),
        "calendar": Calendar.years(),
        "ids": np.array(ids, dtype=np.object_),
        "cutoffs": np.array(cutoffs),
        "mean": mean,
    }
    return Forecast(**values | changes)


YEAR_2000 = int(Calendar.years().positions(np.array([2000]))[0])


def test_the_columns_bear_the_names_of_the_user() -> None:
    frame = forecast([["a"], ["b"]], [YEAR_2000, YEAR_2000 + 1]).frame()
    assert frame.to_dict("list") == {
        "shop": ["a", "a", "b", "b"],
        "year": [2001, 2002, 2002, 2003],
        "forecast": [1.0, 2.0, 11.0, 12.0],
    }


def test_years_stay_whole_numbers() -> None:
    assert forecast([["a"]], [YEAR_2000]).frame()["year"].dtype == np.int64


def test_dates_keep_their_format() -> None:
    monthly = Calendar.dates("MS", pattern="%m/%Y")
    frame = forecast([["a"]], [647], calendar=monthly).frame()
    assert frame["year"].tolist() == ["01/2024", "02/2024"]


def test_one_unnamed_series_has_no_id_column() -> None:
    unnamed = Columns(id=(), time="year", target="sales")
    frame = forecast([[]], [YEAR_2000], columns=unnamed).frame()
    assert list(frame) == ["year", "forecast"]


def test_several_id_columns_come_first_and_in_their_order() -> None:
    both = Columns(id=("shop", "item"), time="year", target="sales")
    frame = forecast([["b", "x"], ["a", "y"]], [YEAR_2000] * 2, columns=both).frame()
    assert list(frame)[:2] == ["shop", "item"]
    assert frame["shop"].tolist() == ["a", "a", "b", "b"]
    assert frame["item"].tolist() == ["y", "y", "x", "x"]


def test_each_level_adds_its_bounds_the_narrow_ones_first() -> None:
    low, high = np.zeros((1, 2)), np.full((1, 2), 9.0)
    frame = forecast([["a"]], [YEAR_2000], bounds={95: (low, high), 80: (low, high)}).frame()
    assert list(frame)[2:] == [
        "forecast",
        "forecast-lo-80",
        "forecast-hi-80",
        "forecast-lo-95",
        "forecast-hi-95",
    ]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["10", "9", "1"], ["1", "9", "10"]),
        (["10", "9", "b"], ["10", "9", "b"]),
        (["010", "9", "1"], ["1", "9", "010"]),
    ],
)
def test_whole_numbers_as_ids_are_sorted_as_numbers(ids: list[str], expected: list[str]) -> None:
    frame = forecast([[i] for i in ids], [YEAR_2000] * 3).frame()
    assert frame["shop"].tolist()[::2] == expected


def test_rows_stay_with_their_series_when_they_are_sorted() -> None:
    frame = forecast([["b"], ["a"]], [YEAR_2000, YEAR_2000]).frame()
    assert frame["forecast"].tolist() == [11.0, 12.0, 1.0, 2.0]


def test_a_scored_forecast_shows_cutoff_known_value_and_what_was_trained_on() -> None:
    frame = forecast(
        [["a"], ["a"]],
        [YEAR_2000 + 1, YEAR_2000],
        actual=np.array([[5.0, np.nan], [6.0, 7.0]]),
        in_sample=np.array([[False, False], [True, False]]),
    ).frame()
    assert list(frame) == ["shop", "year", "cutoff", "sales", "forecast", "in_sample"]
    # The step without a known value is not scored, and so has no row.
    assert frame["cutoff"].tolist() == [2000, 2000, 2001]
    assert frame["year"].tolist() == [2001, 2002, 2002]
    assert frame["sales"].tolist() == [6.0, 7.0, 5.0]
    assert frame["in_sample"].tolist() == [True, False, False]


def test_our_column_gives_way_to_a_column_of_the_user() -> None:
    named = Columns(id=("forecast",), time="cutoff", target="in_sample")
    frame = forecast(
        [["a"]],
        [YEAR_2000],
        columns=named,
        actual=np.ones((1, 2)),
        in_sample=np.zeros((1, 2), dtype=bool),
    ).frame()
    assert list(frame) == [
        "forecast",
        "cutoff",
        "cutoff_",
        "in_sample",
        "forecast_",
        "in_sample_",
    ]


def test_the_name_of_the_target_is_free_where_the_target_is_not_shown() -> None:
    named = Columns(id=(), time="year", target="forecast")
    assert list(forecast([[]], [YEAR_2000], columns=named).frame()) == [
        "year",
        "forecast",
    ]


def test_the_rows_are_those_of_the_frame_and_come_in_any_order() -> None:
    of = forecast([["b"], ["a"]], [2, 2], actual=np.array([[1.0, np.nan], [3.0, 4.0]]))
    frame = of.frame()
    assert of.rows() == {name: frame[name].tolist() for name in frame.columns}
    given = of.frame([0, 1])
    assert of.rows([0, 1]) == {name: given[name].tolist() for name in given.columns}
    assert next(iter(of.rows([0, 1]).values())) == ["b", "a", "a"]


def test_rows_have_none_where_a_forecast_has_no_value() -> None:
    made = forecast([["a"]], [YEAR_2000], mean=np.array([[1.5, np.nan]]))
    assert made.rows()["forecast"] == [1.5, None]
    assert made.frame()["forecast"].isna().tolist() == [False, True]
