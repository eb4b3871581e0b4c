"""Context [B, L] -> its season [B, m], as far as the data prove one, taken out and put back."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecast_cli.gaps import has_gaps, interpolate

Array = NDArray[np.float64]

_DECAY = 0.8
"""A season counts this much of the one after it: patterns drift."""

_FEWEST_SEASONS = 1.2
"""Below this many (weighted) seasons a phase has no spread that could be told from its mean."""


_ROUNDS_WITH_GAPS = 3
"""How often the season is estimated anew where values are missing."""


@dataclass(frozen=True, kw_only=True)
class Season:
    """Seasonal indices [B, m] that sum to zero; index j belongs to step j after the cutoff.

    Rows that are `on_logs` [B] are multiplied by the exponent of an index, the others have the
    index added.
    """

    indices: Array
    on_logs: NDArray[np.bool_]

    @property
    def length(self) -> int:
        """How many steps a season has."""
        return int(self.indices.shape[1])

    def rows(self, rows: NDArray[np.intp]) -> "Season":
        """The season of some of the rows, by number."""
        return Season(indices=self.indices[rows], on_logs=self.on_logs[rows])

    def remove(self, context: Array) -> Array:
        """The context [B, L], which ends at the cutoff, without its season."""
        return self._without(context, np.arange(-context.shape[1], 0))

    def remove_ahead(self, future: Array) -> Array:
        """The future [B, H], which starts after the cutoff, without its season."""
        return self._without(future, np.arange(future.shape[1]))

    def _without(self, values: Array, steps: NDArray[np.int64]) -> Array:
        on_logs, phases = self.on_logs[:, None], steps % self.length
        divided = values * _factor(-self.indices, on_logs)[:, phases]
        return np.where(on_logs, divided, values - self.indices[:, phases])

    def remove_at(self, values: Array, rows: NDArray[np.int64], steps: NDArray[np.int64]) -> Array:
        """Values of given rows at given steps after the cutoff (step 0 is the next), without it."""
        on_logs, index = self.on_logs[rows], self.indices[rows, steps % self.length]
        return np.where(on_logs, values * _factor(-index, on_logs), values - index)

    def restore(self, forecast: Array) -> Array:
        """The forecast [B, H], which starts after the cutoff, with the season put back."""
        on_logs, phases = self.on_logs[:, None], np.arange(forecast.shape[1]) % self.length
        multiplied = forecast * _factor(self.indices, on_logs)[:, phases]
        return np.where(on_logs, multiplied, forecast + self.indices[:, phases])


def estimate_season(context: Array, season_length: int) -> Season:
    """The season of each row: multiplicative where all values are positive, else additive.

    Classical decomposition: what remains beside a centred moving average over one season, averaged
    by phase, later seasons weighing more. The indices are shrunk towards none by the share of
    their size that their own spread explains (James & Stein 1961; for seasonal indices Miller &
    Williams 2003), so that noise is not taken for a season. NaN is left out, and the moving average
    bridges it; a row in which a phase is never seen has no season.

    >>> season = estimate_season(np.array([[1.0, 3.0] * 4]), 2)
    >>> season.remove(np.array([[1.0, 3.0]])).round(3).tolist()
    [[1.732, 1.732]]
    """
    rows, length = context.shape
    on_logs: NDArray[np.bool_] = np.all(~np.isfinite(context) | (context > 0), axis=1)
    if season_length == 1 or length < 2 * season_length:
        return Season(indices=np.zeros((rows, season_length)), on_logs=on_logs)
    logs = np.log(np.where(context > 0, context, np.nan))
    values = np.where(on_logs[:, None], logs, context)
    indices = _indices_beside(values, values, season_length)
    gapped = np.flatnonzero(has_gaps(values))
    if len(gapped):
        indices[gapped] = _indices_despite_gaps(values[gapped], season_length)
    return Season(indices=indices, on_logs=on_logs)


def _indices_beside(values: Array, whole: Array, season_length: int) -> Array:
    """Seasonal indices [B, m] of values [B, L] beside the moving average of `whole` [B, L]."""
    half = season_length // 2
    middle = values[:, half : values.shape[1] - half]
    average = sliding_window_view(whole, 2 * half + 1, axis=1) @ _kernel(season_length)
    return _indices(middle - average, half, season_length)


def _indices_despite_gaps(values: Array, season_length: int) -> Array:
    """Seasonal indices [B, m] of rows with gaps, which their moving average must bridge.

    A line is drawn across each gap, at first with the season in it, then without the season that
    was found so far: what is missing is expected in season.
    """
    rows, length = values.shape
    phases = np.arange(-length, 0) % season_length
    indices = np.zeros_like(values, shape=(rows, season_length))
    for _ in range(_ROUNDS_WITH_GAPS):
        season = indices[:, phases]
        indices = _indices_beside(values, interpolate(values - season) + season, season_length)
    return indices


def _factor(index: Array, on_logs: NDArray[np.bool_]) -> Array:
    """The exponent of the indices that are on logs: those of levels could overflow."""
    return np.exp(np.where(on_logs, index, 0.0))


def _kernel(season_length: int) -> Array:
    """Weights of the centred moving average over one season, an odd number of steps wide."""
    weights = np.full(2 * (season_length // 2) + 1, 1.0)
    if season_length % 2 == 0:
        weights[[0, -1]] = 0.5
    return weights / season_length


def _indices(detrended: Array, steps_behind: int, season_length: int) -> Array:
    """Shrunk seasonal indices [B, m] of detrended values that end `steps_behind` the cutoff."""
    rows, length = detrended.shape
    # Padded so that every row of [B, seasons, m] is one season, the last ending at the cutoff.
    seasons = -(-(length + steps_behind) // season_length)
    missing = seasons * season_length - length - steps_behind
    whole = np.pad(detrended, ((0, 0), (missing, steps_behind)), constant_values=np.nan)
    by_season = whole.reshape(rows, seasons, season_length)
    known = np.isfinite(by_season)
    weights = known * _DECAY ** np.arange(seasons - 1, -1, -1)[:, None]
    values = np.where(known, by_season, 0.0)
    total = _positive(weights.sum(axis=1))
    means = (weights * values).sum(axis=1) / total
    spread = (weights * (values - means[:, None]) ** 2).sum(axis=1) / total
    # A phase that is never seen counts as one value; such a row has no season anyway.
    counts = np.where(weights.any(axis=1), total**2 / _positive((weights**2).sum(axis=1)), 1.0)
    indices = means - means.mean(axis=1, keepdims=True)
    proven = (known.sum(axis=1).min(axis=1) > 0) & (counts.mean(axis=1) > _FEWEST_SEASONS)
    return np.where(proven[:, None], indices * _kept_share(indices, spread, counts), 0.0)


def _kept_share(indices: Array, spread: Array, counts: Array) -> Array:
    """The share [B, 1] of the indices [B, m] that is more than chance."""
    freedom = _positive((counts - 1).sum(axis=1))
    variance = (spread * counts).sum(axis=1) / freedom
    chance = (variance[:, None] / counts).mean(axis=1) * (indices.shape[1] - 1)
    size = (indices**2).sum(axis=1)
    kept = 1 - np.divide(chance, size, out=np.ones_like(size), where=size > 0)
    result: Array = np.clip(kept, 0.0, 1.0)[:, None]
    return result


def _positive(values: Array) -> Array:
    return np.maximum(values, np.finfo(float).tiny)
