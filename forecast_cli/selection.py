"""Forecasts at known origins -> which simple continuation, which members, and their weights."""

from dataclasses import replace

import numpy as np

from forecast_cli.backtest import Scene, make_scene, simple_forecasts
from forecast_cli.committee import Committee, Member
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.panel import Panel
from forecast_cli.splits import Split, minimum_context, origins_before, rolling_back

_RANKING_ORIGINS = 200
"""Origins, over all series, at which the simple continuations are compared."""

_WORSE, _DOUBT = 1.05, 1.5
"""A member does not speak if its validation error exceeds the best one's by the factor
1.05 + 1.5 / sqrt(n), n being the number of validation origins: few of them prove little."""

_PRIOR_ORIGINS = 2
_SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)


def ranking_scene(panel: Panel, plan: WindowPlan, split: Split | None) -> Scene:
    """The origins at which simple continuations are compared: all before the test part."""
    limits = panel.offsets[1:] if split is None else split.validation_limits
    for least in (minimum_context(plan.season_length), 1):
        for span in (plan.horizon if split is None else split.span, 1):
            back = rolling_back(span, max(3, _RANKING_ORIGINS // panel.n_series))
            origins = origins_before(limits, panel.offsets[:-1] + least, back)
            if len(origins):
                return make_scene(panel, origins, span, plan.season_length)
    raise DataError(
        f"{panel.source}: no series has two values after each other; a forecast needs them"
    )


def best_simple(scene: Scene) -> str:
    """The simple continuation that errs least over the origins of a scene."""
    forecasts = simple_forecasts(scene)
    return min(forecasts, key=lambda name: scene.scaled_error(forecasts[name]))


def weigh(validation: Scene, candidates: list[Member], alone: Committee) -> Committee:
    """The members, and the weight of the simple continuation, that err least on validation.

    All members speak with equal shares, but for those that err clearly more than the best one.
    Few origins prove little, so the networks' weight is at most n / (n + 2) for n of them.
    """
    n_origins = len(validation.origins)
    errors = [member.validation_error or 0.0 for member in candidates]
    members = tuple(
        member
        for member, error in zip(candidates, errors, strict=True)
        if error <= (_WORSE + _DOUBT / np.sqrt(n_origins)) * min(errors)
    )
    most = n_origins / (n_origins + _PRIOR_ORIGINS)
    networks = replace(alone, members=members, simple_weight=0.0).forecast(validation.context)
    simple = alone.forecast(validation.context)
    span = validation.horizon

    def error_at(weight: float) -> float:
        blend = weight * simple + (1 - weight) * networks
        return validation.scaled_error(blend[:, :span])

    weight = min((1 - most * share for share in _SHARES), key=error_at)
    return alone if weight == 1 else replace(alone, members=members, simple_weight=weight)


def relative_error(scene: Scene, committee: Committee, simple: Committee) -> float:
    """The committee's error over the simple forecast's, from half to twice: few origins tell it."""
    one, other = (
        scene.scaled_error(model.forecast(scene.context)[:, : scene.horizon])
        for model in (committee, simple)
    )
    return float(np.clip(one / other, 0.5, 2.0)) if other > 0 else 1.0
