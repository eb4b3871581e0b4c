"""Times -> ordinals: a regular grid as integer arithmetic."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.dates import MICROSECONDS, MONTHS, distinct, month_days

Unit = Literal["step", "year", "month", "day", "business", "instant"]

_DAY = MICROSECONDS["D"]
_MONTH_END = 31
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTH_CODES = tuple(month[:3].upper() for month in MONTHS)
_INSTANTS = {**{k: v for k, v in MICROSECONDS.items() if k != "D"}, "ms": 1000, "us": 1}
_WORDS = {
    **{"Y": "year", "YS": "year", "Q": "quarter", "M": "month", "W": "week", "D": "day"},
    **{"B": "business day", "h": "hour", "min": "minute", "s": "second"},
    **{"ms": "millisecond", "us": "microsecond"},
}
_ADVERBS = {
    **{"year": "yearly", "quarter": "quarterly", "month": "monthly", "week": "weekly"},
    **{"day": "daily", "business day": "business daily", "hour": "hourly"},
}
# Cycles within a day that a season may span, longest first.
_CYCLES = (MICROSECONDS["D"], MICROSECONDS["h"], MICROSECONDS["min"])
_LONGEST_CYCLE = 288


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Every `step`-th `unit`, from `phase` on.

    Times are integers: the value itself for "step" and "year", microseconds since 1970 else, on the
    clock of the place for months and days and in UTC for instants. Months are stamped on `day` (31:
    the last one), moved to the nearest business day inside the month if `roll`; months and days
    carry the time of day `clock` (microseconds).
    """

    unit: Unit
    step: int = 1
    phase: int = 0
    day: int = 1
    roll: bool = False
    clock: int = 0

    def positions(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions [T] of times [T]; a time between two positions gets the earlier one."""
        return (self._ordinals(times) - self.phase) // self.step

    def times(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The inverse of `positions`."""
        ordinals = positions * self.step + self.phase
        if self.unit in ("step", "year", "instant"):
            return ordinals
        if self.unit == "month":
            days = _stamp_days(ordinals, self.day, roll=self.roll)
        elif self.unit == "business":
            week, weekday = np.divmod(ordinals, 5)
            days = 7 * week + weekday - 3
        else:
            days = ordinals
        return days * _DAY + self.clock

    def holds(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which times lie on the grid."""
        return np.asarray(self.times(self.positions(times)) == times)

    def _ordinals(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        if self.unit in ("step", "year", "instant"):
            return times
        days = times // _DAY
        if self.unit == "month":
            return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        if self.unit == "business":
            return _business_ordinals(days)
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
        if self.unit != "day":
            return self.step, "B" if self.unit == "business" else "YS"
        if self.step % 7:
            return self.step, "D"
        return self.step // 7, f"W-{_WEEKDAYS[(self.phase + 3) % 7]}"

    @property
    def season_length(self) -> int:
        """The customary season in steps; 1 where there is none."""
        if self.unit == "instant":
            counts = (cycle // self.step for cycle in _CYCLES if cycle % self.step == 0)
            return next((n for n in counts if 1 < n <= _LONGEST_CYCLE), self._days_season())
        year = {"month": 12, "business": 5}.get(self.unit, 1)
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
    days, clock = np.divmod(wall, _DAY)
    if (clock != clock[0]).any() or days[0] == days[-1]:
        step = int(np.gcd.reduce(np.diff(distinct(utc))))
        return Grid(unit="instant", step=step, phase=int(utc[0]) % step)
    days = distinct(days)
    return _month_grid(days, int(clock[0])) or _day_grid(days, int(clock[0]))


def grid_from_alias(alias: str, wall: NDArray[np.int64], utc: NDArray[np.int64]) -> Grid:
    """The grid of a pandas offset alias, old spellings included, anchored where the times are.

    What the alias leaves open (the weekday of "W", the month of "QS", the time of day) is taken
    from the first time.

    Raises:
        ValueError: The alias is not known; the text says which are.
    """
    unit, step, edge, anchor = _read_alias(alias)
    if unit == "instant":
        return Grid(unit="instant", step=step, phase=int(utc[0]) % step)
    days, clocks = np.divmod(wall, _DAY)
    clock = int(clocks[0])
    if unit == "month":
        month = int(days[:1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)[0])
        phase = (month if anchor is None else anchor) % step
        day, roll = _edge_day(edge, days)
        return Grid(unit="month", step=step, phase=phase, day=day, roll=roll, clock=clock)
    if unit == "business":
        ordinal = int(_business_ordinals(days[:1])[0])
        return Grid(unit="business", step=step, phase=ordinal % step, clock=clock)
    phase = int(days[0]) % step
    if anchor is not None:
        phase = int(days[0] - (days[0] + 3 - anchor) % 7) % step
    return Grid(unit="day", step=step, phase=phase, clock=clock)


_ALIASES: dict[str, tuple[Unit, int, str]] = {
    "D": ("day", 1, ""),
    "W": ("day", 7, ""),
    "B": ("business", 1, ""),
    "C": ("business", 1, ""),
}
for _name, _months in (("M", 1), ("Q", 3), ("Y", 12), ("A", 12)):
    _ALIASES |= {
        _name: ("month", _months, "any"),
        f"{_name}S": ("month", _months, "start"),
        f"{_name}E": ("month", _months, "end"),
        f"B{_name}": ("month", _months, "business end"),
        f"B{_name}E": ("month", _months, "business end"),
        f"B{_name}S": ("month", _months, "business start"),
    }
for _name, _old in (("h", "H"), ("min", "T"), ("s", "S"), ("ms", "L"), ("us", "U")):
    _ALIASES |= {_name: ("instant", _INSTANTS[_name], ""), _old: ("instant", _INSTANTS[_name], "")}
_ALIAS = re.compile(r"(\d{0,6})\s*([A-Za-z]+)(?:-([A-Za-z]{3}))?")


def _read_alias(alias: str) -> tuple[Unit, int, str, int | None]:
    """Unit, step, where in the month, and the anchor (weekday or month number)."""
    match = _ALIAS.fullmatch(alias.strip())
    name = match[2] if match else ""
    known = _ALIASES.get(name) or (_ALIASES.get(name.upper()) if name != "m" else None)
    if match is None or known is None or match[1] == "0":
        raise ValueError(
            f"{alias!r} is not known; accepted: YS, YE, QS, QE, MS, ME, W, D, B, h, min, s, with a "
            "count (15min) or an anchor (W-SUN, QS-JAN), or a whole number for integer times"
        )
    unit, size, edge = known
    anchor = match[3].upper() if match[3] else None
    codes = _WEEKDAYS if size == 7 else _MONTH_CODES
    if anchor is not None and (anchor not in codes or (unit, size) in (("month", 1), ("day", 1))):
        raise ValueError(f"{alias!r} has the anchor {anchor}; accepted: {', '.join(codes)}")
    return unit, size * int(match[1] or 1), edge, None if anchor is None else codes.index(anchor)


def _edge_day(edge: str, days: NDArray[np.int64]) -> tuple[int, bool]:
    """The day of the month that an alias asks for, and whether it is moved to a business day."""
    if edge.startswith("business"):
        return (_MONTH_END if edge.endswith("end") else 1), True
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    stamped = _stamped_day(days, months)
    asked = {"start": 1, "end": _MONTH_END}.get(edge)
    # "MS" also names months stamped on one other day, as no alias of theirs exists.
    if stamped is not None and not stamped[1]:
        day = stamped[0]
        if asked is None or (asked == 1 and day != _MONTH_END):
            return stamped
    return asked or _MONTH_END, False


def _month_grid(days: NDArray[np.int64], clock: int) -> Grid | None:
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    stamped = _stamped_day(days, months)
    if stamped is None or (np.diff(months) == 0).any():
        return None
    step = int(np.gcd.reduce(np.diff(months)))
    day, roll = stamped
    return Grid(
        unit="month", step=step, phase=int(months[0]) % step, day=day, roll=roll, clock=clock
    )


def _stamped_day(days: NDArray[np.int64], months: NDArray[np.int64]) -> tuple[int, bool] | None:
    """The day of the month that all days share (31: the last), and whether it is rolled."""
    latest = int((days - month_days(months)[0]).max()) + 1
    for day, roll in ((1, False), (_MONTH_END, False), (1, True), (_MONTH_END, True)):
        if (_stamp_days(months, day, roll=roll) == days).all():
            return day, roll
    return (latest, False) if (_stamp_days(months, latest, roll=False) == days).all() else None


def _stamp_days(months: NDArray[np.int64], day: int, *, roll: bool) -> NDArray[np.int64]:
    first, length = month_days(months)
    days = first + np.minimum(day, length) - 1
    if not roll:
        return days
    weekday = (days + 3) % 7
    if day == _MONTH_END:
        return days - np.maximum(weekday - 4, 0)
    return days + np.where(weekday > 4, 7 - weekday, 0)


def _day_grid(days: NDArray[np.int64], clock: int) -> Grid:
    step = int(np.gcd.reduce(np.diff(days)))
    if step % 7 and _skips_weekends(days):
        ordinals = _business_ordinals(days)
        step = int(np.gcd.reduce(np.diff(ordinals)))
        return Grid(unit="business", step=step, phase=int(ordinals[0]) % step, clock=clock)
    return Grid(unit="day", step=step, phase=int(days[0]) % step, clock=clock)


def _skips_weekends(days: NDArray[np.int64]) -> bool:
    """Whether all of eight or more days are weekdays although two weekends lie between them."""
    if len(days) < 8 or ((days + 3) % 7 > 4).any():
        return False
    return bool((days[-1] + 3) // 7 - (days[0] + 3) // 7 >= 2)


def _business_ordinals(days: NDArray[np.int64]) -> NDArray[np.int64]:
    # 1970-01-01 was a Thursday: day -3 is the Monday that ordinal 0 stands for.
    week, weekday = np.divmod(days + 3, 7)
    return np.asarray(5 * week + np.minimum(weekday, 4))


def _month_alias(grid: Grid) -> tuple[int, str]:
    edge = "E" if grid.day == _MONTH_END else "S"
    start = "B" if grid.roll else ""
    if grid.step % 3:
        return grid.step, f"{start}M{edge}"
    letter, size = ("Y", 12) if grid.step % 12 == 0 else ("Q", 3)
    phase = grid.phase % size
    if letter == "Q" and edge == "E":
        phase += 9  # Quarters that end in December are called QE-DEC, not QE-MAR.
    return grid.step // size, f"{start}{letter}{edge}-{_MONTH_CODES[phase]}"


def _instant_unit(step: int) -> tuple[int, str]:
    """The largest unit that divides the step, and how many of it."""
    return next((step // size, name) for name, size in _INSTANTS.items() if step % size == 0)
