"""Forecasts at known origins -> the best simple continuation, and the weights of all parts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.cleaning import without_outliers
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.panel import Panel
from forecast_cli.splits import (
    Split,
    minimum_context,
    origins_before,
    rolling_back,
    step_between,
)

Array = NDArray[np.float64]

_RANKING_ORIGINS = 200
"""Origins, over all series, at which the simple continuations are compared."""

_RANKING_SHARE = 0.1
"""Of a series, its latest part, over which they are spread: a few days tell little of hours."""

_PICKS = 20
"""Parts that are picked one after the other; a weight is a multiple of a twentieth."""

_WORSE, _DOUBT = 1.02, 1.0
"""A part is clearly worse if its error exceeds the best one's by the factor
1.02 + 1 / sqrt(n), n being the number of independent origins: few of them prove little."""

_DOUBT_IN_RANKING = 0.5
"""The same among simple forecasts, which need no training and so have more origins."""

_PRIOR_ORIGINS = 300
"""So many independent origins count as much as the equal weights that stand before them."""

_NETWORK_PRIOR_ORIGINS = 6
_ENOUGH_ORIGINS = 12
"""From so many on, their errors have a say in which simple parts are plausible."""

_STEPS_PER_ORIGIN = 6
_LEAST_WEIGHT = 0.02
"""A part with less is left out: it costs time and changes nothing."""


def ranking_scene(panel: Panel, plan: WindowPlan, split: Split | None) -> Scene:
    """The origins at which simple continuations are compared: all before the test part.

    Nothing is scored here, so outliers are told from new levels by what came after them.
    """
    limits = panel.offsets[1:] if split is None else split.validation_limits
    panel = without_outliers(panel, limits)
    n_windows = max(3, _RANKING_ORIGINS // panel.n_series)
    reach = float(np.median(panel.lengths)) * _RANKING_SHARE
    for least in (minimum_context(plan.season_length), 1):
        for span in (plan.horizon if split is None else split.span, 1):
            back = rolling_back(span, n_windows, step_between(span, n_windows, reach))
            origins = origins_before(limits, panel.offsets[:-1] + least, back)
            if len(origins):
                thinned = origins.thinned(5 * _RANKING_ORIGINS)
                return make_scene(panel, thinned, span, plan.season_length)
    raise DataError(
        f"{panel.source}: no series has two values after each other; a forecast needs them"
    )


def best(scene: Scene, forecasts: Mapping[str, Array]) -> str:
    """The name of the forecast [W, H] that errs least over the origins of a scene."""
    return min(forecasts, key=lambda name: scene.scaled_error(forecasts[name]))


def screen(ranking: Scene) -> NDArray[np.bool_]:
    """Which simple forecasts are not clearly worse than the best at the origins of a scene."""
    errors = np.array([ranking.scaled_error(forecast) for forecast in ranking.simple.values()])
    return _plausible(errors, _independent_origins(ranking), _DOUBT_IN_RANKING)


def weigh(
    scene: Scene, forecasts: Sequence[Array], screened: NDArray[np.bool_] | None = None
) -> Array:
    """The weights, summing to one, with which forecasts [W, H] err least over a scene together.

    Parts are picked one after the other, each the one that helps most beside those picked before,
    and may be picked again (Caruana et al. 2004). Few origins prove little: the fewer there are,
    the more the weights are those of equal parts, the clearly worse ones left out. If the first
    parts are simple forecasts that were `screened`, the rest are networks, which together start
    with at most n / (n + 6) for n independent origins.
    """
    n_origins = _independent_origins(scene)
    errors = np.array([scene.scaled_error(forecast) for forecast in forecasts])
    plausible = _plausible(errors, n_origins, _DOUBT)
    # Where networks leave every simple forecast clearly behind, they need not be held back.
    if screened is None or (plausible.any() and not plausible[: len(screened)].any()):
        prior = plausible / plausible.sum()
    else:
        prior = _hold_networks_back(plausible, screened, n_origins)
    trust = n_origins / (n_origins + _PRIOR_ORIGINS)
    weights = trust * _pick(scene, forecasts) + (1 - trust) * prior
    weights = np.where(weights >= _LEAST_WEIGHT, weights, 0.0)
    return np.asarray(weights / weights.sum())


def weigh_across(scene: Scene, forecasts: Sequence[Array], screened: NDArray[np.bool_]) -> Array:
    """Two rows of weights, one for each half of the series.

    Each row is chosen on the other half, so that a forecast made with it has been chosen without
    the values it is scored on.
    """
    half = _half_of(scene.origins.series)
    rows = []
    for number in (0, 1):
        others = half != number
        if not others.any():
            others = ~others
        parts = [forecast[others] for forecast in forecasts]
        rows.append(weigh(scene.rows(others), parts, screened))
    return np.stack(rows)


def _plausible(errors: Array, n_origins: float, doubt: float) -> NDArray[np.bool_]:
    return np.asarray(errors <= (_WORSE + doubt / np.sqrt(n_origins)) * errors.min())


def _hold_networks_back(
    plausible: NDArray[np.bool_], screened: NDArray[np.bool_], n_origins: float
) -> Array:
    """Equal shares of the plausible parts, all networks together at most n / (n + 6).

    Where there are few origins, the screening decides alone which simple parts take part.
    """
    simple, networks = screened, plausible[len(screened) :]
    if n_origins >= _ENOUGH_ORIGINS:
        simple = screened & plausible[: len(screened)]
    if not (simple.any() or networks.any()):
        simple = screened
    shares = np.concatenate((simple, networks)) / (simple.sum() + networks.sum())
    most = n_origins / (n_origins + _NETWORK_PRIOR_ORIGINS)
    of_networks = shares[len(screened) :].sum()
    if simple.any() and of_networks > most:
        shares[: len(screened)] *= (1 - most) / (1 - of_networks)
        shares[len(screened) :] *= most / of_networks
    return np.asarray(shares)


def mix(scene: Scene, forecasts: Sequence[Array], weights: Array) -> Array:
    """Forecasts [W, H] by the weights for all series, or by those `weigh_across` gives."""
    if weights.ndim == 1:
        weights = np.stack((weights, weights))
    by_row = weights[_half_of(scene.origins.series)]
    return np.asarray(np.einsum("wp,pwh->wh", by_row, np.stack(forecasts)))


def disagreement(scene: Scene, forecasts: Sequence[Array], weights: Array) -> Array:
    """What forecasts [W, H] differ from their mean by weights, in the mean over the steps [W].

    The weights are those that `mix` takes.
    """
    mean = mix(scene, forecasts, weights)
    apart = [np.abs(forecast - mean) for forecast in forecasts]
    return np.asarray(mix(scene, apart, weights).mean(axis=1))


def _half_of(series: NDArray[np.int64]) -> NDArray[np.int64]:
    """The half, 0 or 1, that each series is in: a coin thrown for its number, the same every time.

    Source: the mixing function of SplitMix64 (Steele, Lea & Flood 2014).
    """
    mixed = series.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(63)).astype(np.int64)


def _pick(scene: Scene, forecasts: Sequence[Array]) -> Array:
    picks = np.zeros(len(forecasts))
    total = np.zeros_like(forecasts[0])
    least, chosen = np.inf, picks
    for count in range(1, _PICKS + 1):
        errors = [scene.scaled_error((total + forecast) / count) for forecast in forecasts]
        part = int(np.argmin(errors))
        picks[part] += 1
        total = total + forecasts[part]
        if errors[part] < least:
            least, chosen = errors[part], picks / count
    return chosen


def _independent_origins(scene: Scene) -> float:
    """The number of origins as far as they tell different things: one for every six steps scored.

    Origins of one series that lie close together share most of the steps behind them.
    """
    series, stops = scene.origins.series, scene.origins.stops
    order = np.lexsort((stops, series))
    apart = np.where(np.diff(series[order]) == 0, np.diff(stops[order]), scene.horizon)
    n_steps = scene.horizon + np.minimum(apart, scene.horizon).sum()
    return max(1.0, float(n_steps) / _STEPS_PER_ORIGIN)


def relative_error(scene: Scene, forecast: Array, simple: Array) -> float:
    """A forecast's error over a simple one's, from half to twice: few origins tell it."""
    one, other = scene.scaled_error(forecast), scene.scaled_error(simple)
    return float(np.clip(one / other, 0.5, 2.0)) if other > 0 else 1.0
