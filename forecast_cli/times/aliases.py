"""Pandas offset alias -> grid: anchored where the times are, or as pandas anchors its periods."""

import re

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.dates import MICROSECONDS
from forecast_cli.times.grid import (
    INSTANTS,
    MONTH_CODES,
    MONTH_END,
    WEEKDAYS,
    Grid,
    Unit,
    business_ordinals,
    stamped_day,
)

_DAY = MICROSECONDS["D"]
_SUNDAY = WEEKDAYS.index("SUN")

_ALIASES: dict[str, tuple[Unit, int, str]] = {
    "D": ("day", 1, ""),
    "W": ("day", 7, ""),
    "B": ("business", 1, ""),
    "C": ("business", 1, ""),
    "SMS": ("half", 1, "start"),
    "SME": ("half", 1, "end"),
    "SM": ("half", 1, "end"),
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
for _name in ("BM", "BME", "BMS"):
    # Without a list of holidays, business days are weekdays.
    _ALIASES[f"C{_name}"] = _ALIASES[_name]
for _name, _old in (("h", "H"), ("min", "T"), ("s", "S"), ("ms", "L"), ("us", "U")):
    _ALIASES |= {_name: ("instant", INSTANTS[_name], ""), _old: ("instant", INSTANTS[_name], "")}
_ALIAS = re.compile(r"(\d{0,6})\s*([A-Za-z]+)(?:-([A-Za-z]{3}|15))?")


def grid_from_alias(alias: str, wall: NDArray[np.int64], utc: NDArray[np.int64]) -> Grid:
    """The grid of a pandas offset alias, old spellings included, anchored where the times are.

    What the alias leaves open (the weekday of "W", the month of "QS", the time of day) is taken
    from the first time; `wall` and `utc` [T] are the same times as `infer_grid` takes them.

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
    if unit == "half":
        half = Grid(unit="half", step=step, day=1 if edge == "start" else 15, clock=clock)
        phase = int(half.ordinals(wall[:1])[0]) % step
        return Grid(unit="half", step=step, phase=phase, day=half.day, clock=clock)
    if unit == "business":
        ordinal = int(business_ordinals(days[:1])[0])
        return Grid(unit="business", step=step, phase=ordinal % step, clock=clock)
    phase = int(days[0]) % step
    if anchor is not None:
        phase = int(days[0] - (days[0] + 3 - anchor) % 7) % step
    return Grid(unit="day", step=step, phase=phase, clock=clock)


def period_grid(alias: str, wall: NDArray[np.int64], utc: NDArray[np.int64]) -> Grid:
    """The grid of an alias for times [T] that need not lie on it: periods as pandas anchors them.

    Weeks end on Sunday, quarters in December and so on unless the alias says otherwise. Where all
    times lie on the grid that `grid_from_alias` finds, it is that one; ValueError as there.
    """
    found = grid_from_alias(alias, wall, utc)
    if found.holds(utc if found.unit == "instant" else wall).all():
        return found
    unit, step, edge, anchor = _read_alias(alias)
    if unit == "instant":
        # Periods begin on the clock of the place, where that is half an hour off as well.
        return Grid(unit="instant", step=step, phase=int(utc[0] - wall[0]) % step)
    if unit == "month":
        at_end = not edge.endswith("start")
        phase = (step - 1 if at_end else 0) if anchor is None else anchor
        day, roll = (MONTH_END if at_end else 1), edge.startswith("business")
        return Grid(unit="month", step=step, phase=phase % step, day=day, roll=roll)
    if unit == "half":
        return Grid(unit="half", step=step, day=found.day)
    if unit == "day" and step % 7 == 0:
        phase = ((_SUNDAY if anchor is None else anchor) + 4) % 7
        return Grid(unit="day", step=step, phase=phase)
    return Grid(unit=unit, step=step)


def _read_alias(alias: str) -> tuple[Unit, int, str, int | None]:
    """Unit, step, where in the month, and the anchor (weekday or month number)."""
    match = _ALIAS.fullmatch(alias.strip())
    name = match[2] if match else ""
    known = _ALIASES.get(name) or (_ALIASES.get(name.upper()) if name != "m" else None)
    if match is None or known is None or match[1] == "0":
        raise ValueError(
            f"{alias!r} is not known; accepted: YS, YE, QS, QE, MS, ME, SMS, SME, W, D, B, h, min, "
            "s, with a count (15min) or an anchor (W-SUN, QS-JAN), or a whole number for integer "
            "times"
        )
    unit, size, edge = known
    anchor = match[3].upper() if match[3] else None
    if unit == "half" and anchor == "15":
        anchor = None
    codes = WEEKDAYS if size == 7 else MONTH_CODES
    fixed = unit in ("half", "instant") or (unit, size) in (("month", 1), ("day", 1))
    if anchor is not None and (anchor not in codes or fixed):
        raise ValueError(f"{alias!r} has the anchor {anchor}; accepted: {', '.join(codes)}")
    return unit, size * int(match[1] or 1), edge, None if anchor is None else codes.index(anchor)


def _edge_day(edge: str, days: NDArray[np.int64]) -> tuple[int, bool]:
    """The day of the month that an alias asks for, and whether it is moved to a business day."""
    if edge.startswith("business"):
        return (MONTH_END if edge.endswith("end") else 1), True
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    stamped = stamped_day(days, months)
    asked = {"start": 1, "end": MONTH_END}.get(edge)
    # "MS" also names months stamped on one other day, as no alias of theirs exists.
    if stamped is not None and not stamped[1]:
        day = stamped[0]
        if asked is None or (asked == 1 and day != MONTH_END):
            return stamped
    return asked or MONTH_END, False
