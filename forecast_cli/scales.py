"""Context [B, L] -> the size of each series' errors [B], in the user's units."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SHARE_OF_LEVEL = 0.01


def positive_scales(context: Array, season_length: int) -> Array:
    """The mean absolute seasonal change of each row [B], NaN left out; always above zero.

    A row without any seasonal change is scaled by its changes from step to step; one without those
    by a hundredth of its level, and one of zeros or without values by 1.

    >>> positive_scales(np.array([[np.nan, 1.0, 3.0], [2.0, 2.0, 2.0]]), 1).tolist()
    [2.0, 0.02]
    """
    scales = np.zeros(len(context))
    for changes in (
        context[:, season_length:] - context[:, :-season_length],
        context[:, 1:] - context[:, :-1],
        _SHARE_OF_LEVEL * context,
    ):
        scales = np.where(scales > 0, scales, _mean_size(changes))
    return np.where(scales > 0, scales, 1.0)


def _mean_size(values: Array) -> Array:
    known = np.isfinite(values)
    total = np.where(known, np.abs(values), 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1))
