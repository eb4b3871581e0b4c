"""Matrix of a series a row -> its values one after the other, without blanks at their ends."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from forecast_cli.reading.places import Numbered

T = TypeVar("T", bound=np.generic)

# So many rows at once stay in the cache of the processor.
_ROWS = 1 << 9


def by_rows(matrix: NDArray[np.float64], order: Numbered) -> NDArray[np.float64]:
    """A matrix [R, K] with its rows in an order, one after the other in memory."""
    rows = np.empty(matrix.shape)
    for first in range(0, len(rows), _ROWS):
        rows[first : first + _ROWS] = matrix[order[first : first + _ROWS]]
    return rows


def row_spans(matrix: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """How many values lie between the first and the last known one of each row, and which do.

    They are None where all do. A row without any value keeps one missing value, so that its name
    can be told.
    """
    n_rows, n_columns = matrix.shape
    # A missing value is the least one.
    if not np.isnan(matrix.min(initial=0.0)):
        return np.full(n_rows, n_columns), None
    known = ~np.isnan(matrix)
    first = known.argmax(axis=1)
    last = n_columns - 1 - known[:, ::-1].argmax(axis=1)
    last[~known[np.arange(n_rows), first]] = 0
    number = np.arange(n_columns)
    return last - first + 1, (number >= first[:, None]) & (number <= last[:, None])


def each_row(times: NDArray[T], keep: NDArray[np.bool_] | None, n_rows: int) -> NDArray[T]:
    """What is kept of the same times [K] in each row."""
    return np.tile(times, n_rows) if keep is None else np.broadcast_to(times, keep.shape)[keep]
