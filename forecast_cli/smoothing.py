"""Context [B, L] -> forecasts [B, H] by exponential smoothing, every row with its own parameters.

Each rule tries a grid of parameters on all rows at once and keeps, for each row, those with the
least squared error one step ahead, of equal ones the first. A NaN is padding or missing: it neither
moves a level nor counts as an error. A row needs one value; one that is too short for a rule gets a
flatter forecast.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.folding import Arrays, fold
from forecast_cli.scales import mean_size

Array = NDArray[np.float64]

_ROWS_AT_ONCE = 128

_LEVEL_WEIGHTS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.01)
_TREND_WEIGHTS = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8)
_DAMPINGS = (0.8, 0.9, 0.95, 0.98)
_EARLY_CHANGES = 4
"""The first trend is that of so many changes."""

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
    return _in_parts(_damped_trend, context, horizon)


def _damped_trend(context: Array, horizon: int) -> Array:
    unit = _unit(context)
    values, observed = _scaled(context, unit)
    grid = np.array(list(product(_LEVEL_WEIGHTS, _TREND_WEIGHTS, _DAMPINGS))).T
    weight, trend_weight, damping = grid[:, None, :]
    trend_weight = weight * trend_weight
    level = np.repeat(_nth(values, observed, 0), grid.shape[1], axis=1)
    trend = np.repeat(_early_slope(values, observed), grid.shape[1], axis=1)
    # The step from before the first value to it is part of the loop: it must not move the level.
    level = level - damping * trend

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        level, trend, errors = state
        value, seen, moving = (part[:, None] for part in now)
        faded = damping * trend
        ahead = level + faded
        error = _where(seen, value - ahead, 0.0)
        errors += error**2
        ahead += weight * error
        faded += trend_weight * error
        return (_where(moving, ahead, level), _where(moving, faded, trend), errors), ()

    started = np.logical_or.accumulate(observed, axis=1)
    start = (level, trend, np.zeros_like(level))
    (level, trend, errors), _ = fold(step, start, (values, observed, started), _first(observed))
    best = _first_of_least(errors)
    fading = np.cumsum(_at(damping, best) ** np.arange(1, horizon + 1), axis=1)
    forecast = _at(level, best) + fading * _at(trend, best)
    return unit * forecast


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
    return _in_parts(_theta, context, horizon)


def _theta(context: Array, horizon: int) -> Array:
    """The forecast; of S shares of the line and W weights, what both change is [B, S, W]."""
    unit = _unit(context)
    values, observed = _scaled(context, unit)
    weight, share = np.array(_THETA_LEVEL_WEIGHTS), np.array(_LINE_SHARES)[:, None]
    intercepts, slopes = _lines(values, observed)
    counts, waited = np.cumsum(observed, axis=1), _steps_since(observed)

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        level, left, errors, products, squares = state
        value, seen, count, *line = (part[:, None, None] for part in now)
        decayed = (1 - weight) * left
        error = value - (level + share * _lag(left, decayed, weight, line, 1))
        scored = seen & (count > _FEWEST_FOR_A_LINE)
        error = _where(scored, error, 0.0)
        errors += error**2
        products += error * left
        squares += _where(scored, left**2, 0.0)
        moved = level + weight * (value - level)
        return (
            _where(seen, moved, level),
            _where(seen, decayed, left),
            errors,
            products,
            squares,
        ), ()

    level = (1 - share) * _nth(values, observed, 0)[:, None] + 0 * weight
    # What is left of the first level in the current one, and the moments of the errors with it.
    left = np.ones_like(level[:, :1])
    start = (level, left, *(np.zeros_like(part) for part in (level, level, left)))
    lines: tuple[NDArray[Any], ...] = (intercepts, slopes, waited)
    fed = (values, observed, counts, *(part[:, :-1] for part in lines))
    (level, left, errors, products, squares), _ = fold(step, start, fed, _first(observed))
    moved = products / (squares + 1)
    best = _first_of_least(_by_setting(errors - moved * products))
    level = _at(_by_setting(level + moved * left), best)
    left = _at(_by_setting(left + 0 * share), best)
    settings = np.array(list(product(_THETA_LEVEL_WEIGHTS, _LINE_SHARES))).T
    weight, share = _at(settings[:1], best), _at(settings[1:], best)
    line = [part[:, -1:] for part in lines]
    lag = _lag(left, (1 - weight) * left, weight, line, np.arange(1, horizon + 1))
    return unit * (level + share * lag)


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


def _in_parts(rule: Callable[[Array, int], Array], context: Array, horizon: int) -> Array:
    """A rule for so many rows at once that their states, one a setting, stay near the processor."""
    parts = np.array_split(context, max(1, -(-len(context) // _ROWS_AT_ONCE)))
    return np.concatenate([rule(part, horizon) for part in parts])


def _where(flags: NDArray[np.bool_], new: Array, old: Array | float) -> Array:
    """`np.where`, but for the common case that all flags are set."""
    return new if flags.all() else np.where(flags, new, old)


def _lines(values: Array, observed: NDArray[np.bool_]) -> tuple[Array, Array]:
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
    first = _nth(values, observed, 0)
    return np.where(n > 0, mean, first), slope


def _steps_since(observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many steps [B, L + 1] lie between the last value and each step; 0 before the first."""
    steps = np.arange(1, observed.shape[1] + 1)
    last = np.maximum.accumulate(np.where(observed, steps, 0), axis=1)
    since = np.where(last > 0, steps - last, 0)
    return np.pad(since, ((0, 0), (1, 0)))


def _first_of_least(errors: Array) -> NDArray[np.intp]:
    """The first column [B, 1] with the least error of each row, whatever rounding made of ties."""
    least = errors.min(axis=1, keepdims=True)
    tied = errors <= least + _NEGLIGIBLE_ERROR * (1 + np.abs(least))
    result: NDArray[np.intp] = tied.argmax(axis=1)[:, None]
    return result


def _unit(context: Array) -> Array:
    """The size of each row [B, 1]: squares of scaled values neither overflow nor vanish."""
    size = mean_size(context)
    return np.where(size > 0, size, 1.0)[:, None]


def _scaled(context: Array, unit: Array) -> tuple[Array, NDArray[np.bool_]]:
    observed = np.isfinite(context)
    return np.where(observed, context, 0.0) / unit, observed


def _nth(values: Array, observed: NDArray[np.bool_], n: int) -> Array:
    """The value [B, 1] that has n observed values before it, else the last observed one."""
    position = _position(observed, n)
    return np.take_along_axis(values, position, axis=1)


def _first(observed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first step [] with a value in any row."""
    result: NDArray[np.intp] = observed.argmax(axis=1).min(initial=observed.shape[1])
    return result


def _position(observed: NDArray[np.bool_], n: int) -> NDArray[np.intp]:
    counts = np.cumsum(observed, axis=1)
    wanted = np.minimum(n + 1, counts[:, -1:])
    result: NDArray[np.intp] = (counts >= wanted).argmax(axis=1)[:, None]
    return result


def _early_slope(values: Array, observed: NDArray[np.bool_]) -> Array:
    """The mean change [B, 1] a step over the first few changes."""
    start, stop = _position(observed, 0), _position(observed, _EARLY_CHANGES)
    change = np.take_along_axis(values, stop, axis=1) - np.take_along_axis(values, start, axis=1)
    result: Array = change / np.maximum(stop - start, 1)
    return result


def _at(states: Array, best: NDArray[np.intp]) -> Array:
    return np.take_along_axis(states, best, axis=1)
