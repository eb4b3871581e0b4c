"""Times -> ordinals: a regular grid as integer arithmetic."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.dates import MICROSECONDS, MONTHS, distinct, month_days

Unit = Literal["step", "year", "month", "half", "day", "business", "instant"]

_DAY = MICROSECONDS["D"]
_MIDDLE = 15
MONTH_END = 31
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTH_CODES = tuple(month[:3].upper() for month in MONTHS)
INSTANTS = {**{k: v for k, v in MICROSECONDS.items() if k != "D"}, "ms": 1000, "us": 1}
_WORDS = {
    **{"Y": "year", "YS": "year", "Q": "quarter", "M": "month", "W": "week", "D": "day"},
    **{"B": "business day", "h": "hour", "min": "minute", "s": "second"},
    **{"ms": "millisecond", "us": "microsecond", "SMS": "half-month", "SME": "half-month"},
}
_ADVERBS = {
    **{"year": "yearly", "quarter": "quarterly", "month": "monthly", "week": "weekly"},
    **{"day": "daily", "business day": "business daily", "hour": "hourly"},
    "half-month": "twice a month",
}
# Cycles within a day that a season may span, longest first.
_CYCLES = (MICROSECONDS["D"], MICROSECONDS["h"], MICROSECONDS["min"])
_LONGEST_CYCLE = 288
_PROBED = 100


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Every `step`-th `unit`, from `phase` on.

    Times are integers: the value itself for "step" and "year", microseconds since 1970 else, on the
    clock of the place for months and days and in UTC for instants. Months are stamped on `day` (31:
    the last one), moved to the nearest business day inside the month if `roll`; half-months on days
    1 and 15 if `day` is 1, else on day 15 and the last; all of them and days carry the time of day
    `clock` (microseconds).
    """

    unit: Unit
    step: int = 1
    phase: int = 0
    day: int = 1
    roll: bool = False
    clock: int = 0

    def positions(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions [T] of times [T]; a time between two positions gets the earlier one."""
        return self.count(self.ordinals(times))

    def count(self, ordinals: NDArray[np.int64], lead: int = 0) -> NDArray[np.int64]:
        """Steps [T] from the phase to units [T]; a step begins so many units before its own."""
        if self._is_every_unit:
            return ordinals
        positions = ordinals - (self.phase - lead)
        positions //= self.step
        return positions

    @property
    def _is_every_unit(self) -> bool:
        """Whether positions are units: millions of them need no copy."""
        return self.step == 1 and self.phase == 0

    def times(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The inverse of `positions`."""
        ordinals = positions
        if not self._is_every_unit:
            ordinals = positions * self.step + self.phase
        if self.unit in ("step", "year", "instant"):
            return ordinals
        if self.unit == "month":
            days = _stamp_days(ordinals, self.day, roll=self.roll)
        elif self.unit == "half":
            days = _half_days(ordinals, self.day)
        elif self.unit == "business":
            week, weekday = np.divmod(ordinals, 5)
            days = 7 * week + weekday - 3
        else:
            days = ordinals
        return days * _DAY + self.clock

    def holds(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which times lie on the grid."""
        return np.asarray(self.times(self.positions(times)) == times)

    def ordinals(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Units [T] since 1970 that times [T] lie in."""
        if self.unit in ("step", "year", "instant"):
            return times
        days = times // _DAY
        if self.unit == "month":
            return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        if self.unit == "half":
            return _half_ordinals(days, self.day)
        if self.unit == "business":
            return business_ordinals(days)
        return days

    @property
    def freq(self) -> str:
        """The pandas alias, or the step of plain integers."""
        if self.unit == "step":
            return str(self.step)
        size, name = self._alias()
        return name if size == 1 else f"{size}{name}"

    def _alias(self) -> tuple[int, str]:
        """How many of which pandas offset make a step."""
        if self.unit == "month":
            return _month_alias(self)
        if self.unit == "instant":
            return _instant_unit(self.step)
        if self.unit == "half":
            return self.step, "SMS" if self.day == 1 else "SME"
        if self.unit != "day":
            return self.step, "B" if self.unit == "business" else "YS"
        if self.step % 7:
            return self.step, "D"
        return self.step // 7, f"W-{WEEKDAYS[(self.phase + 3) % 7]}"

    @property
    def season_length(self) -> int:
        """The customary season in steps; 1 where there is none."""
        if self.unit == "instant":
            counts = (cycle // self.step for cycle in _CYCLES if cycle % self.step == 0)
            return next((n for n in counts if 1 < n <= _LONGEST_CYCLE), self._days_season())
        year = {"month": 12, "half": 24, "business": 5}.get(self.unit, 1)
        if self.unit == "day":
            year, step = (52, self.step // 7) if self.step % 7 == 0 else (7, self.step)
            return year // step if year % step == 0 else 1
        return year // self.step if year % self.step == 0 else 1

    def _days_season(self) -> int:
        return 7 if self.step == _DAY else 1

    def describe(self) -> str:
        """The grid in words, with the alias.

        >>> Grid(unit="month").describe(), Grid(unit="step", step=5).describe()
        ('monthly (MS)', 'every 5 steps')
        """
        if self.unit == "step":
            return "every step" if self.step == 1 else f"every {self.step} steps"
        size, alias = self._alias()
        name = alias.split("-", maxsplit=1)[0]
        word = _WORDS[name.removeprefix("B")[0] if self.unit == "month" else name]
        text = _ADVERBS.get(word, f"every {word}") if size == 1 else f"every {size} {word}s"
        return text if self.unit == "year" else f"{text} ({self.freq})"


def infer_grid(wall: NDArray[np.int64], utc: NDArray[np.int64]) -> Grid:
    """The coarsest grid that holds two or more distinct times, gaps allowed.

    `wall` and `utc` [T] are the same times on the clock of the place and in UTC, ascending.
    """
    # Most often a few tell that there are several times of day.
    clock = wall[:_PROBED] % _DAY
    if (clock != clock[0]).any():
        return _instant_grid(utc)
    days, clock = np.divmod(wall, _DAY)
    if (clock != clock[0]).any() or days[0] == days[-1]:
        return _instant_grid(utc)
    days = distinct(days)
    at = int(clock[0])
    return _month_grid(days, at) or _half_grid(days, at) or _day_grid(days, at)


def _instant_grid(utc: NDArray[np.int64]) -> Grid:
    step = int(np.gcd.reduce(np.diff(distinct(utc))))
    return Grid(unit="instant", step=step, phase=int(utc[0]) % step)


def _month_grid(days: NDArray[np.int64], clock: int) -> Grid | None:
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    stamped = stamped_day(days, months)
    if stamped is None or (np.diff(months) == 0).any():
        return None
    step = int(np.gcd.reduce(np.diff(months)))
    day, roll = stamped
    return Grid(
        unit="month", step=step, phase=int(months[0]) % step, day=day, roll=roll, clock=clock
    )


def _half_grid(days: NDArray[np.int64], clock: int) -> Grid | None:
    for day in (1, _MIDDLE):
        ordinals = _half_ordinals(days, day)
        fits = (_half_days(ordinals, day) == days).all()
        if fits and len(days) > 2 and (np.diff(ordinals) == 1).any():
            return Grid(unit="half", day=day, clock=clock)
    return None


def _half_ordinals(days: NDArray[np.int64], day: int) -> NDArray[np.int64]:
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    of_month = days - month_days(months)[0] + 1
    return np.asarray(2 * months + (of_month >= _MIDDLE + (day != 1)), dtype=np.int64)


def _half_days(ordinals: NDArray[np.int64], day: int) -> NDArray[np.int64]:
    months, second = np.divmod(ordinals, 2)
    first, length = month_days(months)
    early, late = (0, _MIDDLE - 1) if day == 1 else (_MIDDLE - 1, length - 1)
    return np.asarray(first + np.where(second == 1, late, early), dtype=np.int64)


def stamped_day(days: NDArray[np.int64], months: NDArray[np.int64]) -> tuple[int, bool] | None:
    """The day of the month that all days share (31: the last), and whether it is rolled.

    `days` [T] are days since 1970, `months` [T] their months since January 1970.
    """
    latest = int((days - month_days(months)[0]).max()) + 1
    for day, roll in ((1, False), (MONTH_END, False), (1, True), (MONTH_END, True)):
        if (_stamp_days(months, day, roll=roll) == days).all():
            return day, roll
    return (latest, False) if (_stamp_days(months, latest, roll=False) == days).all() else None


def _stamp_days(months: NDArray[np.int64], day: int, *, roll: bool) -> NDArray[np.int64]:
    first, length = month_days(months)
    days = first + np.minimum(day, length) - 1
    if not roll:
        return days
    weekday = (days + 3) % 7
    if day == MONTH_END:
        return days - np.maximum(weekday - 4, 0)
    return days + np.where(weekday > 4, 7 - weekday, 0)


def _day_grid(days: NDArray[np.int64], clock: int) -> Grid:
    step = int(np.gcd.reduce(np.diff(days)))
    if step % 7 and _skips_weekends(days):
        ordinals = business_ordinals(days)
        step = int(np.gcd.reduce(np.diff(ordinals)))
        return Grid(unit="business", step=step, phase=int(ordinals[0]) % step, clock=clock)
    return Grid(unit="day", step=step, phase=int(days[0]) % step, clock=clock)


def _skips_weekends(days: NDArray[np.int64]) -> bool:
    """Whether all of eight or more days are weekdays although two weekends lie between them."""
    if len(days) < 8 or ((days + 3) % 7 > 4).any():
        return False
    return bool((days[-1] + 3) // 7 - (days[0] + 3) // 7 >= 2)


def business_ordinals(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Weekdays since 1969-12-29 [T] of days since 1970 [T]; a weekend counts as its Friday."""
    # 1970-01-01 was a Thursday: day -3 is the Monday that ordinal 0 stands for.
    week, weekday = np.divmod(days + 3, 7)
    return np.asarray(5 * week + np.minimum(weekday, 4))


def _month_alias(grid: Grid) -> tuple[int, str]:
    edge = "E" if grid.day == MONTH_END else "S"
    start = "B" if grid.roll else ""
    if grid.step % 3:
        return grid.step, f"{start}M{edge}"
    letter, size = ("Y", 12) if grid.step % 12 == 0 else ("Q", 3)
    phase = grid.phase % size
    if letter == "Q" and edge == "E":
        phase += 9  # Quarters that end in December are called QE-DEC, not QE-MAR.
    return grid.step // size, f"{start}{letter}{edge}-{MONTH_CODES[phase]}"


def _instant_unit(step: int) -> tuple[int, str]:
    """The largest unit that divides the step, and how many of it."""
    return next((step // size, name) for name, size in INSTANTS.items() if step % size == 0)
