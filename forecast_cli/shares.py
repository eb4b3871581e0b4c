"""Model, windows -> each number of a forecast as a sum of what it rests on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.model import Model
from forecast_cli.past_windows import Windows

Array = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Shares:
    """Parts [W, H] of a forecast [W, H], which is their sum, in the user's units.

    `last_value` is the last known value without outliers and effects, `simple` what the trend and
    the season of simple forecasts and analogues add to it, those that networks correct among them,
    `networks` what these corrections are, and `effects` what is known ahead, against what is usual
    there.
    """

    forecast: Array
    last_value: Array
    simple: Array
    networks: Array
    effects: Array


def split_forecast(model: Model, windows: Windows) -> Shares:
    """The shares of the forecasts from windows: parts are silenced one after the other."""
    known = windows.around
    unknown = known and replace(known, after=np.full_like(known.after, np.nan))
    mute = _without_networks(model)
    whole = windows.forecast(model, windows.values, known)
    without_networks = windows.forecast(mute, windows.values, known)
    without_effects = windows.forecast(mute, windows.values, unknown)
    last_value = windows.forecast(_only_last_value(model), windows.values, unknown)
    return Shares(
        forecast=whole,
        last_value=last_value,
        simple=_difference(without_effects, last_value),
        networks=_difference(whole, without_networks),
        effects=_difference(without_networks, without_effects),
    )


def _difference(one: Array, other: Array) -> Array:
    """The difference, none where it is rounding."""
    found = one - other
    return np.where(np.abs(found) > _ROUNDING * np.abs(one), found, 0.0)


def _without_networks(model: Model) -> Model:
    """The model with networks that say nothing: what they correct stays as it is."""
    members = tuple(
        replace(member, weights={name: np.zeros_like(w) for name, w in member.weights.items()})
        for member in model.committee.members
    )
    return replace(model, committee=replace(model.committee, members=members))


def _only_last_value(model: Model) -> Model:
    committee = replace(
        model.committee,
        members=(),
        analogues=None,
        simple_weights={"naive": 1.0},
        simple="naive",
    )
    return replace(model, committee=committee)
