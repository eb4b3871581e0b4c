"""Context [B, L] -> forecasts [B, H] by exponential smoothing, every row with its own parameters.

Each rule tries parameters on all rows at once and keeps, for each row, those with the least squared
error one step ahead, of equal ones the first. A NaN is padding or missing: it neither
moves a level nor counts as an error. A row needs one value; one that is too short for a rule gets a
flatter forecast.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.folding import Arrays, fold, in_parts
from forecast_cli.observed_steps import (
    early_slope,
    first_step,
    lines_so_far,
    nth_observed,
    steps_since,
)
from forecast_cli.scales import in_own_units

Array = NDArray[np.float64]

_ROWS_AT_ONCE = 512
"""So few that their states stay near the processor, and so many that few steps are called."""

_DAMPED_TREND = (
    (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.01),
    (0.01, 0.05, 0.1, 0.2, 0.4, 0.8),
    (0.8, 0.9, 0.95, 0.98),
)
"""Weights of the level, weights of the trend in parts of them, and dampings."""

_TRIED_FIRST = ((0, 2, 5, 8), (0, 2, 5), (1, 3))
"""Places on these axes; every other place is beside one of them."""

_THETA_LEVEL_WEIGHTS = (0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.02)
_LINE_SHARES = (0.5, 0.25, 0.75, 0.0, 1.0)
_FEWEST_FOR_A_LINE = 2
_NEGLIGIBLE_ERROR = 1e-12
"""In squares of the mean size of a row's values."""


def damped_trend(context: Array, horizon: int) -> Array:
    """Level and trend smoothed exponentially, the trend fading with the distance.

    Source: Gardner & McKenzie (1985), in the error-correction form of Hyndman et al. (2008).

    >>> damped_trend(np.array([[np.nan, 1.0, 2.0, 3.0, 4.0, 5.0]]), 2).round(2).tolist()
    [[5.98, 6.93]]
    """
    return in_parts(_damped_trend, context, horizon, _ROWS_AT_ONCE)


def _damped_trend(context: Array, horizon: int) -> Array:
    """The forecast: of a few settings the best for each row, then the best of those near it."""
    values, observed, unit = in_own_units(context)
    first, slope = nth_observed(values, observed, 0), early_slope(values, observed)
    coarse, near = _settings_to_try(_DAMPED_TREND, _TRIED_FIRST)

    def smoothed(settings: Sequence[Array]) -> Arrays:
        return _follow(values, observed, (first, slope), settings)

    *_, errors = smoothed([setting + 0 * first for setting in coarse])
    best = _first_of_least(errors)
    fine = [np.take_along_axis(setting, best, axis=0) for setting in near]
    level, trend, errors = smoothed(fine)
    best = _first_of_least(errors)
    fading = np.cumsum(_at(fine[2], best) ** np.arange(1, horizon + 1), axis=1)
    forecast = _at(level, best) + fading * _at(trend, best)
    return unit * forecast


def _follow(
    values: Array, observed: NDArray[np.bool_], start: Arrays, settings: Sequence[Array]
) -> Arrays:
    """Level, trend and sum of squared errors [B, S] of S settings [B, S] at the end.

    Level and trend of each row start at [B, 1].
    """
    weight, trend_weight, damping = (_side_by_side(setting) for setting in settings)
    trend_weight = weight * trend_weight
    first, slope = start
    trend = slope + 0 * damping
    # The step from before the first value to it is part of the loop: it must not move the level.
    level = first - damping * trend

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        level, trend, errors = state
        value, seen, moving = (part[:, None] for part in now)
        faded = damping * trend
        ahead = level + faded
        error = _where(seen, value - ahead, 0.0)
        errors += error**2
        ahead += weight * error
        error *= trend_weight
        faded += error
        return (_where(moving, ahead, level), _where(moving, faded, trend), errors), ()

    started = np.logical_or.accumulate(observed, axis=1)
    fed = [_side_by_side(part) for part in (values, observed, started)]
    end: Arrays = fold(step, (level, trend, np.zeros_like(level)), fed, first_step(observed))[0]
    return end


def _settings_to_try(
    axes: Sequence[Sequence[float]], first: Sequence[Sequence[int]]
) -> tuple[Array, Array]:
    """The settings [P, S] to try first, and those near to each of them [P, S, K], in order.

    A setting has a value on each of P axes; those beside it on all axes are near, and it itself.
    """
    coarse = [[axis[place] for place in places] for axis, places in zip(axes, first, strict=True)]
    around = [
        [[axis[min(max(place + by, 0), len(axis) - 1)] for by in (-1, 0, 1)] for place in places]
        for axis, places in zip(axes, first, strict=True)
    ]
    near = [list(product(*beside)) for beside in product(*around)]
    return np.array(list(product(*coarse))).T, np.moveaxis(np.array(near), 2, 0)


def theta(context: Array, horizon: int) -> Array:
    """A smoothed level, moved by a share of what smoothing lags behind the line through the data.

    The line is fitted anew at each step to the values known by then; its share (a half in the
    original method) is chosen with the smoothing weight. The first level is not taken as given:
    it is estimated, with the first value as one more observation of it.

    Source: Fiorucci et al. (2016), the dynamic optimised Theta model, after Assimakopoulos &
    Nikolopoulos (2000).

    >>> theta(np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), 2).round(1).tolist()
    [[7.0, 8.0]]
    """
    return in_parts(_theta, context, horizon, _ROWS_AT_ONCE)


