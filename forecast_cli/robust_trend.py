"""Context [B, L] -> forecasts [B, H] by local and global trends, learnt from usual changes.

Every row is followed by a few levels, and for each it is estimated what moves it on: a part of its
trend of late, and a trend of the whole row. Few values cannot tell which level is right, nor what
is a trend and what is chance. So a change is believed less the more unusual it is, estimates start
from what is common, and every level has a share in the forecast.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecast_cli.folding import Arrays, fold, in_parts
from forecast_cli.observed_steps import nth_observed, steps_since
from forecast_cli.scales import in_own_units

Array = NDArray[np.float64]

_LEVEL_WEIGHT, _TREND_WEIGHT = np.array(list(product((0.1, 0.4, 1.0), (0.2, 1.0)))).T[:, None]
"""The S settings [1, S]: how fast a level follows the values, and its trend the level."""

_LONGEST = 48
_SAY = 0.96 ** np.arange(_LONGEST)[::-1]
"""What the change of each of so many steps counts: older ones say little of the trend."""

_ROWS_AT_ONCE = 32
"""So few that what is known of their changes stays near the processor."""

_ROUNDS = 6
_FREEDOM = 2.0
"""Of Student's t distribution: an error of four times the usual size counts a sixth."""

_GLOBAL_SPREAD = 0.02
"""How large global trends are, a step, in sizes of the values: before any is seen it is zero."""

_LOCAL_MEAN, _LOCAL_SPREAD = 0.5, 0.35
"""How much of the trend of late goes on, before anything is seen."""

_TRUST = 0.5
"""The power of its likelihood that is the share of a level, as it was made to fit."""

_NEGLIGIBLE = 1e-8
"""A square of errors that is as good as none, in sizes of the values."""


def robust_trend(context: Array, horizon: int) -> Array:
    """The mean of what levels forecast that a local and a global trend move on.

    The local trend is a share (0 to 1) of how the level went of late. The global one is a constant
    or, in rows of positive values, a constant part of the level, with errors that grow as it does.
    Share and constant are estimated by reweighted least squares, for errors of Student's t
    distribution and with a normal prior each; every level, with either trend, counts by the root
    of its likelihood. Old changes count less, and those before the last 48 steps not at all. NaN
    is padding or missing: it moves nothing, and the next change is one of several steps. A row
    without a value in these steps gets NaN.

    Source: after the local and global trend model of Smyl et al. (2025), where the global trend may
    lie between these two, and the posterior is sampled.

    >>> robust_trend(np.array([[np.nan, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]]), 2).round(1).tolist()
    [[16.0, 17.0]]
    """
    return in_parts(_robust_trend, _last_steps(context), horizon, _ROWS_AT_ONCE)


def _last_steps(context: Array) -> Array:
    """The last steps [B, 48]: sums over always as many do not depend on what rows are padded to."""
    missing = max(0, _LONGEST - context.shape[1])
    return np.pad(context[:, -_LONGEST:], ((0, 0), (missing, 0)), constant_values=np.nan)


def _robust_trend(context: Array, horizon: int) -> Array:
    """The forecast; what differs by global trend (constant, relative) and setting is [B, 2, S]."""
    values, observed, unit = in_own_units(context)
    # How many steps each change took; the last is the one to the first step ahead.
    took = (steps_since(observed) + 1).astype(np.float64)
    levels, trends, end = _follow(values, observed, took[:, :-1])
    is_known = np.any(observed, axis=1)
    is_positive = is_known & np.all((values > 0) | ~observed, axis=1)
    # Other rows have the first global trend twice.
    is_relative = np.stack((np.zeros_like(is_positive), is_positive), axis=1)[:, :, None]
    trend, share, likelihood = _fit(
        (values[:, None] - levels)[:, None],
        (trends * took[:, None, :-1])[:, None],
        size=np.where(is_relative[..., None], levels[:, None], 1.0),
        took=took[:, None, None, :-1],
        says=np.where(observed & (np.cumsum(observed, axis=1) > 1), _SAY, 0.0)[:, None, None],
    )
    weight = _shares(likelihood)
    start = tuple(0.0 * trend + state[:, None] for state in end)
    steps = np.concatenate((took[:, -1:], 0 * took[:, -1:] + np.ones(horizon - 1)), axis=1)
    said = _go_on(start, (trend, share, is_relative), steps)
    last = nth_observed(values, observed, _LONGEST)
    # From the last value on, so that a row that never changes is forecast without rounding.
    moved = (weight[:, None] * (said - last[:, :, None, None])).sum(axis=(2, 3))
    forecast = unit * (last + moved)
    return np.where(is_known[:, None], forecast, np.nan)


