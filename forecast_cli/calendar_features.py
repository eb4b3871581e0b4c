"""Positions on a calendar -> hour, weekday, month and holiday of each, as numbers of categories."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import MICROSECONDS, MONTHS

_DAY, _HOUR = MICROSECONDS["D"], MICROSECONDS["h"]
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONDAY = 3
"""The weekday of 1970-01-01, Monday being 0."""

CALENDAR_FEATURES: Mapping[str, tuple[str, ...]] = {
    "hour": tuple(map(str, range(24))),
    "weekday": _WEEKDAYS,
    "month": tuple(month.capitalize() for month in MONTHS),
}
"""What can be read off a calendar, and the names of what it can be."""

HOLIDAY, EVE, DAY_AFTER = "holiday", "day before a holiday", "day after a holiday"
NO_HOLIDAY = "none"

_FEWEST_WEEKS, _FEWEST_YEARS = 4, 2
"""A weekday or a month must have come so often before a network can learn from it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SpecialDays:
    """The holidays of a place: `days` [D] since 1970, ascending, and the number [D] of each name.

    `names` start with that of an ordinary day.
    """

    days: NDArray[np.int64]
    codes: NDArray[np.int64]
    names: tuple[str, ...]

    def on(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number [T] of the name of each day [T], 0 for an ordinary one."""
        if not len(self.days):
            return np.zeros(len(days), dtype=np.int64)
        row = np.minimum(np.searchsorted(self.days, days), len(self.days) - 1)
        return np.where(self.days[row] == days, self.codes[row], 0)


NO_SPECIAL_DAYS = SpecialDays(
    days=np.empty(0, dtype=np.int64), codes=np.empty(0, dtype=np.int64), names=(NO_HOLIDAY,)
)


def useful_features(calendar: Calendar, n_steps: int) -> tuple[str, ...]:
    """The features that so many steps of a calendar may show beyond the season of its frequency.

    Hours and weekdays of what comes more often than once a day, weekdays and months of what comes
    daily, months of what comes weekly; none where too few weeks or years were seen.

    >>> useful_features(Calendar.dates("D"), 800), useful_features(Calendar.dates("D"), 100)
    (('weekday', 'month'), ('weekday',))
    """
    step = _step_length(calendar)
    if step is None or step > 7 * _DAY:
        return ()
    length = n_steps * step
    features = []
    if step < _DAY:
        features.append("hour")
    if step <= _DAY and length >= 7 * _FEWEST_WEEKS * _DAY:
        features.append("weekday")
    if step >= _DAY and length >= 365 * _FEWEST_YEARS * _DAY:
        features.append("month")
    return tuple(features)


def has_feature(calendar: Calendar, name: str) -> bool:
    """Whether the steps of a calendar can have different hours, weekdays or months."""
    step = _step_length(calendar)
    if step is None:
        return name == "month" and calendar.grid.unit == "month" and calendar.grid.step % 12 > 0
    return step < {"hour": _DAY, "weekday": 7 * _DAY, "month": 365 * _DAY}[name]


def has_days(calendar: Calendar) -> bool:
    """Whether every step of a calendar lies within one day."""
    step = _step_length(calendar)
    return step is not None and step <= _DAY


def _step_length(calendar: Calendar) -> int | None:
    """Microseconds from one step to the next; None where it is months, or no time at all."""
    unit = {"instant": 1, "day": _DAY, "business": _DAY}.get(calendar.grid.unit)
    return None if unit is None else unit * calendar.grid.step


def feature_values(
    names: tuple[str, ...], calendar: Calendar, positions: NDArray[np.int64], special: SpecialDays
) -> NDArray[np.float64]:
    """The named features [W, K, C] at calendar positions [W, K]."""
    if positions.size == 0 or not names:
        return np.zeros((*positions.shape, len(names)))
    first, last = int(positions.min()), int(positions.max())
    # Windows overlap: each position is looked at once, and found again by its number.
    if last - first < positions.size:
        distinct, inverse = np.arange(first, last + 1), positions - first
    else:
        distinct, inverse = np.unique(positions, return_inverse=True)
    wall = calendar.wall(distinct)
    table = np.column_stack([_values(name, wall, special) for name in names])
    return np.asarray(table[inverse.reshape(positions.shape)], dtype=np.float64)


def _values(name: str, wall: NDArray[np.int64], special: SpecialDays) -> NDArray[np.int64]:
    days = wall // _DAY
    if name == "hour":
        return wall % _DAY // _HOUR
    if name == "weekday":
        return (days + _MONDAY) % 7
    if name == "month":
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    if name == HOLIDAY:
        return special.on(days)
    ahead = 1 if name == EVE else -1
    return (special.on(days + ahead) > 0).astype(np.int64)
