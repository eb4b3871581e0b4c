"""Context [B, L] -> simple continuations [B, H]: what the network corrects and has to beat.

Contexts end at the cutoff. A value that is not finite is padding or missing. A row with at least
one value gets a finite continuation; a row without any gets nothing finite. A row too short for a
rule gets the next simpler one, at last its last value. `SIMPLE` names the rules, simplest first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast_cli.aggregation import Rule, with_coarser_steps
from forecast_cli.robust_trend import robust_trend
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
        shared = Continuations(context=context, horizon=horizon, season_length=season_length)
        return shared.by(self)


SIMPLE_MEAN = "simple-mean"
"""What reports call a forecast that is the mean of several simple ones, by their weights."""

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
    "robust-trend": _Smoothed(rule=robust_trend, on_logs=False),
}
"""All simple continuations by name: a new one needs a line here and nothing elsewhere."""


def simple_for(season_length: int) -> dict[str, Continuation]:
    """`SIMPLE`, but for the trends of coarser steps where no season has any.

    They would repeat the damped trend.
    """
    if season_length > 1:
        return SIMPLE
    return {name: rule for name, rule in SIMPLE.items() if not _is_aggregated(rule)}


def _is_aggregated(continuation: Continuation) -> bool:
    return isinstance(continuation, _Smoothed) and continuation.aggregated


@dataclass(frozen=True, kw_only=True, eq=False)
class Continuations:
    """Simple continuations [B, H] of one context [B, L].

    What several of them rest on is worked out once, and only when one of them asks for it.
    """

    context: Array
    horizon: int
    season_length: int
    _single: dict[tuple[Rule, bool], Array] = field(default_factory=dict, init=False, repr=False)
    """What bare rules forecast from single steps, on logs or not."""

    def by(self, continuation: Continuation) -> Array:
        """What a continuation of `SIMPLE` makes of the context."""
        if isinstance(continuation, _Smoothed):
            return self._smooth(continuation)
        return continuation(self.context, self.horizon, self.season_length)

    @cached_property
    def season(self) -> Season:
        """The season of the context."""
        # Sums of the largest numbers are infinite, and make no season that counts.
        with np.errstate(over="ignore", invalid="ignore"):
            return estimate_season(self.context, self.season_length)

    def _smooth(self, smoothed: _Smoothed) -> Array:
        season = self.season
        with np.errstate(over="ignore", invalid="ignore"):
            plain = season.remove(self.context)
            logged = season.on_logs[:, None] & smoothed.on_logs
            values = np.where(logged, np.log(np.where(logged, plain, 1.0)), plain)
            last = naive(values, 1)
            forecast = self._follow(smoothed, values)
            growth = np.clip(forecast - last, -LARGEST_EXPONENT, LARGEST_EXPONENT)
            forecast = np.where(logged, np.exp(last + growth), forecast)
            forecast = season.restore(forecast)
        usable = np.isfinite(last) & np.isfinite(forecast)
        return np.where(usable, forecast, naive(self.context, self.horizon))

    def _follow(self, smoothed: _Smoothed, values: Array) -> Array:
        """What the bare rule forecasts from `values`, which are what it smooths of the context."""
        key = smoothed.rule, smoothed.on_logs
        if key not in self._single:
            self._single[key] = smoothed.rule(values, self.horizon)
        single = self._single[key]
        if smoothed.aggregated:
            return with_coarser_steps(smoothed.rule, values, single, self.season_length)
        return single


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