def _shares(likelihood: Array) -> Array:
    """What part of the forecast [B, 2, S] each level with its global trend has."""
    best = likelihood.max(axis=(1, 2), keepdims=True)
    share = np.exp(_TRUST * (likelihood - best))
    result: Array = share / share.sum(axis=(1, 2), keepdims=True)
    return result


def _follow(values: Array, observed: NDArray[np.bool_], took: Array) -> tuple[Array, Array, Arrays]:
    """Levels and their trends [B, S, L] before each value, and both [B, S] behind the last one."""

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        value, seen, steps = (part[:, None] for part in now)
        after = _moved(state, value, steps)
        return tuple(np.where(seen, new, old) for new, old in zip(after, state, strict=True)), state

    level = nth_observed(values, observed, 0) + 0.0 * _LEVEL_WEIGHT
    end, before = fold(step, (level, np.zeros_like(level)), (values, observed, took))
    levels, trends = (np.moveaxis(part, 1, 2).copy() for part in before)
    return levels, trends, end


def _moved(state: Arrays, value: Array, steps: Array) -> Arrays:
    """Level and trend behind a value that came so many steps after the one before."""
    level, trend = state
    gained = _LEVEL_WEIGHT * (value - level)
    return level + gained, trend + _TREND_WEIGHT * (gained / steps - trend)


def _fit(
    change: Array, late: Array, *, size: Array, took: Array, says: Array
) -> tuple[Array, Array, Array]:
    """The global trend, the share of the late one, and the log-likelihood, all [B, 2, S].

    Changes and late trends [B, 1, S, L] are told in sizes [B, 2, S, L]. A change took some steps
    and says as much [B, 1, 1, L] of the trend: 1 at most, and 0 where it is none.
    """
    change, late, took = change / size, late / size, took + 0 * size
    prior, local_prior = _GLOBAL_SPREAD**-2, _LOCAL_SPREAD**-2
    count = np.maximum(says.sum(axis=-1), 1.0)
    products = (took * took, took * late, late * late, took * change, late * change)
    weight, most = says + 0 * size, says * (_FREEDOM + 1)
    square = _total(weight, change * change) / count + _NEGLIGIBLE
    for _ in range(_ROUNDS):
        aa, ab, bb, ac, bc = (_total(weight, part) / square for part in products)
        aa, bb, bc = aa + prior, bb + local_prior, bc + local_prior * _LOCAL_MEAN
        share = np.clip((aa * bc - ab * ac) / (aa * bb - ab * ab), 0.0, 1.0)
        trend = (ac - ab * share) / aa
        squares = trend[..., None] * took
        squares += share[..., None] * late
        squares -= change
        squares *= squares
        weight = squares / square[..., None]
        weight += _FREEDOM
        weight = most / weight
        square = _total(weight, squares) / count + _NEGLIGIBLE
    surprise = np.log(1 + squares / (_FREEDOM * square[..., None]))
    likelihood = (
        -(_FREEDOM + 1) / 2 * (says * surprise).sum(axis=-1)
        - count / 2 * np.log(square)
        - (says * np.log(size)).sum(axis=-1)
        - np.log(aa * bb - ab * ab) / 2
        - prior / 2 * trend**2
        - local_prior / 2 * (share - _LOCAL_MEAN) ** 2
    )
    return trend, share, likelihood


def _total(weight: Array, values: Array) -> Array:
    """The sum of values, by their weights, over all steps: [B, 2, S] of [B, 2, S, L]."""
    result: Array = np.einsum("bwsl,bwsl->bws", weight, values)
    return result


def _go_on(state: Arrays, moving: Arrays, steps: Array) -> Array:
    """What each level says of the steps ahead [B, H, 2, S], each seen as if it had come true.

    Level and late trend are [B, 2, S], and so are the global trend, the share of the late one and
    whether it is relative that move them. The first step ahead may be several [B, H] away.
    """
    trend, share, is_relative = moving

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        level, late = state
        taken = now[0][:, None, None]
        global_trend = trend * np.where(is_relative, level, 1.0)
        ahead = level + taken * (global_trend + share * late)
        return _moved(state, ahead, taken), (ahead,)

    said: Array = fold(step, state, (steps,))[1][0]
    return said
