"""A forecast in the user's units and names, and its long frame."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.id_order import rank_ids
from forecast_cli.panel import Columns
from forecast_cli.times.calendar import Calendar

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Point forecasts and interval bounds of N series over H steps after their cutoffs.

    `mean` and the bounds are [N, H] in the user's units, finite, with lo <= mean <= hi and wider
    levels containing narrower ones. `cutoffs` [N] are calendar positions; step h lies at position
    cutoff + h, h = 1 … H. `ids` is [N, K], K the number of id columns (0 for one unnamed series).
    `actual` [N, H] holds known values, NaN where there is none, and `in_sample` [N, H] says which
    of them were seen in training; both are None in a plain forecast. A scored forecast may hold a
    series several times, once a cutoff.
    """

    columns: Columns
    calendar: Calendar
    ids: NDArray[np.object_]
    cutoffs: NDArray[np.int64]
    mean: NDArray[np.float64]
    bounds: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(
        default_factory=dict
    )
    actual: NDArray[np.float64] | None = None
    in_sample: NDArray[np.bool_] | None = None

    def frame(self, order: Sequence[int] | None = None) -> "pd.DataFrame":
        """One row a step, sorted by id, cutoff and time, under the user's own column names.

        The series may also come in an `order` [N] of their numbers.

        The columns are the ids, the time, `forecast`, `forecast-lo-80`, `forecast-hi-80` and so on;
        a scored forecast also has `cutoff`, the known value under the name of the target, and
        `in_sample`, and no row where no value is known. Where the user has a column of such a
        name, ours gets a `_` at its end. Ids that are digits throughout are sorted as
        numbers.
        """
        import pandas as pd

        order = self._order() if order is None else order
        frame = pd.DataFrame(self._columns(order))
        if self.actual is None:
            return frame
        return frame[np.isfinite(self.actual[order].ravel())].reset_index(drop=True)

    def rows(self, order: Sequence[int] | None = None) -> dict[str, list[Any]]:
        """The columns of the frame as plain Python values, NaN as None, made without pandas."""
        order = self._order() if order is None else order
        columns = {name: _plain(np.asarray(c)) for name, c in self._columns(order).items()}
        if self.actual is None:
            return columns
        scored = np.isfinite(self.actual[order].ravel()).tolist()
        return {name: list(compress(column, scored)) for name, column in columns.items()}

    def _columns(self, order: Sequence[int]) -> dict[str, Any]:
        order = list(order)
        horizon = self.mean.shape[1]
        cutoffs = self.cutoffs[order]
        columns: dict[str, Any] = {
            name: np.repeat(self.ids[order, k], horizon) for k, name in enumerate(self.columns.id)
        }
        times = (cutoffs[:, None] + np.arange(1, horizon + 1)).ravel()
        columns[self.columns.time] = self.calendar.labels(times)
        taken = set(columns)
        if self.actual is not None:
            taken.add(self.columns.target)
            columns[_free("cutoff", taken)] = self.calendar.labels(np.repeat(cutoffs, horizon))
            columns[self.columns.target] = self.actual[order].ravel()
        columns[_free("forecast", taken)] = self.mean[order].ravel()
        for level, (low, high) in sorted(self.bounds.items()):
            columns[_free(f"forecast-lo-{level}", taken)] = low[order].ravel()
            columns[_free(f"forecast-hi-{level}", taken)] = high[order].ravel()
        if self.in_sample is not None:
            columns[_free("in_sample", taken)] = self.in_sample[order].ravel()
        return columns

    def _order(self) -> list[int]:
        ranks = [rank_ids(self.ids[:, k].tolist()) for k in reversed(range(self.ids.shape[1]))]
        order: list[int] = np.lexsort((self.cutoffs, *ranks)).tolist()
        return order


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _plain(column: NDArray[Any]) -> list[Any]:
    if column.dtype.kind == "f" and np.isnan(column).any():
        return [None if math.isnan(value) else value for value in column.tolist()]
    return list(column.tolist())
