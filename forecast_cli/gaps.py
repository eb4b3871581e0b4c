"""Contexts [B, L] with gaps -> how long each has lasted, or what stands in for it."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def freshness(observed: NDArray[np.bool_]) -> Array:
    """How recently each step [B, L] was observed: one over one plus the steps since, 0 before any.

    It is 1 where a value is observed, and says in one number whether and how long one is missing.

    >>> freshness(np.array([[False, True, False, False]])).round(2).tolist()
    [[0.0, 1.0, 0.5, 0.33]]
    """
    last = last_observed(observed)
    steps = np.arange(observed.shape[1])
    return np.where(last >= 0, 1.0 / (1 + steps - np.maximum(last, 0)), 0.0)


def last_observed(observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The latest observed step [B, L] up to each step, -1 before the first."""
    steps = np.arange(observed.shape[1])
    return np.maximum.accumulate(np.where(observed, steps, -1), axis=1)


def has_gaps(context: Array) -> NDArray[np.bool_]:
    """Which rows [B] of contexts [B, L] lack a value between two known ones.

    >>> has_gaps(np.array([[np.nan, 1.0, 2.0], [1.0, np.nan, 2.0]])).tolist()
    [False, True]
    """
    observed = np.isfinite(context)
    begun = np.logical_or.accumulate(observed, axis=1)
    goes_on = np.logical_or.accumulate(observed[:, ::-1], axis=1)[:, ::-1]
    result: NDArray[np.bool_] = np.any(begun & goes_on & ~observed, axis=1)
    return result


def interpolate(context: Array) -> Array:
    """Contexts [B, L] with gaps filled along the line between the values on both sides.

    What lies before the first or after the last value of a row stays NaN: nothing is known there,
    and what comes after a cutoff must not be guessed from what lies behind it.

    >>> interpolate(np.array([[np.nan, 1.0, np.nan, 3.0, np.nan]])).tolist()
    [[nan, 1.0, 2.0, 3.0, nan]]
    """
    observed = np.isfinite(context)
    before = last_observed(observed)
    after = context.shape[1] - 1 - last_observed(observed[:, ::-1])[:, ::-1]
    within = ~observed & (before >= 0) & (after < context.shape[1])
    rows, steps = np.nonzero(within)
    left, right = before[rows, steps], after[rows, steps]
    share = (steps - left) / (right - left)
    filled = context.copy()
    filled[rows, steps] = (1 - share) * context[rows, left] + share * context[rows, right]
    return filled


def with_whole_season(context: Array, season_length: int) -> Array:
    """Contexts [B, L] with the gaps of their last season filled from earlier ones.

    A value is taken from the same phase of the latest season that has it, and moved by the mean
    change over a season for every season that it is older. A phase never seen stays NaN.

    >>> with_whole_season(np.array([[1.0, 5.0, 3.0, np.nan]]), 2).tolist()
    [[1.0, 5.0, 3.0, 7.0]]
    """
    if np.isfinite(context[:, -season_length:]).all():
        return context
    rows, length = context.shape
    seasons = -(-length // season_length)
    missing = seasons * season_length - length
    values = context.astype(np.float64)
    whole = np.pad(values, ((0, 0), (missing, 0)), constant_values=np.nan)
    by_season = whole.reshape(rows, seasons, season_length)
    observed = np.isfinite(by_season)
    age = observed[:, ::-1].argmax(axis=1)
    latest = np.take_along_axis(by_season, seasons - 1 - age[:, None], axis=1)[:, 0]
    change = by_season[:, 1:] - by_season[:, :-1]
    known = np.isfinite(change)
    counts = np.maximum(known.sum(axis=(1, 2)), 1)
    mean_change = np.where(known, change, 0.0).sum(axis=(1, 2)) / counts
    whole[:, -season_length:] = latest + age * mean_change[:, None]
    return whole[:, missing:]
