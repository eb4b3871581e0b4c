from __future__ import annotations

import numpy as np
import pytest

from forecast_cli.ticks import time_ticks, value_ticks
from forecast_cli.times.calendar import Calendar


@pytest.mark.parametrize(
    ("freq", "pattern", "n", "expected"),
    [
        ("MS", "%Y-%m", 25, ["2024", "2025", "2026"]),
        ("D", "%Y-%m-%d", 90, ["2024-01", "2024-02", "2024-03"]),
        ("D", "%Y-%m-%d", 12, ["2024-01-01", "2024-01-08"]),
        ("h", "%Y-%m-%d %H:%M", 13, ["01-01 00:00", "01-01 06:00", "01-01 12:00"]),
        ("YS", "%Y-%m-%d", 40, ["2030", "2040", "2050", "2060"]),
    ],
)
def test_round_times_are_marked(freq: str, pattern: str, n: int, expected: list[str]) -> None:
    calendar = Calendar.dates(freq, pattern=pattern)
    start = np.array(["2024-01-01"], dtype="datetime64[us]").astype(np.int64)
    first = int(calendar.positions(start)[0])
    places, labels = time_ticks(calendar, first, first + n - 1, most=4)
    assert labels == expected
    assert len(places) == len(labels)


def test_a_date_in_other_words_is_marked_as_any_other() -> None:
    calendar = Calendar.dates("D", pattern="%d.%m.%Y")
    assert time_ticks(calendar, 0, 89, most=4)[1] == ["1970-01", "1970-02", "1970-03"]


def test_a_few_times_without_a_round_one_are_named_as_they_are() -> None:
    assert time_ticks(Calendar.steps(), 7, 9, most=2) == ([7, 9], ["7", "9"])


@pytest.mark.parametrize("most", [2, 3, 5, 8])
@pytest.mark.parametrize("last", [1, 9, 47, 600, 4000])
@pytest.mark.parametrize(
    "calendar", [Calendar.steps(), Calendar.years(), Calendar.dates("MS"), Calendar.dates("min")]
)
def test_there_are_never_more_marks_than_wanted(calendar: Calendar, last: int, most: int) -> None:
    places, labels = time_ticks(calendar, 0, last, most=most)
    assert 1 <= len(places) == len(labels) <= most
    assert all(0 <= place <= last for place in places)


@pytest.mark.parametrize("low", [-3e9, -0.7, 0.0, 1e-12, 96.0, 1e300])
@pytest.mark.parametrize("span", [1e-3, 0.7, 1.0, 47.0])
def test_marks_of_values_are_few_and_lie_inside(low: float, span: float) -> None:
    size = span * (abs(low) or 1.0)
    places, labels = value_ticks(low, low + size, most=5)
    assert 1 <= len(places) == len(set(labels)) <= 5
    assert all(low - 1e-6 * size <= place <= low + 1.000001 * size for place in places)
