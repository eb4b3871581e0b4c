"""Context [B, L] -> simple continuations [B, H]: what the network corrects and has to beat.

Contexts end at the cutoff. A value that is not finite is padding or missing. A row with at least
one value gets a finite continuation; a row without any gets nothing finite. A row too short for a
rule gets the next simpler one, at last its last value. `SIMPLE` names the rules, simplest first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.aggregation import Rule, on_coarser_steps
from forecast_cli.scales import LARGEST_EXPONENT
from forecast_cli.seasonality import Season, estimate_season
from forecast_cli.smoothing import damped_trend, theta

Array = NDArray[np.float64]
Continuation = Callable[[Array, int, int], Array]
"""``(context [B, L], horizon, season_length) -> [B, horizon]``"""


def naive(context: Array, horizon: int, season_length: int = 1) -> Array:
    """The last value, repeated.

    >>> naive(np.array([[1.0, 3.0, np.nan]]), 2).tolist()
    [[3.0, 3.0]]
    """
    return np.repeat(_latest(context)[:, None], horizon, axis=1)


def seasonal_naive(context: Array, horizon: int, season_length: int) -> Array:
    """The last season, repeated.

    A value missing there is taken from the same phase of the latest season that has it, and a phase
    that was never observed gets the last value, as in `naive`.

    >>> seasonal_naive(np.array([[1.0, 2.0, 3.0, np.nan]]), 3, 2).tolist()
    [[3.0, 2.0, 3.0]]
    """
    rows, length = context.shape
    seasons = -(-length // season_length)
    missing = seasons * season_length - length
    values = context.astype(np.float64)
    whole = np.pad(values, ((0, 0), (missing, 0)), constant_values=np.nan)
    by_phase = whole.reshape(rows, seasons, season_length).swapaxes(1, 2)
    latest = _latest(by_phase)
    season = np.where(np.isfinite(latest), latest, _latest(context)[:, None])
    return season[:, np.arange(horizon) % season_length]


def drift(context: Array, horizon: int, season_length: int = 1) -> Array:
    """The line through the first and the last value; a row of one value gets `naive`.

    >>> drift(np.array([[1.0, 0.0, 5.0]]), 2).tolist()
    [[7.0, 9.0]]

    Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice (3rd ed., 2021), 5.2.
    """
    observed = np.isfinite(context)
    return _line(context, observed.argmax(axis=1), _last_true(observed), horizon)


def last_difference(context: Array, horizon: int, season_length: int = 1) -> Array:
    """The line through the last two values; a row of one value gets `naive`.

    A change across a gap counts as an equal change in each of its steps.

    >>> last_difference(np.array([[0.0, 1.0, np.nan, 5.0]]), 2).tolist()
    [[7.0, 9.0]]
    """
    observed = np.isfinite(context)
    last = _last_true(observed)
    earlier = observed & (np.arange(context.shape[1]) < last[:, None])
    before = np.where(earlier.any(axis=1), _last_true(earlier), last)
    return _line(context, before, last, horizon)


@dataclass(frozen=True, kw_only=True)
class _Smoothed:
    """A smoothing rule on what remains without the season, with the season put back.

    Logs are taken of the rows that have only positive values. A forecast that overflows is `naive`.
    With `aggregated` the rule follows coarser steps as well, up to a season (see `aggregation`).
    """

    rule: Rule
    on_logs: bool
    aggregated: bool = False

    def __call__(self, context: Array, horizon: int, season_length: int = 1) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            season = estimate_season(context, season_length)
        return self.with_season(context, horizon, season)

    def with_season(self, context: Array, horizon: int, season: Season) -> Array:
        """The same for a season that is known already."""
        with np.errstate(over="ignore", invalid="ignore"):
            plain = season.remove(context)
            logged = season.on_logs[:, None] & self.on_logs
            values = np.where(logged, np.log(np.where(logged, plain, 1.0)), plain)
            last = naive(values, 1)
            forecast = self._follow(values, horizon, season.length)
            growth = np.clip(forecast - last, -LARGEST_EXPONENT, LARGEST_EXPONENT)
            forecast = np.where(logged, np.exp(last + growth), forecast)
            forecast = season.restore(forecast)
        usable = np.isfinite(last) & np.isfinite(forecast)
        return np.where(usable, forecast, naive(context, horizon))

    def _follow(self, values: Array, horizon: int, season_length: int) -> Array:
        if self.aggregated:
            return on_coarser_steps(self.rule, values, horizon, season_length)
        return self.rule(values, horizon)


NAIVE: dict[str, Continuation] = {
    "naive": naive,
    "seasonal-naive": seasonal_naive,
    "drift": drift,
    "last-difference": last_difference,
}
"""The naive continuations by name: a look at the data, without any estimate."""

SIMPLE: dict[str, Continuation] = NAIVE | {
    "damped-trend": _Smoothed(rule=damped_trend, on_logs=False),
    "log-damped-trend": _Smoothed(rule=damped_trend, on_logs=True),
    "aggregated-trend": _Smoothed(rule=damped_trend, on_logs=False, aggregated=True),
    "log-aggregated-trend": _Smoothed(rule=damped_trend, on_logs=True, aggregated=True),
    "theta": _Smoothed(rule=theta, on_logs=False),
    "log-theta": _Smoothed(rule=theta, on_logs=True),
}
"""All simple continuations by name: a new one needs a line here and nothing elsewhere."""


def simple_for(season_length: int) -> dict[str, Continuation]:
    """`SIMPLE` but for the rules that without a season would only repeat another one."""
    if season_length > 1:
        return SIMPLE
    return {name: rule for name, rule in SIMPLE.items() if not _is_aggregated(rule)}


def _is_aggregated(continuation: Continuation) -> bool:
    return isinstance(continuation, _Smoothed) and continuation.aggregated


def continue_with_season(name: str, context: Array, horizon: int, season: Season) -> Array:
    """What `SIMPLE` of this name makes of a context whose season is known, and so is its length."""
    continuation = SIMPLE[name]
    if isinstance(continuation, _Smoothed):
        return continuation.with_season(context, horizon, season)
    return continuation(context, horizon, season.length)


def _line(context: Array, start: NDArray[np.intp], stop: NDArray[np.intp], horizon: int) -> Array:
    """Continue the line through the values at two positions [B]; flat where they are the same."""
    rows, length = context.shape
    first, last = context[np.arange(rows), start], context[np.arange(rows), stop]
    ahead = (length - 1 - stop)[:, None] + np.arange(1, horizon + 1)
    # Values near the largest float overflow here; their rows fall back to the last value.
    with np.errstate(over="ignore", invalid="ignore"):
        slope = (last - first) / np.maximum(stop - start, 1)
        line = last[:, None] + slope[:, None] * ahead
    return np.where(np.isfinite(line), line, last[:, None])


def _latest(values: Array) -> Array:
    """The last finite value along the last axis, something not finite where there is none."""
    position = _last_true(np.isfinite(values))
    return np.take_along_axis(values, position[..., None], axis=-1)[..., 0]


def _last_true(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The position of the last True along the last axis, the last position where there is none."""
    position: NDArray[np.intp] = flags.shape[-1] - 1 - flags[..., ::-1].argmax(axis=-1)
    return position
