"""Times off a grid -> the periods of the grid that they lie in."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.dates import MICROSECONDS, distinct
from forecast_cli.times.grid import MONTH_END, Grid

_DAY = MICROSECONDS["D"]
_USUAL = {
    **{f"{n}ms": n * 1000 for n in (1, 10, 100)},
    **{f"{n}s": n * MICROSECONDS["s"] for n in (1, 5, 10, 15, 30)},
    **{f"{n}min": n * MICROSECONDS["min"] for n in (1, 5, 10, 15, 30)},
    **{f"{n}h": n * MICROSECONDS["h"] for n in (1, 2, 3, 6, 12)},
    **{"D": _DAY, "W": 7 * _DAY, "SMS": 15 * _DAY, "MS": 30 * _DAY, "QS": 91 * _DAY},
    "YS": 365 * _DAY,
}


def is_end_stamped(grid: Grid) -> bool:
    """Whether a period is called by its last unit: a week by its last day, QE by its last month."""
    by_month_end = grid.unit == "month" and grid.day == MONTH_END
    return by_month_end or (grid.unit == "day" and grid.step % 7 == 0)


def periods(grid: Grid, times: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions [T] of the periods that times [T] lie in; a time on the grid keeps its own.

    >>> quarters = Grid(unit="month", step=3, phase=2, day=31)
    >>> day = np.datetime64("2024-05-07").astype("datetime64[us]").astype(np.int64)
    >>> quarters.times(periods(quarters, np.array([day]))).astype("datetime64[us]")
    array(['2024-06-30T00:00:00.000000'], dtype='datetime64[us]')
    """
    lead = grid.step - 1 if is_end_stamped(grid) else 0
    return grid.count(grid.ordinals(times), lead)


def period_ends(grid: Grid, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The moments [T] at which the periods at positions [T] are over."""
    if grid.unit == "business":
        last = positions * grid.step + grid.phase + grid.step - 1
        return Grid(unit="business").times(last) + _DAY
    return period_starts(grid, positions + 1)


def period_starts(grid: Grid, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first moments [T] of the periods at positions [T]."""
    if is_end_stamped(grid):
        ordinals = positions * grid.step + grid.phase - grid.step + 1
        single = replace(grid, step=1, phase=0)
        return _first_moments(single, ordinals)
    return _first_moments(grid, positions)


def _first_moments(grid: Grid, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    if grid.unit == "half" and grid.day != 1:
        starts = replace(grid, day=1, clock=0).times(positions)
        return starts + np.where(positions * grid.step + grid.phase & 1, _DAY, 0)
    if grid.unit == "month":
        return replace(grid, day=1, roll=False, clock=0).times(positions)
    return replace(grid, clock=0).times(positions)


def usual_frequency(grid: Grid, times: NDArray[np.int64]) -> str:
    """A frequency near the median distance of times [T] that a grid is too fine for."""
    distance = float(np.median(np.diff(distinct(times))))
    if grid.unit == "year":
        return "YS" if distance < 2 else f"{round(distance)}YS"
    if grid.unit == "step":
        return str(max(round(distance), 1))
    return min(_USUAL, key=lambda alias: abs(np.log(_USUAL[alias] / distance)))
