from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frames import FrameSource, is_numeric, named_columns, open_frame, texts_of

DAYS = pd.date_range("2024-01-01", periods=6)


def read(frame: pd.DataFrame, told: list[Notice] | None = None, **asked: Any) -> Panel:
    config = ReadConfig(**asked)
    return read_panel(FrameSource("sales", frame), config, ([] if told is None else told).append)


def texts(data: Any, dtype: Any = None) -> list[str]:
    found = texts_of(pd.Series(data, dtype=dtype))
    return [found.values[code] for code in found.codes]


@pytest.mark.parametrize(
    ("data", "dtype", "written"),
    [
        ([1, 2], "int64", ["1", "2"]),
        ([0.1, None], "float64", ["0.1", ""]),
        ([2**60 + 1, None], "Int64", ["1152921504606846977", ""]),
        ([True, False], "bool", ["True", "False"]),
        ([True, None], "boolean", ["True", ""]),
        (["a", None, "a"], "str", ["a", "", "a"]),
        (["a", None, 7], "object", ["a", "", "7"]),
        (["b", None], "category", ["b", ""]),
        ([date(2024, 1, 31), None], "object", ["2024-01-31", ""]),
        (DAYS[:2], None, ["2024-01-01", "2024-01-02"]),
        (DAYS[:2].astype("category"), None, ["2024-01-01", "2024-01-02"]),
        (DAYS[:1] + pd.Timedelta("1h"), None, ["2024-01-01 01:00:00"]),
        (pd.period_range("2024-01", periods=2, freq="M"), None, ["2024-01-01", "2024-02-01"]),
        (pd.period_range("2024-01-03", periods=1, freq="W"), None, ["2024-01-01"]),
    ],
)
def test_columns_are_written_as_a_csv_file_has_them(
    data: object, dtype: str | None, written: list[str]
) -> None:
    assert texts(data, dtype) == written


@pytest.mark.parametrize(
    "data",
    [
        pd.date_range("2024-01-01", periods=4),
        pd.date_range("2024-01-01 06:00", periods=4),
        pd.date_range("2024-01-01", periods=4, freq="h"),
        pd.date_range("2024-01-01", periods=4, freq="250ms"),
        pd.date_range("2024-01-01", periods=4, freq="h", tz="Europe/Berlin"),
        [1.5, None, 1e-7],
        [1, 2],
        [True, False],
    ],
)
def test_texts_are_those_of_to_csv(data: Any) -> None:
    column = pd.Series(data, name="x")
    lines = column.to_csv(index=False).splitlines()[1:]
    assert texts_of(column).values == [line.strip('"') for line in lines]


def test_days_of_a_zone_are_days_although_its_offset_changes() -> None:
    days = pd.Series(pd.date_range("2024-03-30", periods=3, tz="Europe/Berlin"))
    assert texts(days) == ["2024-03-30", "2024-03-31", "2024-04-01"]


def test_texts_of_mixed_objects_are_told_apart() -> None:
    assert texts([1, "1", True, 1.0], "object") == ["1", "1", "True", "1.0"]


@pytest.mark.parametrize("dtype", ["float32", "int8", "Int64", "Float64", "category"])
def test_numbers_of_every_type_are_numbers(dtype: Any) -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": pd.Series([3, 1, 4, 1, 5, 9]).astype(dtype)})
    assert read(frame).values.tolist() == [3, 1, 4, 1, 5, 9]


def test_categories_of_numbers_may_be_missing() -> None:
    column = pd.Series([3, None, 4, 1, 5, 9]).astype("category")
    assert read(pd.DataFrame({"day": DAYS, "sales": column})).n_missing == 1


def test_numbers_written_as_text_are_parsed_as_in_a_file() -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": ["1,5", "2,5", "3", "4", "5", "6,25"]})
    assert read(frame, decimal=",").values[-1] == 6.25


def test_bool_and_complex_columns_are_no_numbers() -> None:
    assert not is_numeric(pd.Series([True]))
    assert not is_numeric(pd.Series([1j]))
    assert not is_numeric(pd.Series([True], dtype="boolean"))


