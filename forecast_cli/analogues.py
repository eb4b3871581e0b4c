"""Context [B, L] -> what followed the windows of a panel that are most like it.

Nothing is trained: whole windows are kept with the steps behind them. That tells what networks
smooth over, where many long series move in much the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast_cli.folding import tiled
from forecast_cli.recurrence import looked_up
from forecast_cli.representation import Representation, represent
from forecast_cli.windows import last_steps

Array = NDArray[np.float64]

ANALOGUES = "analogues"
"""What reports call a forecast that rests on them, and on no network."""

N_NEAREST = 30
"""Windows whose continuations are asked; the median of so many rests on none of them."""

_LENGTH, _LONGEST = 4, 96
"""How much of a window is compared, in horizons and at most."""

_MEMORY, _SHARE = 1.5, 0.5
"""How far back a step still counts for 1/e, in horizons and at most as a share of the window."""

MOST_NUMBERS = 40_000_000
"""Of all windows and what followed them together, in single precision: 160 megabytes."""

_LARGEST_TILE = 8
_DISTANCES = 2**22
"""Rows that are compared together, at most and by the distances that they make."""

_BLOCK = 2**21
"""Values of windows that are expressed at a time."""

_LARGEST_OUTPUT = 1e30
"""What followed a window without much change can be as large as no single float is."""


def compared_length(horizon: int) -> int:
    """The steps of a window that are compared.

    >>> compared_length(13), compared_length(96)
    (52, 96)
    """
    return min(_LENGTH * horizon, _LONGEST)


@dataclass(frozen=True, kw_only=True, eq=False)
class Analogues:
    """Windows of a panel with the steps that followed each, and what the most alike ones tell.

    `values` [S] are those of N series, one after the other from `offsets` [N + 1] on, NaN where
    unknown. Every `stride`-th window of them counts, if it and the `horizon` steps behind it are
    known. Windows are compared relative to their last value and their mean change, on logs with
    `log`. A forecast is the median of what followed the nearest, in the units of the context.

    `test_error` is that of windows before the validation and the test part, in seasonal errors.

    Sources: Lorenz (1969) for analogues; Martínez et al. (2019) for nearest neighbours in
    forecasting. The median and the fading of old steps are ours (`docs/decisions.md`).
    """

    log: bool
    horizon: int
    stride: int
    values: Array
    offsets: NDArray[np.int64]
    test_error: float | None
    weight: float

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: windows are expressed anew from the values where they are needed."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @property
    def n_windows(self) -> int:
        """How many windows a context is compared with."""
        return len(self._starts)

    def applies(self, context: Array) -> NDArray[np.bool_]:
        """Which contexts [B, L] can be compared [B]: what counts is known, and positive on logs."""
        window = last_steps(context, compared_length(self.horizon))
        known = self._is_known(window).all(axis=1)
        comparable: NDArray[np.bool_] = np.logical_and(known, self.n_windows > 0)
        return comparable

    def forecast(self, context: Array) -> Array:
        """The forecast [B, H]; every row of the context [B, L] must be one that applies."""
        window = last_steps(context, compared_length(self.horizon))
        represented = represent(self._representation, window, self.horizon)
        tile = int(np.clip(_DISTANCES // self.n_windows, 1, _LARGEST_TILE))
        output = tiled(self._continuation, (self._keys(represented.features),), tile)
        return represented.restore(output)

    def _continuation(self, keys: NDArray[np.float32]) -> NDArray[np.float32]:
        """The median [B, H] of what followed the windows nearest to the keys [B, K]."""
        known, sizes, followed = self._remembered
        count, candidates = (min(n, len(known)) for n in (N_NEAREST, 2 * N_NEAREST))
        # Squared distances, less what is the same for all windows: that of a few is then counted
        # out, as rounding can put one before another here.
        roughly = sizes - 2 * (keys @ known.T)
        near = np.argpartition(roughly, candidates - 1, axis=1)[:, :candidates]
        apart = looked_up(known, near) - keys[:, None]
        order = np.argsort((apart * apart).sum(axis=2), axis=1)[:, :count]
        nearest = np.take_along_axis(near, order, axis=1)
        median: NDArray[np.float32] = np.median(looked_up(followed, nearest), axis=1)
        return median

    @cached_property
    def _remembered(self) -> tuple[NDArray[np.float32], ...]:
        """Of M windows the keys [M, K], their squared sizes [M], and what followed [M, H]."""
        keys, followed = (np.concatenate(parts) for parts in zip(*self._expressed(), strict=True))
        return keys, np.einsum("mk,mk->m", keys, keys), followed

    def _expressed(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        length = compared_length(self.horizon)
        windows = np.lib.stride_tricks.sliding_window_view(self.values, length + self.horizon)
        size = max(1, _BLOCK // windows.shape[1])
        for first in range(0, self.n_windows, size):
            some = windows[self._starts[first : first + size]]
            represented = represent(self._representation, some[:, :length], self.horizon)
            followed = represented.output_for(some[:, length:])
            followed = np.clip(followed, -_LARGEST_OUTPUT, _LARGEST_OUTPUT)
            yield self._keys(represented.features), followed.astype(np.float32)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where the windows begin in the values."""
        span = compared_length(self.horizon) + self.horizon
        missing = np.concatenate(([0], np.cumsum(~self._is_known(self.values))))
        if len(missing) <= span:
            return np.empty(0, np.int64)
        series = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
        last = len(self.values) - span + 1
        whole = (missing[span:] == missing[:last]) & (series[span - 1 :] == series[:last])
        return np.flatnonzero(whole)[:: self.stride]

    def _is_known(self, values: NDArray[np.floating]) -> NDArray[np.bool_]:
        known: NDArray[np.bool_] = np.isfinite(values)
        return known & (values > 0) if self.log else known

    @property
    def _representation(self) -> Representation:
        return Representation(log=self.log, base="naive", season_length=1)

    def _keys(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """What windows are compared by [B, L - 1]: the last value is the origin of them all."""
        length = features.shape[1]
        memory = min(_MEMORY * self.horizon, _SHARE * length)
        fading = np.exp(-np.arange(length - 1, 0, -1) / memory).astype(np.float32)
        keys: NDArray[np.float32] = features[:, :-1, 0] * fading
        return keys
