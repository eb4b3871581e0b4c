"""Loops over steps and over rows: the one over time that there is, and the one over tiles of rows.

NumPy takes the steps one after the other. Arrays of another kind may fold in their own way: those
that write down a graph (see `graph`) make one operator of the loop, not a copy of the step for each
position.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]
Step = Callable[[Arrays, Arrays], tuple[Arrays, Arrays]]
"""``(state, inputs of one position [B, ...]) -> (state after it, what it gives out [B, ...])``"""


def fold(step: Step, state: Arrays, inputs: Sequence[NDArray[Any]], first: Any = 0) -> Any:
    """The state after the inputs [B, L, ...] of each position, and all given out [B, L, ...].

    The positions before `first` change nothing and are left out.

    >>> def add(state, now):
    ...     return (state[0] + now[0],), ()
    >>> fold(add, (np.zeros(1),), (np.array([[1.0, 2.0, 3.0]]),))
    ((array([6.]),), ())
    """
    own = getattr(inputs[0], "__fold__", None)
    if own is not None:
        return own(step, state, inputs, first)
    given = []
    for position in range(int(first), inputs[0].shape[1]):
        state, out = step(state, tuple(part[:, position] for part in inputs))
        given.append(out)
    return state, tuple(np.stack(parts, axis=1) for parts in zip(*given, strict=True))


def tiled(function: Callable[..., Any], arrays: Arrays, size: int) -> Any:
    """What a function makes of the rows of arrays [B, ...], `size` rows at a time.

    Rows that are missing to a whole tile are zeros, so that the function always has as many.

    >>> tiled(lambda rows: rows * len(rows), (np.ones((5, 1)),), 3).ravel().tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    n_rows = len(arrays[0])
    if hasattr(arrays[0], "__fold__") or not n_rows:
        return function(*arrays)
    starts = range(0, n_rows, size)
    tiles = [function(*(_tile(part, start, size) for part in arrays)) for start in starts]
    return np.concatenate(tiles)[:n_rows]


def in_parts(
    rule: Callable[[NDArray[Any], int], NDArray[Any]],
    context: NDArray[Any],
    horizon: int,
    most: int,
) -> NDArray[Any]:
    """What a rule forecasts [B, H] from contexts [B, L], at most so many rows at a time.

    >>> in_parts(lambda rows, horizon: rows + len(rows), np.zeros((5, 1)), 1, 3).ravel().tolist()
    [3.0, 3.0, 3.0, 2.0, 2.0]
    """
    parts = np.array_split(context, max(1, -(-len(context) // most)))
    return np.concatenate([rule(part, horizon) for part in parts])


def _tile(values: NDArray[Any], start: int, size: int) -> NDArray[Any]:
    rows = values[start : start + size]
    missing = size - len(rows)
    return np.pad(rows, ((0, missing), *[(0, 0)] * (rows.ndim - 1))) if missing else rows
