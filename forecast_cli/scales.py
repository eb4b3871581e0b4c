"""Context [B, L] -> the size of each row's changes [B], in the user's units, outliers held down."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OUTLIER = 10.0
"""A change counts at most this many times the typical one."""

LARGEST_EXPONENT = 10.0
"""A forecast on logs lies within a factor of e^10 of the last value."""

_SHARE_OF_LEVEL = 0.01
_LARGEST_STANDARD = 10.0


def positive_scales(context: Array, season_length: int) -> Array:
    """The mean absolute seasonal change of each row [B], NaN left out; always above zero.

    A row without any seasonal change is scaled by its changes from step to step; one without those
    by a hundredth of its level, and one of zeros or without values by 1.

    >>> positive_scales(np.array([[np.nan, 1.0, 3.0], [2.0, 2.0, 2.0]]), 1).tolist()
    [2.0, 0.02]
    """
    changes = _change_sizes(context, season_length)
    scales = np.where(changes > 0, changes, _SHARE_OF_LEVEL * mean_size(context))
    return np.where(scales > 0, scales, 1.0)


def typical_share(context: Array, season_length: int) -> float:
    """What the size of a row's changes is of its level in the median, over rows that change."""
    changes, level = _change_sizes(context, season_length), mean_size(context)
    known = (changes > 0) & (level > 0)
    return float(np.median(changes[known] / level[known])) if known.any() else _SHARE_OF_LEVEL


def in_standard_units(values: Array, centre: float, spread: float) -> Array:
    """Values of any shape less a centre, over a spread, at most ten; what is missing is usual: 0.

    >>> in_standard_units(np.array([3.0, np.nan, 1e9]), 1.0, 2.0).tolist()
    [1.0, 0.0, 10.0]
    """
    standard = np.nan_to_num((values - centre) / spread)
    return np.clip(standard, -_LARGEST_STANDARD, _LARGEST_STANDARD)


def _change_sizes(context: Array, season_length: int) -> Array:
    """The size of each row's seasonal changes, else of those from step to step, 0 without any."""
    seasonal = mean_size(context[:, season_length:] - context[:, :-season_length])
    return np.where(seasonal > 0, seasonal, mean_size(context[:, 1:] - context[:, :-1]))


def mean_size(values: Array) -> Array:
    """The mean absolute value of each row [B] of [B, K], NaN left out, 0 without any.

    A value counts at most ten times the median of those that are not 0: one wild value must not
    become the unit of all others.

    >>> mean_size(np.array([[1.0, -2.0, np.nan, 3.0], [1.0, 1.0, 1.0, 997.0]])).tolist()
    [2.0, 3.25]
    """
    sizes = np.abs(values)
    known = np.isfinite(sizes)
    positive = known & (sizes > 0)
    if values.shape[1] == 0:
        return np.zeros(len(values))
    ordered = np.sort(np.where(positive, sizes, np.inf), axis=1)
    middle = np.minimum(positive.sum(axis=1) // 2, values.shape[1] - 1)
    median = np.where(positive.any(axis=1), ordered[np.arange(len(values)), middle], 0.0)
    limited = np.where(known, np.minimum(sizes, OUTLIER * median[:, None]), 0.0)
    result: Array = limited.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return result


def in_own_units(context: Array) -> tuple[Array, NDArray[np.bool_], Array]:
    """Values [B, L] in units of their mean size, 0 where unknown; which are known; units [B, 1].

    Squares of such values neither overflow nor vanish. A row of zeros or without values has unit 1.

    >>> values, observed, unit = in_own_units(np.array([[np.nan, 2.0, 6.0]]))
    >>> values.tolist(), observed.tolist(), unit.tolist()
    ([[0.0, 0.5, 1.5]], [[False, True, True]], [[4.0]])
    """
    size, observed = mean_size(context), np.isfinite(context)
    unit = np.where(size > 0, size, 1.0)[:, None]
    return np.where(observed, context, 0.0) / unit, observed, unit
