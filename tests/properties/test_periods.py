"""Laws of resampling and of whole files: periods, labels and next times are those of pandas."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.times.aliases import period_grid
from forecast_cli.times.periods import period_ends, period_starts, periods
from forecast_cli.times.timestamps import ZONES
from tests.examples import share
from tests.properties.test_calendar import MONTHS, WEEKDAYS, moments_of

PERIODS = (
    *("D", "B", "MS", "ME", "QS", "QE", "YS", "YE", "W", "h", "15min", "30s", "6h"),
    *(f"W-{day}" for day in WEEKDAYS),
    *(f"{name}-{month}" for name in ("QS", "QE", "YS", "YE") for month in MONTHS),
)
FREQS = (
    *("D", "B", "W-WED", "W-SUN", "MS", "ME", "BMS", "BME", "SMS", "SME", "2W-TUE", "3D", "2MS"),
    *("QS-FEB", "QE-NOV", "BQE-MAR", "BQS-JAN", "YS-APR", "YE-MAR", "YE-FEB", "BYE-SEP", "4W-SUN"),
    *("h", "15min", "30s", "90min", "ms"),
)
SUB_DAILY = {"h": 3600, "15min": 900, "30s": 30, "90min": 5400, "ms": 0.001}
FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%Y%m%d")
CLOCKED = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f")

quick = settings(
    max_examples=share(60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
every = settings(quick, max_examples=600)
starts = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))


@given(
    freq=st.sampled_from(PERIODS),
    start=starts,
    seconds=st.lists(st.integers(1, 40 * 86400), min_size=1, max_size=30),
)
def test_values_go_to_the_periods_of_pandas(freq: str, start: datetime, seconds: list[int]) -> None:
    first = start.replace(microsecond=0)
    times = pd.DatetimeIndex(first + pd.to_timedelta(np.cumsum([0, *seconds]), "s")).as_unit("us")
    if freq in SUB_DAILY:
        times = times[times < times[0] + pd.Timedelta("2D")]
    moments = moments_of(times)
    grid = period_grid(freq, moments, moments)
    found = pd.DatetimeIndex(grid.times(periods(grid, moments)).astype("datetime64[us]"))
    if grid.holds(moments).all():
        assert found.equals(times)
        return
    counts = pd.Series(1, index=times).resample(freq).sum()
    expected = counts[counts > 0]
    assert found.unique().equals(pd.DatetimeIndex(expected.index).as_unit("us"))
    assert found.value_counts(sort=False).tolist() == expected.tolist()


@given(
    freq=st.sampled_from([*PERIODS, "SMS", "SME", "BMS", "BME", "2W", "2ME", "5D"]), start=starts
)
def test_periods_begin_where_the_one_before_ends_and_hold_their_times(
    freq: str, start: datetime
) -> None:
    first = start.replace(microsecond=7)
    moments = moments_of(pd.date_range(first, periods=50, freq="17h", unit="us"))
    grid = period_grid(freq, moments, moments)
    positions = periods(grid, moments)
    assert (period_starts(grid, positions) <= moments).all()
    assert (moments < period_starts(grid, positions + 1)).all()
    assert (period_ends(grid, positions) <= period_starts(grid, positions + 1)).all()


def check_file(folder: Path, times: pd.DatetimeIndex, known: int, texts: list[str]) -> Panel:
    path = folder / "data.csv"
    rows = [f"{text};{i % 7}.5" for i, text in enumerate(texts[:known])]
    path.write_text("\n".join(["date;value", *rows]) + "\n")
    notices: list[Notice] = []
    panel = read_panel(str(path), ReadConfig(delimiter=";"), notices.append)
    assert not [notice for notice in notices if notice.kind != "guess"]
    assert panel.lengths.tolist() == [known]
    after = panel.calendar.labels(panel.ends[0] + 1 + np.arange(len(times) - known))
    assert after == texts[known:]
    return panel


def read_and_go_on(freq: str, start: datetime, pattern: str, folder: Path) -> None:
    """Write times of pandas, read the file, and compare what comes next."""
    known, steps = 60, 40
    if freq in SUB_DAILY:
        first: datetime = start.replace(microsecond=0)
        pattern = CLOCKED[FORMATS.index(pattern) % len(CLOCKED)]
    else:
        first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    times = pd.date_range(first, periods=known + steps, freq=freq, unit="us")
    check_file(folder, times, known, [time.strftime(pattern) for time in times.to_pydatetime()])


file_of_dates = given(
    freq=st.sampled_from(FREQS),
    start=st.datetimes(datetime(1850, 1, 1), datetime(1950, 1, 1)),
    pattern=st.sampled_from(FORMATS),
)


@quick
@file_of_dates
def test_a_file_goes_on_as_pandas_does(
    freq: str, start: datetime, pattern: str, tmp_path: Path
) -> None:
    read_and_go_on(freq, start, pattern, tmp_path)


@pytest.mark.slow
@every
@file_of_dates
def test_many_files_go_on_as_pandas_does(
    freq: str, start: datetime, pattern: str, tmp_path: Path
) -> None:
    read_and_go_on(freq, start, pattern, tmp_path)


Change = Literal["spring", "autumn"]


@quick
@given(
    zone=st.sampled_from(ZONES[:10]),
    year=st.integers(2008, 2018),
    change=st.sampled_from(["spring", "autumn"]),
    freq=st.sampled_from(["h", "15min", "D"]),
)
def test_a_file_over_a_change_of_the_clock_goes_on_as_pandas_does(
    zone: str, year: int, change: Change, freq: str, tmp_path: Path
) -> None:
    month = 1 if change == "spring" else 8
    days = pd.date_range(datetime(year, month, 1, 12, tzinfo=UTC), periods=5 * 30 * 24, freq="h")
    local = days.tz_convert(zone)
    offsets = [time.utcoffset() for time in local]
    jumps = [i for i in range(1, len(offsets)) if offsets[i] != offsets[i - 1]]
    if not jumps or jumps[0] < 200:
        return
    first = local[jumps[0] - 100]
    times = (
        pd.date_range(first.tz_convert("UTC"), periods=1000, freq=freq).tz_convert(zone)
        if freq != "D"
        else pd.date_range(first.tz_localize(None).replace(hour=12), periods=60, freq="D", tz=zone)
    )
    known = 900 if freq != "D" else 40
    panel = check_file(tmp_path, times, known, [time.isoformat() for time in times])
    assert panel.calendar.text.zone
