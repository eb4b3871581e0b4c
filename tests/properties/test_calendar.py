"""Laws of calendars: positions and labels are inverses, and next times are those of pandas."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_cli.times.aliases import grid_from_alias
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.grid import Grid, infer_grid
from forecast_cli.times.timeformats import sniff
from forecast_cli.times.timestamps import ZONES, TimeText, zone_of
from tests.examples import share

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
QUARTERS = ("JAN", "FEB", "MAR")
FREQS = (
    *("D", "B", "MS", "ME", "BMS", "BME", "2D", "2MS", "5ME", "SMS", "SME"),
    *(f"W-{day}" for day in WEEKDAYS),
    *(f"{name}-{month}" for name in ("QS", "QE", "BQE", "BQS") for month in QUARTERS),
    *(f"{name}-{month}" for name in ("YS", "YE", "BYE") for month in MONTHS),
    *("h", "15min", "6h", "90min", "s"),
)
SUB_DAILY = ("h", "15min", "6h", "90min", "s")
PATTERN = "%Y-%m-%dT%H:%M:%S"

freqs = st.sampled_from(FREQS)
starts = st.datetimes(datetime(1800, 1, 1), datetime(2150, 1, 1)).map(
    lambda moment: moment.replace(minute=0, second=0, microsecond=0)
)


def range_of(freq: str, start: datetime, periods: int) -> pd.DatetimeIndex:
    """The times of pandas from the first one on the grid after the start."""
    midnight = start if freq in SUB_DAILY else start.replace(hour=0)
    return pd.date_range(midnight, periods=periods, freq=freq, unit="us")


def moments_of(times: pd.DatetimeIndex) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(times.asi8, dtype=np.int64)


def texts_of(times: pd.DatetimeIndex) -> list[str]:
    return [time.isoformat() for time in times.to_pydatetime()]


@given(freq=freqs, start=starts, known=st.integers(1, 30), steps=st.integers(1, 30))
def test_next_times_are_those_of_pandas_for_a_named_frequency(
    freq: str, start: datetime, known: int, steps: int
) -> None:
    times = range_of(freq, start, known + steps)
    moments = moments_of(times)
    grid = grid_from_alias(freq, moments[:known], moments[:known])
    calendar = Calendar(grid=grid, text=TimeText(pattern=PATTERN))
    last = int(calendar.positions(moments[:known])[-1])
    assert calendar.labels(last + 1 + np.arange(steps)) == texts_of(times)[known:]


@given(freq=freqs, start=starts, steps=st.integers(1, 30))
def test_next_times_are_those_of_pandas_for_an_inferred_frequency(
    freq: str, start: datetime, steps: int
) -> None:
    known = 40
    times = range_of(freq, start, known + steps)
    moments = moments_of(times)
    grid = infer_grid(moments[:known], moments[:known])
    calendar = Calendar(grid=grid, text=TimeText(pattern=PATTERN))
    assert (np.diff(calendar.positions(moments)) == 1).all()
    last = int(calendar.positions(moments[:known])[-1])
    assert calendar.labels(last + 1 + np.arange(steps)) == texts_of(times)[known:]


@given(freq=freqs, start=starts, gaps=st.sets(st.integers(1, 38), max_size=12))
def test_gaps_do_not_change_what_comes_next(freq: str, start: datetime, gaps: set[int]) -> None:
    times = range_of(freq, start, 41)
    moments = moments_of(times)
    kept = np.array([i for i in range(40) if i not in gaps])
    grid = grid_from_alias(freq, moments[kept], moments[kept])
    calendar = Calendar(grid=grid, text=TimeText(pattern=PATTERN))
    positions = calendar.positions(moments[:40])
    assert np.array_equal(positions, positions[0] + np.arange(40))
    assert calendar.labels(positions[-1] + 1) == texts_of(times)[40:]


@given(freq=freqs, first=st.integers(-1000, 1000), steps=st.integers(1, 60))
def test_positions_and_labels_are_inverses(freq: str, first: int, steps: int) -> None:
    calendar = Calendar.dates(freq, pattern=PATTERN)
    positions = first + np.arange(steps)
    labels = [str(label) for label in calendar.labels(positions)]
    times = calendar.text.parse(labels)
    assert not times.bad.any()
    moments = times.utc if calendar.grid.unit == "instant" else times.wall
    assert calendar.grid.holds(moments).all()
    assert np.array_equal(calendar.positions(moments), positions)


@given(step=st.integers(1, 10**9), first=st.integers(-(10**9), 10**9), steps=st.integers(1, 60))
def test_steps_and_their_positions_are_inverses(step: int, first: int, steps: int) -> None:
    calendar = Calendar.steps(step)
    times = step * (first + np.arange(steps, dtype=np.int64))
    assert calendar.labels(calendar.positions(times)) == times.tolist()


@pytest.mark.parametrize(
    "pattern",
    [
        *("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y"),
        *("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S.000", "%G-W%V-%u"),
    ],
)
@given(start=starts)
def test_a_format_is_found_from_the_texts_and_written_again(pattern: str, start: datetime) -> None:
    # A month of days holds one after the 12th, which tells day and month apart.
    times = range_of("D", start, 40)
    texts = [time.strftime(pattern) for time in times.to_pydatetime()]
    written = sniff(texts)
    assert written is not None
    parsed = written.parse(texts)
    assert not parsed.bad.any()
    assert parsed.wall.tolist() == moments_of(times).tolist()
    assert written.render(parsed.wall) == texts


@settings(max_examples=share(60))
@given(
    zone=st.sampled_from([*ZONES, "Asia/Kolkata", "UTC"]),
    freq=st.sampled_from(["h", "D"]),
    start=st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1)),
)
def test_times_with_an_offset_go_on_as_in_their_zone(zone: str, freq: str, start: datetime) -> None:
    known, steps = 300, 300
    # São Paulo changed its clocks at midnight; noon is everywhere on every day.
    first = start.replace(hour=12, minute=0, second=0, microsecond=0)
    if freq == "h":
        days = pd.date_range(first.replace(tzinfo=UTC), periods=known + steps, freq="h")
        local = days.tz_convert(zone)
    else:
        local = pd.date_range(first, periods=known + steps, freq="D", tz=zone)
    texts = [time.isoformat() for time in local]
    times = TimeText(pattern=PATTERN, suffix="Z").parse(texts[:known])
    assert not times.bad.any()
    changes = len(set((times.wall - times.utc).tolist())) > 1
    found = zone_of(times) if changes else ""
    grid = infer_grid(times.wall, times.utc)
    text = TimeText(pattern=PATTERN, suffix=texts[known - 1][-6:], zone=found or "")
    moments = times.utc if grid.unit == "instant" else times.wall
    labels = Calendar(grid=grid, text=text).labels(
        grid.positions(moments)[-1] + 1 + np.arange(steps)
    )
    if found == zone:
        assert labels == texts[known:]
        return
    # Without a rule the last offset goes on: the moments are right where hours count, the days
    # where days do.
    again, expected = (text.parse([str(label) for label in ls]) for ls in (labels, texts[known:]))
    same = again.utc == expected.utc if freq == "h" else again.wall == expected.wall
    assert same.all()


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(1971, 1, 1), datetime(2035, 1, 1)),
    minutes=st.sampled_from([15, 60]),
)
def test_instants_are_written_with_the_offset_of_their_zone(
    zone: str, start: datetime, minutes: int
) -> None:
    first = start.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    instants = pd.date_range(first, periods=400, freq=f"{minutes}min", unit="us")
    grid = Grid(unit="instant", step=minutes * 60_000_000)
    calendar = Calendar(grid=grid, text=TimeText(pattern=PATTERN, suffix="+00:00", zone=zone))
    labels = calendar.labels(grid.positions(moments_of(instants)))
    assert labels == [time.isoformat() for time in instants.tz_convert(zone)]


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param(zone, marks=pytest.mark.slow if number % 6 else ())
        for number, zone in enumerate(ZONES)
    ],
)
def test_hours_of_a_whole_year_are_all_different(zone: str) -> None:
    hour = 3_600_000_000
    calendar = Calendar(
        grid=Grid(unit="instant", step=hour),
        text=TimeText(pattern=PATTERN, suffix="+00:00", zone=zone),
    )
    labels = calendar.labels(480_000 + np.arange(365 * 24))
    assert len(set(labels)) == len(labels)
