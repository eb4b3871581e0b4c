"""Context [B, L] -> what a smoothing rule forecasts [B, H] from steps and from coarser ones."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rule = Callable[[Array, int], Array]
"""``(context [B, L], horizon) -> [B, horizon]``, for values without a season."""

_FEWEST = 4
_PER_STEP_AHEAD = 1.5
"""Coarse steps that must be known, at least and for each that is forecast: a trend through fewer is
chance, and the further it leads the worse."""


def with_coarser_steps(rule: Rule, context: Array, single: Array, season_length: int) -> Array:
    """The mean of what a rule forecasts from `single` steps [B, H], and from means of several.

    They are as many as divide a season, a whole one at last: means show the trend where single
    steps show noise. Where too few are known they are left out. NaN is padding or missing, and a
    coarse step is known if all of its steps are.

    Source: temporal hierarchies (Athanasopoulos et al. 2017) and the aggregation algorithm of
    Kourentzes, Petropoulos & Trapero (2014); here forecasts are combined by their mean.

    >>> from forecast_cli.smoothing import damped_trend
    >>> context = np.arange(40.0)[None]
    >>> single = damped_trend(context, 2)
    >>> with_coarser_steps(damped_trend, context, single, 4).round(1).tolist()
    [[40.0, 40.9]]
    """
    horizon = single.shape[1]
    total, count = single, np.ones_like(single[:, :1])
    for span in _coarser(season_length):
        ahead = -(-horizon // span)
        means = _means(context, span)
        if means.shape[1] < _FEWEST:
            continue
        known = np.isfinite(means).sum(axis=1, keepdims=True)
        enough = known >= max(_FEWEST, _PER_STEP_AHEAD * ahead)
        # One more is forecast, as values are read between two.
        said = rule(np.where(enough, means, 0.0), ahead + 1)
        total = total + np.where(enough, _read_between(said, span, horizon), 0.0)
        count = count + enough
    mean: Array = total / count
    return mean


def _coarser(season_length: int) -> list[int]:
    """How many steps make a coarser one.

    >>> _coarser(12), _coarser(7), _coarser(1)
    ([2, 3, 4, 6, 12], [7], [])
    """
    return [span for span in range(2, season_length + 1) if season_length % span == 0]


def _means(context: Array, span: int) -> Array:
    """The means [B, K] of so many steps each, the last of which ends with the context."""
    rows, length = context.shape
    count = length // span
    whole = context[:, length - count * span :].reshape(rows, count, span)
    means: Array = whole.sum(axis=2) / span
    return means


def _read_between(said: Array, span: int, horizon: int) -> Array:
    """Values [B, K] in the middle of coarse steps, read at single ones [B, H].

    It is linear between two of them, and goes on before the first as between it and the second.
    """
    places = (np.arange(1, horizon + 1) - (span + 1) / 2) / span
    before = np.clip(np.floor(places).astype(np.int64), 0, said.shape[1] - 2)
    share = places - before
    between: Array = (1 - share) * said[:, before] + share * said[:, before + 1]
    return between
