"""Backtest residuals [R, H] -> the half-widths of prediction intervals, per step.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): the half-width at a level is that
quantile of the absolute residuals of forecasts made for values the model had not seen. Residuals
are in units of each series' seasonal error, so that they can be shared among series; or, where
there are many, in units that tell as well how sure of each forecast its parts are.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = np.arange(1, 100)
"""The levels, in per cent, for which half-widths are kept."""

_ENOUGH_PER_STEP = 100
_FEW = 20
_FEWEST_DEGREES = 2
_NORMAL = NormalDist()

_LEAST_DISAGREEMENT, _MOST_DISAGREEMENT = 0.5, 100.0
"""What parts disagree counts so many times what is usual, at least and at most."""

_LARGEST = float(np.finfo(np.float64).max)


def half_widths(residuals: Array) -> Array:
    """Half-widths [99, H] for the levels 1 to 99 % from residuals [R, H], NaN where unknown.

    With fewer than 100 residuals a step, their shape is shared: each step keeps its own mean size,
    and the quantiles are those of all steps together, relative to these sizes. The largest of less
    than 20 residuals is no 95 % quantile: there the half-widths are at least those of a normal
    distribution of which so few draws are known.
    """
    sizes = np.abs(residuals)
    counts = np.isfinite(sizes).sum(axis=0)
    if counts.min() >= _ENOUGH_PER_STEP:
        steps = [_conformal_quantiles(column[np.isfinite(column)]) for column in sizes.T]
        return np.maximum.accumulate(np.stack(steps, axis=1), axis=0)
    typical = _typical_sizes(sizes)
    relative = sizes / np.where(typical > 0, typical, 1.0)
    known = np.isfinite(relative)
    shape = _conformal_quantiles(relative[known])
    n_forecasts = int(known.any(axis=1).sum())
    if n_forecasts < _FEW:
        shape = np.maximum(shape, _student_widths(relative[known], n_forecasts))
    return np.outer(shape, typical)


def extend(widths: Array, horizon: int) -> Array:
    """Half-widths [Q, horizon] beyond the steps they were measured at.

    They go on growing with the square root of the distance, as those of a random walk do.
    """
    known = widths.shape[1]
    if horizon <= known:
        return widths[:, :horizon]
    growth = np.sqrt(np.arange(known + 1, horizon + 1) / known)
    with np.errstate(over="ignore"):
        return np.concatenate((widths, widths[:, -1:] * growth), axis=1)


def usual_disagreement(scale: Array, disagreement: Array) -> float:
    """What parts disagree [W] in the median, in units of `scale` [W] > 0; no number counts as none.

    >>> usual_disagreement(np.array([4.0, 2.0, 1.0]), np.array([16.0, 1.0, 2.0]))
    2.0
    """
    return float(np.median(_in_units(scale, disagreement)))


def with_disagreement(scale: Array, disagreement: Array, usual: float) -> Array:
    """The unit [W] of residuals whose size follows `scale` [W] > 0 and what parts disagree [W].

    It grows with the root of how much more than usual they do: errors are larger where parts are
    apart, but not in proportion (`docs/decisions.md`). Where no disagreement is usual it says
    nothing.

    >>> with_disagreement(np.array([4.0, 4.0]), np.array([16.0, 0.0]), 1.0).round(2).tolist()
    [8.0, 2.83]
    """
    if usual == 0:
        return scale
    with np.errstate(over="ignore"):
        times = _in_units(scale, disagreement) / usual
    unit: Array = scale * np.sqrt(np.clip(times, _LEAST_DISAGREEMENT, _MOST_DISAGREEMENT))
    return unit


def _in_units(scale: Array, disagreement: Array) -> Array:
    with np.errstate(over="ignore"):
        times = disagreement / scale
    return np.where(np.isfinite(times), times, 0.0)


def bounds_at(mean: Array, widths: Array, level: int, scale: Array) -> tuple[Array, Array]:
    """Lower and upper bounds [N, H] at a level around `mean` [N, H].

    `widths` [99, H] are in units of `scale` [N, 1]. Next to the largest float a bound is that
    float.
    """
    with np.errstate(over="ignore"):
        width = scale * widths[level - 1]
        low, high = mean - width, mean + width
    return np.maximum(low, -_LARGEST), np.minimum(high, _LARGEST)


def not_below(floor: Array, mean: Array, bound: Array) -> Array:
    """A bound [N, H] that lies below the floor [N, 1] only where the mean [N, H] does."""
    return np.where(mean >= floor, np.maximum(bound, floor), bound)


def _conformal_quantiles(sizes: Array) -> Array:
    """The ceil((n + 1) level)-th smallest of n sizes for each level, the largest at most."""
    ordered = np.sort(sizes)
    ranks = np.ceil((len(ordered) + 1) * LEVELS / 100).astype(int)
    return np.asarray(ordered[np.clip(ranks, 1, len(ordered)) - 1])


def _student_widths(sizes: Array, n_forecasts: int) -> Array:
    """Half-widths [99] of Student's t with the root mean square of sizes that few forecasts made.

    One degree of freedom is lost to the choice of the method that errs least in them. Source of
    the quantiles: the expansion of Fisher & Cornish (1960).
    """
    freedom = max(_FEWEST_DEGREES, n_forecasts - 1)
    z = np.array([_NORMAL.inv_cdf(0.5 + level / 200) for level in LEVELS])
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    spread = np.sqrt((sizes**2).mean() * (n_forecasts + 1) / max(1, n_forecasts - 1))
    return np.asarray(t * spread)


def _typical_sizes(sizes: Array) -> Array:
    """Mean size per step [H]; never shrinking with the step, and carried over unknown steps."""
    known = np.isfinite(sizes)
    mean = np.where(known, sizes, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.maximum.accumulate(mean)