def _theta(context: Array, horizon: int) -> Array:
    """The forecast; of W weights and S shares of the line, what both change is [B, S, W]."""
    values, observed, unit = in_own_units(context)
    lines = (*lines_so_far(values, observed), steps_since(observed))
    first, share = nth_observed(values, observed, 0), np.array(_LINE_SHARES)[:, None]
    weight = _side_by_side(np.array(_THETA_LEVEL_WEIGHTS) + 0 * first)
    found = _follow_lines(values, observed, (first, weight), lines)
    level, left, *sums = (part[:, None] for part in found)
    errors, moved = _errors_of(share, sums, _sum_of_squares(1 - weight, observed)[:, None])
    best = _first_of_least(_by_setting(errors))
    level = _at(_by_setting(level + (moved - share * first[:, None]) * left), best)
    left = _at(_by_setting(left + 0 * share), best)
    settings = np.array(list(product(_THETA_LEVEL_WEIGHTS, _LINE_SHARES))).T
    weight, share = _at(settings[:1], best), _at(settings[1:], best)
    line = [part[:, -1:] for part in lines]
    lag = _lag(left, (1 - weight) * left, weight, line, np.arange(1, horizon + 1))
    return unit * (level + share * lag)


def _follow_lines(
    values: Array, observed: NDArray[np.bool_], start: Arrays, lines: Arrays
) -> Arrays:
    """Level, what is `left` of its start, and sums over the steps, all [B, W] for W weights.

    The start is the first value [B, 1], the weight [B, W], and no share of the line. An error is
    that of this level less a share of the `pull` of the line, so that sums of their products, and
    of those with what is left, tell the errors of any share and any first level.
    """
    first, weight = start
    kept = 1 - weight

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        level, left, *sums = state
        value, seen, count, *line = (part[:, None] for part in now)
        decayed = kept * left
        scored = seen & (count > _FEWEST_FOR_A_LINE)
        ahead = value - level
        error = _where(scored, ahead, 0.0)
        pull = _where(scored, _lag(left, decayed, weight, line, 1), 0.0)
        terms = (error * error, error * pull, pull * pull, error * left, pull * left)
        for total, term in zip(sums, terms, strict=True):
            np.add(total, term, out=total)
        moved = level + weight * ahead
        return (_where(seen, moved, level), _where(seen, decayed, left), *sums), ()

    level = first + 0 * weight
    sums = (np.zeros_like(level) for _ in range(5))
    intercepts, slopes, waited = lines
    # The level starts at the first value whatever the share, so that it is no part of the lag.
    before = (part[:, :-1] for part in (intercepts - first, slopes, waited))
    fed = [_side_by_side(x) for x in (values, observed, np.cumsum(observed, axis=1), *before)]
    end: Arrays = fold(step, (level, np.ones_like(level), *sums), fed, first_step(observed))[0]
    return end


def _errors_of(share: Array, sums: Sequence[Array], squares: Array) -> tuple[Array, Array]:
    """The squared errors [B, S, W] from the best first level, and how far to move it there."""
    errors, crossed, pulls, products, pulled = sums
    products = products - share * pulled
    moved = products / (squares + 1)
    return errors - 2 * share * crossed + share**2 * pulls - moved * products, moved


def _sum_of_squares(kept: Array, observed: NDArray[np.bool_]) -> Array:
    """The sum [B, W] over scored values of the square of what is left of the first level."""
    ratio, count = kept**2, observed.sum(axis=1)[:, None]
    whole = ratio**_FEWEST_FOR_A_LINE - ratio ** np.maximum(count, _FEWEST_FOR_A_LINE)
    result: Array = whole / (1 - ratio)
    return result


def _lag(
    left: Array, decayed: Array, weight: Array, line: Sequence[NDArray[Any]], distance: Any
) -> Array:
    """What a level lags behind the line so far ahead.

    So much of the first level is `left` in it, and so much when it has `decayed` a step more. The
    line is an intercept, a slope, and the steps since the last value.
    """
    intercept, slope, waited = line
    further = waited + distance - 1
    lag: Array = left * intercept + slope * (further + (1 - decayed) / weight)
    return lag


def _by_setting(states: Array) -> Array:
    """States [B, S, W] as [B, W * S], in the order of the settings."""
    return states.swapaxes(1, 2).reshape(len(states), -1)


def _where(flags: NDArray[np.bool_], new: Array, old: Array | float) -> Array:
    """`np.where`, but for the common case that all flags are set."""
    return new if flags.all() else np.where(flags, new, old)


def _first_of_least(errors: Array) -> NDArray[np.intp]:
    """The first column [B, 1] with the least error of each row, whatever rounding made of ties."""
    least = errors.min(axis=1, keepdims=True)
    tied = errors <= least + _NEGLIGIBLE_ERROR * (1 + np.abs(least))
    result: NDArray[np.intp] = tied.argmax(axis=1)[:, None]
    return result


def _side_by_side(states: NDArray[Any]) -> NDArray[Any]:
    """The same [B, S] with the rows of a column side by side in memory: few long inner loops."""
    return states.swapaxes(0, 1).copy().swapaxes(0, 1)


def _at(states: Array, best: NDArray[np.intp]) -> Array:
    return np.take_along_axis(states, best, axis=1)