def test_an_infinite_value_is_refused_with_its_row() -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": [1, 2, 3, np.inf, 5, 6]})
    with pytest.raises(DataError, match="sales, row 3, column sales: 'inf' is not a number"):
        read(frame)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (pd.to_timedelta(range(6), unit="h"), "is of type timedelta64"),
        ([[1]] * 6, "holds a list"),
        ([1j] * 6, "is of type complex128"),
        (pd.interval_range(0, 6), "is of type interval"),
    ],
)
def test_columns_that_cannot_be_read_are_left_out_and_told(values: object, why: str) -> None:
    told: list[Notice] = []
    read(pd.DataFrame({"day": DAYS, "sales": range(6), "odd": values}), told)
    assert any(f"column odd {why}" in notice.text for notice in told)


@pytest.mark.parametrize("name", [None, "day"])
def test_an_index_of_times_is_the_time_column(name: str | None) -> None:
    panel = read(pd.DataFrame({"sales": range(6)}, index=DAYS.rename(name)))
    assert panel.columns.time == (name or "time")
    assert panel.calendar.freq == "D"


def test_an_index_with_a_name_is_a_column() -> None:
    frame = pd.DataFrame({"shop": ["a", "b"] * 3, "day": DAYS.repeat(2)[:6], "sales": range(6)})
    assert read(frame.set_index("shop"), id=("shop",)).columns.id == ("shop",)


def test_an_index_that_numbers_rows_is_no_column() -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": range(6)}, index=[9, 8, 7, 6, 5, 4])
    assert [name for name, _ in named_columns(FrameSource("sales", frame))] == ["day", "sales"]


def test_a_time_column_that_is_named_comes_before_the_index() -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": range(6)}, index=DAYS + pd.Timedelta("1h"))
    assert read(frame, time="day").columns.time == "day"


def test_an_index_that_is_a_column_too_is_read_once() -> None:
    frame = pd.DataFrame({"day": DAYS, "sales": range(6)}).set_index("day", drop=False)
    assert open_frame(FrameSource("sales", frame), ReadConfig()).columns == ("day", "sales")


def test_an_index_of_times_beside_a_column_called_time_is_not_lost() -> None:
    series = pd.Series(range(6), index=DAYS, name="time")
    assert open_frame(FrameSource("x", series.to_frame()), ReadConfig()).columns == (
        "time_",
        "time",
    )


def test_several_levels_of_the_index_are_refused_in_words() -> None:
    frame = pd.DataFrame({"shop": ["a"] * 6, "day": DAYS, "sales": range(6)})
    with pytest.raises(DataError, match=r"2 levels in its index \(shop, day\).*reset_index"):
        read(frame.set_index(["shop", "day"]))


def test_several_levels_of_column_names_are_refused_in_words() -> None:
    columns = pd.MultiIndex.from_tuples([("sales", "a"), ("sales", "b")])
    with pytest.raises(DataError, match="2 levels of column names"):
        read(pd.DataFrame([[1, 2]], columns=columns))


def test_a_column_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(DataError, match="the column sales appears twice"):
        read(pd.DataFrame([[1, 2]], columns=["sales", "sales"]))


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (pd.DataFrame(), "has no columns"),
        (pd.DataFrame({"day": [], "sales": []}), "has 0 rows"),
    ],
)
def test_an_empty_frame_is_refused(frame: pd.DataFrame, why: str) -> None:
    with pytest.raises(DataError, match=why):
        read(frame)


def test_column_names_that_are_numbers_are_read_as_texts() -> None:
    frame = pd.DataFrame({2023: DAYS, 7: range(6)})
    assert open_frame(FrameSource("sales", frame), ReadConfig()).columns == ("2023", "7")


def test_a_frame_with_headings_of_dates_has_a_row_for_each_series() -> None:
    frame = pd.DataFrame([[1, 2, 3, 4, 5, 6]] * 2, columns=DAYS)
    frame.insert(0, "shop", ["a", "b"])
    panel = read(frame)
    assert (panel.n_series, panel.calendar.freq) == (2, "D")


def test_the_frame_is_not_changed() -> None:
    frame = pd.DataFrame({"sales": range(6)}, index=DAYS)
    before = frame.copy(deep=True)
    read(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("dtype", ["float64[pyarrow]", "int64[pyarrow]"])
def test_columns_of_arrow_are_read(dtype: Any) -> None:
    pytest.importorskip("pyarrow")
    days = pd.Series(DAYS).astype("date32[pyarrow]")
    frame = pd.DataFrame({"day": days, "sales": pd.Series(range(6)).astype(dtype)})
    panel = read(frame)
    assert (panel.calendar.freq, panel.values.tolist()) == ("D", [0, 1, 2, 3, 4, 5])
