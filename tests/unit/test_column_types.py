from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_cli.column_types import typed_frame, typed_times, types_in
from forecast_cli.forecast import Forecast
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frames import FrameSource
from forecast_cli.times.calendar import Calendar


def ignore(notice: Notice) -> None:
    """Nobody reads notices here."""


def continued(frame: pd.DataFrame, n_steps: int = 2, **asked: Any) -> pd.DataFrame:
    """A forecast of zeros behind a frame, as typed."""
    source = FrameSource("frame", frame)
    panel = read_panel(source, ReadConfig(**asked), ignore)
    return typed_frame(forecast_of(panel, n_steps), types_in(source, panel.columns))


def forecast_of(panel: Panel, n_steps: int) -> Forecast:
    return Forecast(
        columns=panel.columns,
        calendar=panel.calendar,
        ids=panel.ids,
        cutoffs=panel.ends,
        mean=np.zeros((panel.n_series, n_steps)),
    )


TIMES = [
    pd.date_range("2024-01-01", periods=10),
    pd.date_range("2024-01-01", periods=10).as_unit("s"),
    pd.date_range("2024-01-01", periods=10).as_unit("ns"),
    pd.date_range("2024-01-31", periods=10, freq="ME"),
    pd.date_range("2024-01-01 09:30", periods=10, freq="15min"),
    pd.date_range("2024-01-01", periods=10, freq="h", tz="UTC"),
    pd.date_range("2024-03-31", periods=10, freq="h", tz="Europe/Berlin"),
    pd.date_range("2024-03-25", periods=10, freq="D", tz="Europe/Berlin"),
    pd.date_range("2024-03-05 12:00", periods=10, freq="D", tz="America/New_York"),
    pd.period_range("2024-01", periods=10, freq="M"),
    pd.period_range("2024Q1", periods=10, freq="Q"),
    pd.period_range("2024-03", periods=10, freq="Q-NOV"),
    pd.period_range("2024-01-01", periods=10, freq="W-SUN"),
    pd.period_range("2024", periods=10, freq="Y"),
    pd.period_range("2024-01-01", periods=10, freq="h"),
    pd.Index(range(1990, 2000)),
    pd.Index(range(1990, 2000), dtype="int32"),
    pd.Index(range(10), dtype="Int64"),
    pd.Index([float(year) for year in range(1990, 2000)]),
    pd.date_range("2024-01-01", periods=10).astype(str),
]


@pytest.mark.parametrize("times", TIMES, ids=lambda times: f"{times.dtype}")
def test_times_come_back_as_they_came(times: pd.Index) -> None:
    frame = pd.DataFrame({"time": times[:8], "value": [3.0, 1, 4, 1, 5, 9, 2, 6]})
    found = continued(frame, time="time", target=("value",))
    assert found["time"].dtype == frame["time"].dtype
    assert found["time"].tolist() == times[8:].tolist()


def test_dates_of_python_come_back_as_dates() -> None:
    days = [date(2024, 1, 1) + timedelta(n) for n in range(10)]
    found = continued(pd.DataFrame({"day": days[:8], "value": range(8)}))
    assert found["day"].tolist() == days[8:]


def test_a_day_that_a_zone_leaves_out_moves_forward() -> None:
    days = pd.date_range("2024-08-30", periods=9, tz="America/Santiago", inclusive="left")
    found = continued(pd.DataFrame({"day": days, "value": range(8)}))
    assert [str(day) for day in found["day"]] == [
        "2024-09-07 00:00:00-04:00",
        "2024-09-08 01:00:00-03:00",
    ]


@pytest.mark.parametrize("dtype", ["int64", "str", "category", "float64"])
def test_ids_come_back_as_they_came(dtype: Any) -> None:
    shops = pd.Series([7] * 6 + [8] * 6).astype(dtype)
    days = pd.date_range("2024-01-01", periods=6)
    frame = pd.DataFrame({"shop": shops, "day": [*days, *days], "value": range(12)})
    found = continued(frame, n_steps=1, id=("shop",))
    assert found["shop"].dtype == shops.dtype
    assert found["shop"].tolist() == [shops[0], shops[6]]
    assert len(frame.merge(found, on="shop")) == 12


def test_names_of_columns_that_become_series_stay_texts() -> None:
    days = pd.date_range("2024-01-01", periods=6)
    frame = pd.DataFrame({"day": days, "a": range(6), "b": range(6)})
    assert continued(frame, n_steps=1)["unique_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("calendar", "labels", "dtype"),
    [
        (Calendar.dates("D"), ["2024-01-01"], "datetime64[us]"),
        (Calendar.years(), [2024], "int64"),
        (Calendar.steps(), [7], "int64"),
    ],
)
def test_times_of_files_are_dates_or_whole_numbers(
    calendar: Calendar, labels: list[Any], dtype: str
) -> None:
    assert str(typed_times(labels, calendar).dtype) == dtype


def test_times_of_files_keep_their_utc_offset() -> None:
    text = ["2024-01-01 00:00+02:00", "2024-01-01 01:00+02:00"]
    frame = pd.DataFrame({"time": [*text, "2024-01-01 02:00+02:00"], "value": [1, 2, 3]})
    panel = read_panel(FrameSource("frame", frame), ReadConfig(), ignore)
    found = typed_times(text, panel.calendar)
    assert [time.isoformat() for time in found] == [
        "2024-01-01T00:00:00+02:00",
        "2024-01-01T01:00:00+02:00",
    ]
