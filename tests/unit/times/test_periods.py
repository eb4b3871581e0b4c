"""Aliases as periods: where they begin, how they are called, and which one is suggested."""

import numpy as np
import pytest

from forecast_cli.times.aliases import grid_from_alias, period_grid
from forecast_cli.times.grid import Grid
from forecast_cli.times.periods import period_ends, period_starts, periods, usual_frequency


def moments(*texts: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(texts, dtype="datetime64[us]").astype(np.int64)


def shown(times: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    return [str(time)[:16] for time in times.astype("datetime64[us]")]


@pytest.mark.parametrize(
    ("alias", "stamp", "begins", "over"),
    [
        ("D", "2024-05-15", "2024-05-15", "2024-05-16"),
        ("W", "2024-05-19", "2024-05-13", "2024-05-20"),
        ("W-WED", "2024-05-15", "2024-05-09", "2024-05-16"),
        ("B", "2024-05-15", "2024-05-15", "2024-05-16"),
        ("SMS", "2024-05-15", "2024-05-15", "2024-06-01"),
        ("SME", "2024-05-15", "2024-05-01", "2024-05-16"),
        ("MS", "2024-05-01", "2024-05-01", "2024-06-01"),
        ("ME", "2024-05-31", "2024-05-01", "2024-06-01"),
        ("QS", "2024-04-01", "2024-04-01", "2024-07-01"),
        ("QE-NOV", "2024-05-31", "2024-03-01", "2024-06-01"),
        ("YE-MAR", "2025-03-31", "2024-04-01", "2025-04-01"),
        ("YS", "2024-01-01", "2024-01-01", "2025-01-01"),
    ],
)
def test_a_time_lies_in_the_period_of_its_alias(
    alias: str, stamp: str, begins: str, over: str
) -> None:
    times = moments("2024-05-15T13:04:59", "2024-05-15T13:10:02")
    grid = period_grid(alias, times, times)
    positions = periods(grid, times)[:1]
    facts = (grid.times(positions), period_starts(grid, positions), period_ends(grid, positions))
    assert [shown(fact)[0][:10] for fact in facts] == [stamp, begins, over]


def test_times_on_a_grid_keep_it() -> None:
    thursdays = moments("2024-05-16", "2024-05-23")
    assert period_grid("W", thursdays, thursdays) == grid_from_alias("W", thursdays, thursdays)


def test_hours_begin_on_the_clock_of_the_place() -> None:
    utc = moments("2024-05-15T13:04", "2024-05-15T13:40")
    grid = period_grid("h", utc + 5 * 3_600_000_000 + 1_800_000_000, utc)
    assert shown(grid.times(periods(grid, utc))) == ["2024-05-15T12:30", "2024-05-15T13:30"]


@pytest.mark.parametrize(
    ("times", "alias"),
    [
        (["2024-05-15T13:04:59", "2024-05-15T13:10:02"], "5min"),
        (["2024-05-15", "2024-05-16T01:00"], "D"),
        (["2024-05-15", "2024-06-14"], "MS"),
        (["2024-05-15", "2024-08-20"], "QS"),
        (["2024-05-15", "2025-05-20"], "YS"),
    ],
)
def test_a_frequency_near_the_distance_of_times_is_suggested(times: list[str], alias: str) -> None:
    assert usual_frequency(Grid(unit="instant"), moments(*times)) == alias


@pytest.mark.parametrize(("times", "freq"), [([0, 1, 11, 21], "10"), ([0, 1], "1")])
def test_a_step_near_the_distance_of_numbers_is_suggested(times: list[int], freq: str) -> None:
    assert usual_frequency(Grid(unit="step"), np.array(times)) == freq


def test_years_are_suggested_for_years() -> None:
    assert usual_frequency(Grid(unit="year"), np.array([1990, 1995, 2000])) == "5YS"


@pytest.mark.parametrize("alias", ["SMS-10", "D-MON", "MS-JAN", "h-MON", "W-15", "QS-15"])
def test_anchors_that_an_alias_cannot_have_are_refused(alias: str) -> None:
    times = moments("2024-05-15")
    with pytest.raises(ValueError, match=r"anchor|not known"):
        grid_from_alias(alias, times, times)


@pytest.mark.parametrize(
    ("alias", "freq"), [("SM", "SME"), ("SMS-15", "SMS"), ("CBMS", "BMS"), ("2SMS", "2SMS")]
)
def test_half_months_and_business_months_have_several_names(alias: str, freq: str) -> None:
    times = moments("2024-05-15")
    assert grid_from_alias(alias, times, times).freq == freq
