"""Values [B, L] and which are observed -> how each row starts, and its line by each step."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_EARLY_CHANGES = 4
"""An early slope is that of so many changes."""


def nth_observed(values: Array, observed: NDArray[np.bool_], n: int) -> Array:
    """The value [B, 1] that has n observed values before it, else the last observed one."""
    position = _position(observed, n)
    return np.take_along_axis(values, position, axis=1)


def first_step(observed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first step [] with a value in any row."""
    result: NDArray[np.intp] = observed.argmax(axis=1).min(initial=observed.shape[1])
    return result


def _position(observed: NDArray[np.bool_], n: int) -> NDArray[np.intp]:
    counts = np.cumsum(observed, axis=1)
    wanted = np.minimum(n + 1, counts[:, -1:])
    result: NDArray[np.intp] = (counts >= wanted).argmax(axis=1)[:, None]
    return result


def early_slope(values: Array, observed: NDArray[np.bool_]) -> Array:
    """The mean change [B, 1] a step over the first few changes."""
    start, stop = _position(observed, 0), _position(observed, _EARLY_CHANGES)
    change = np.take_along_axis(values, stop, axis=1) - np.take_along_axis(values, start, axis=1)
    result: Array = change / np.maximum(stop - start, 1)
    return result


def lines_so_far(values: Array, observed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Intercepts and slopes [B, L + 1] of the line through the first 0, 1, … L steps.

    Steps count from the first value, which is step 1. Without two values the line is flat.
    """
    steps = np.cumsum(np.logical_or.accumulate(observed, axis=1), axis=1)
    sums = [
        np.pad(np.cumsum(term * observed, axis=1), ((0, 0), (1, 0)))
        for term in (np.ones_like(values), steps, steps**2, values, steps * values)
    ]
    n, t, tt, y, ty = sums
    spread = n * tt - t**2
    enough = spread > 0
    slope = np.divide(n * ty - t * y, spread, out=np.zeros_like(y), where=enough)
    mean = np.divide(y - slope * t, n, out=np.zeros_like(y), where=n > 0)
    first = nth_observed(values, observed, 0)
    return np.where(n > 0, mean, first), slope


def steps_since(observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many steps [B, L + 1] lie between the last value and each step; 0 before the first."""
    steps = np.arange(1, observed.shape[1] + 1)
    last = np.maximum.accumulate(np.where(observed, steps, 0), axis=1)
    since = np.where(last > 0, steps - last, 0)
    return np.pad(since, ((0, 0), (1, 0)))
