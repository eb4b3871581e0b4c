"""Committee, contexts -> what the gates of its networks do, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.cells import run_cell
from forecast_cli.committee import Committee, Form, Member
from forecast_cli.config import Layer
from forecast_cli.explanation_findings import AttentionActivity, GateActivity
from forecast_cli.inputs import Feed, Surroundings
from forecast_cli.recurrence import embed_context
from forecast_cli.representation import applies, represent
from forecast_cli.seasonality import estimate_season
from forecast_cli.windows import last_steps

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

_SIGNALS: dict[Layer, str] = {
    "lstm": "input gate",
    "gru": "update gate, writing",
    "rnn": "change of the state",
}
_LEAST_KEPT = 1e-12
_REVERSE = "_reverse"


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The gates of one recurrent layer, each [B, S, U] in 0 to 1.

    `openness` is how much is written anew, `keep` how much of the memory stays, None for a plain
    cell, whose openness is the change of its state over its range. `others` are further gates.
    """

    layer: Layer
    openness: Floats
    keep: Floats | None
    others: Mapping[str, Floats]


def gate_activity(
    committee: Committee, context: Array, around: Surroundings | None
) -> Iterator[GateActivity]:
    """What the gates of each member do over contexts [B, L], layer by layer.

    Contexts that a member cannot forecast from are left out; without any it is silent.
    """
    for number, member, heard, given in _hearing(committee, context, around):
        for depth, gates in enumerate(trace_gates(member, heard, given)):
            yield _summary(gates, member, number, depth + 1)


def attention_activity(
    committee: Committee, context: Array, around: Surroundings | None
) -> Iterator[AttentionActivity]:
    """What each member with attention looks at in contexts [B, L], in the mean of all."""
    for number, member, heard, given in _hearing(committee, context, around):
        weights = member.attention(heard, committee.horizon, given)
        if weights is not None:
            yield AttentionActivity(
                member=number,
                pace=member.form.network.pace,
                weight=member.weight,
                weights=tuple(weights.mean(axis=(0, 1)).tolist()),
            )


def _hearing(
    committee: Committee, context: Array, around: Surroundings | None
) -> Iterator[tuple[int, Member, Array, Surroundings | None]]:
    """Each member with its number, and the contexts it can forecast from as it is given them."""
    voiced = committee.rows_for_networks(context)
    for number, member in enumerate(committee.members):
        rows = np.flatnonzero(voiced & _applies(member.form, context))
        if len(rows):
            given = None if around is None else around.rows(rows)
            yield number + 1, member, _without_season(member.form, context[rows]), given


def trace_gates(member: Member, context: Array, around: Surroundings | None) -> Iterator[Gates]:
    """The gates of each layer of a member over contexts [B, L], as `Member.forecast` takes them.

    Of a layer that reads the context in both directions, those that read it forwards.
    """
    form = member.form
    window = last_steps(context, form.context_length)
    features = represent(form.representation, window, 1).features
    feed: Feed | None = None
    if form.inputs:
        assert around is not None
        feed = around.feed(form.inputs, form.context_length)
    hidden = embed_context(form.network, member.weights, features, form.inputs, feed)
    for depth, layer in enumerate(form.network.recurrent_layers):
        weights = _part(member.weights, f"recurrent.{depth}.")
        states, _ = run_cell(layer, weights, hidden)
        yield _gates(layer, weights, hidden, states)
        hidden = _merged(layer, weights, _part(member.weights, f"merge.{depth}."), hidden, states)


def _applies(form: Form, context: Array) -> NDArray[np.bool_]:
    usable = applies(form.representation, last_steps(context, form.context_length))
    if form.representation.deseasonalised:
        usable &= applies(form.representation, context)
    return usable


def _without_season(form: Form, context: Array) -> Array:
    if not form.representation.deseasonalised:
        return context
    return estimate_season(context, form.representation.season_length).remove(context)


def _part(weights: Mapping[str, Floats], prefix: str) -> dict[str, Floats]:
    return {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}


def _merged(
    layer: Layer,
    weights: Mapping[str, Floats],
    merge: Mapping[str, Floats],
    inputs: Floats,
    states: Floats,
) -> Floats:
    """What the next layer is fed: the states [B, S, U], merged with those read backwards if any."""
    if not merge:
        return states
    backwards = {
        name.removesuffix(_REVERSE): w for name, w in weights.items() if name.endswith(_REVERSE)
    }
    others, _ = run_cell(layer, backwards, inputs[:, ::-1])
    both = np.concatenate((states, others[:, ::-1]), axis=2)
    return np.asarray(both @ merge["weight"].T + merge["bias"])


def _gates(layer: Layer, weights: Mapping[str, Floats], inputs: Floats, states: Floats) -> Gates:
    """The gates at all steps at once, as all states [B, S, U] are known."""
    before = np.concatenate((np.zeros_like(states[:, :1]), states[:, :-1]), axis=1)
    if layer == "rnn":
        return Gates(layer=layer, openness=np.abs(states - before) / 2, keep=None, others={})
    driven = inputs @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    kept = before @ weights["weight_hh_l0"].T + weights["bias_hh_l0"]
    opened = 0.5 * np.tanh(0.5 * (driven + kept)) + 0.5
    if layer == "gru":
        reset, update, _ = np.split(opened, 3, axis=-1)
        return Gates(layer=layer, openness=1 - update, keep=update, others={"reset": reset})
    enter, forget, _, leave = np.split(opened, 4, axis=-1)
    return Gates(layer=layer, openness=enter, keep=forget, others={"output": leave})


def _summary(gates: Gates, member: Member, number: int, layer: int) -> GateActivity:
    pace = member.form.network.pace
    return GateActivity(
        member=number,
        layer=layer,
        cell=gates.layer,
        pace=pace,
        weight=member.weight,
        signal=_SIGNALS[gates.layer],
        openness=tuple(gates.openness.mean(axis=(0, 2)).astype(float).tolist()),
        keep=None if gates.keep is None else float(gates.keep.mean()),
        half_life=None if gates.keep is None else half_life(gates.keep, pace),
        others={name: float(values.mean()) for name, values in gates.others.items()},
    )


def half_life(keep: Floats, pace: int) -> tuple[float, float, float]:
    """Quartiles over the units of the steps until half of what is kept is gone.

    What stays of a memory is the product of the gates [B, S, U] since then, so their logarithms
    are averaged.

    >>> half_life(np.full((1, 3, 2), 0.5), 4)
    (4.0, 4.0, 4.0)
    """
    logs = np.log(np.clip(keep.astype(np.float64), _LEAST_KEPT, 1 - _LEAST_KEPT))
    steps = pace * np.log(0.5) / logs.mean(axis=(0, 1))
    low, middle, high = np.quantile(steps, (0.25, 0.5, 0.75)).tolist()
    return low, middle, high
