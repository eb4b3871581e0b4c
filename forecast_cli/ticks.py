"""Positions, values -> where an axis is marked, and what stands there."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.calendar import Calendar
from forecast_cli.wording import escape

Ticks = tuple[list[float], list[str]]

_ROUND = (1, 2, 5)
# Unit of NumPy, how many of it lie between two marks, and how these are written.
_CLOCK = (
    ("Y", (100, 50, 20, 10, 5, 2, 1), "%Y"),
    ("M", (6, 3, 1), "%Y-%m"),
    ("D", (14, 7, 2, 1), "%Y-%m-%d"),
    ("h", (12, 6, 3, 1), "%m-%d %H:%M"),
    ("m", (30, 15, 5, 1), "%m-%d %H:%M"),
    ("s", (30, 15, 5, 1), "%H:%M:%S"),
)
# Days are counted from a Thursday, and weeks begin on Monday.
_DAYS_TO_MONDAY = 3
_LONGEST = 40
_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))


def time_ticks(calendar: Calendar, first: int, last: int, *, most: int) -> Ticks:
    """At most so many marks among the positions from first to last, where round times lie.

    >>> time_ticks(Calendar.dates("MS", pattern="%Y-%m"), 648, 700, most=5)
    ([648, 660, 672, 684, 696], ['2024', '2025', '2026', '2027', '2028'])
    >>> time_ticks(Calendar.steps(), 3, 42, most=5)
    ([10, 20, 30, 40], ['10', '20', '30', '40'])
    """
    positions = np.arange(first, last + 1)
    labels = [escape(str(label), limit=_LONGEST) for label in calendar.labels(positions)]
    if calendar.kind != "date":
        return _number_ticks(positions, np.array(labels).astype(np.int64), most)
    times = calendar.text.parse(labels)
    clock = times.wall.astype("datetime64[us]")
    found: Ticks | None = None
    for unit, sizes, pattern in _CLOCK:
        for size in sizes:
            rows = _round_rows(clock, unit, size)
            if len(rows) > most or times.bad.any():
                return found or _spread_ticks(positions, labels, most)
            if len(rows) > 1:
                written = [time.strftime(pattern) for time in clock[rows].tolist()]
                found = positions[rows].tolist(), written
    return found or _spread_ticks(positions, labels, most)


def _round_rows(clock: NDArray[np.datetime64], unit: str, size: int) -> NDArray[np.intp]:
    """Where a new period of so many units begins, for instance a new year."""
    before = clock[:1] - np.timedelta64(1, "us")
    number = np.concatenate((before, clock)).astype(f"datetime64[{unit}]").astype(np.int64)
    origin = {"Y": 1970, "D": _DAYS_TO_MONDAY}.get(unit, 0)
    return np.flatnonzero(np.diff((number + origin) // size))


def _number_ticks(positions: NDArray[np.int64], times: NDArray[np.int64], most: int) -> Ticks:
    step = max(1, int(_round_step(float(times[-1] - times[0]), most)))
    rows = np.flatnonzero(times % step == 0)
    if len(rows) < 2:
        return _spread_ticks(positions, [str(time) for time in times.tolist()], most)
    return positions[rows].tolist(), [str(time) for time in times[rows].tolist()]


def _spread_ticks(positions: NDArray[np.int64], labels: Sequence[str], most: int) -> Ticks:
    rows = np.unique(np.linspace(0, len(positions) - 1, min(3, most)).astype(int))
    return positions[rows].tolist(), [labels[row] for row in rows]


def value_ticks(low: float, high: float, *, most: int) -> Ticks:
    """At most so many round values from low to high.

    >>> value_ticks(96, 655, most=5)
    ([200.0, 400.0, 600.0], ['200', '400', '600'])
    >>> value_ticks(-0.2, 0.31, most=4)
    ([-0.2, 0.0, 0.2], ['−0.2', '0', '0.2'])
    >>> value_ticks(0, 3.2e6, most=5)[1]
    ['0', '1 M', '2 M', '3 M']
    """
    step = _round_step(high - low, most)
    lowest, highest = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [number * step for number in range(lowest, highest + 1)]
    return values, _value_labels(values, step)


def _value_labels(values: Sequence[float], step: float) -> list[str]:
    """Values as an axis shows them, with as many digits as tell so small a step.

    >>> _value_labels([12000, 12500.0], 500), _value_labels([1.25e6], 1e4)
    (['12 000', '12 500'], ['1.25 M'])
    """
    largest = max(map(abs, values), default=0.0)
    if largest >= 1e15 or 0 < largest < 1e-4:
        digits = 2 + math.floor(math.log10(largest / step) + 1e-9)
        return [f"{value:.{max(1, digits)}g}".replace("-", "−") for value in values]
    size, name = next(((s, n) for s, n in _UNITS if largest >= s), (1.0, ""))
    digits = max(0, -math.floor(math.log10(step / size) + 1e-9))
    shown = [
        f"{value / size + 0.0:,.{digits}f}".replace(",", " ").replace("-", "−") for value in values
    ]
    return [
        f"{text} {name}" if name and value else _zero(text)
        for text, value in zip(shown, values, strict=True)
    ]


def _zero(text: str) -> str:
    return "0" if not text.strip("−0.") else text


def _round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10 … of which fewer than so many lie in a span."""
    least = span / most if span > 0 and math.isfinite(span) else 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next((f * power for f in _ROUND if f * power > least * (1 + 1e-9)), 10 * power)
