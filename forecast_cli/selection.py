"""Forecasts at known origins -> the best simple continuation, and the weights of all parts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.panel import Panel
from forecast_cli.splits import Split, minimum_context, origins_before, rolling_back

Array = NDArray[np.float64]

_RANKING_ORIGINS = 200
"""Origins, over all series, at which the simple continuations are compared."""

_PICKS = 20
"""Parts that are picked one after the other; a weight is a multiple of a twentieth."""

_WORSE, _DOUBT = 1.02, 1.0
"""A part is clearly worse if its error exceeds the best one's by the factor
1.02 + 1 / sqrt(n), n being the number of independent origins: few of them prove little."""

_DOUBT_IN_RANKING = 0.5
"""The same among simple forecasts, which need no training and so have more origins."""

_PRIOR_ORIGINS = 300
_NETWORK_PRIOR_ORIGINS = 6
_LEAST_WEIGHT = 0.02


def ranking_scene(panel: Panel, plan: WindowPlan, split: Split | None) -> Scene:
    """The origins at which simple continuations are compared: all before the test part."""
    limits = panel.offsets[1:] if split is None else split.validation_limits
    for least in (minimum_context(plan.season_length), 1):
        for span in (plan.horizon if split is None else split.span, 1):
            back = rolling_back(span, max(3, _RANKING_ORIGINS // panel.n_series))
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
    prior = _plausible(errors, n_origins, _DOUBT) / 1.0
    if screened is not None:
        prior = _hold_networks_back(prior, screened, n_origins)
    trust = n_origins / (n_origins + _PRIOR_ORIGINS)
    weights = trust * _pick(scene, forecasts) + (1 - trust) * prior / prior.sum()
    weights = np.where(weights >= _LEAST_WEIGHT, weights, 0.0)
    return np.asarray(weights / weights.sum())


def weigh_across(scene: Scene, forecasts: Sequence[Array], screened: NDArray[np.bool_]) -> Array:
    """Two rows of weights: for the series of even and for those of odd number.

    Each row is chosen on the other series, so that a forecast made with them has been chosen
    without the values it is scored on.
    """
    odd = scene.origins.series % 2 == 1
    return np.stack(
        [
            weigh(scene.rows(others), [forecast[others] for forecast in forecasts], screened)
            for others in (odd, ~odd)
        ]
    )


def _plausible(errors: Array, n_origins: float, doubt: float) -> NDArray[np.bool_]:
    return np.asarray(errors <= (_WORSE + doubt / np.sqrt(n_origins)) * errors.min())


def _hold_networks_back(prior: Array, screened: NDArray[np.bool_], n_origins: float) -> Array:
    """A prior of zeros and ones as shares of simple parts that are trusted, and of networks."""
    simple, networks = prior[: len(screened)] * screened, prior[len(screened) :]
    if not simple.any():
        simple = screened / 1.0
    share = networks.sum() / (networks.sum() + simple.sum())
    share = min(share, n_origins / (n_origins + _NETWORK_PRIOR_ORIGINS))
    return np.concatenate(
        ((1 - share) * simple / simple.sum(), share * networks / max(1.0, networks.sum()))
    )


def mix(scene: Scene, forecasts: Sequence[Array], weights: Array) -> Array:
    """Forecasts [W, H] by the weights for all series, or by those `weigh_across` gives."""
    by_row = np.atleast_2d(weights)[scene.origins.series % len(np.atleast_2d(weights))]
    return np.asarray(np.einsum("wp,pwh->wh", by_row, np.stack(forecasts)))


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
    """The number of origins, those of one series counted as many times as its horizons fit in."""
    n_series = len(np.unique(scene.origins.series))
    return float(n_series * max(1.0, len(scene.origins) / n_series / scene.horizon))


def relative_error(scene: Scene, forecast: Array, simple: Array) -> float:
    """A forecast's error over a simple one's, from half to twice: few origins tell it."""
    one, other = scene.scaled_error(forecast), scene.scaled_error(simple)
    return float(np.clip(one / other, 0.5, 2.0)) if other > 0 else 1.0
