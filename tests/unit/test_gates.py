from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from forecast_cli.cells import run_cell
from forecast_cli.committee import Form, Member
from forecast_cli.config import Layer, NetworkConfig
from forecast_cli.gates import attention_activity, gate_activity, half_life, trace_gates
from forecast_cli.network_shapes import weight_shapes
from forecast_cli.recurrence import embed_context
from forecast_cli.representation import represent
from tests.models import HORIZON, make_committee, make_form, make_member, make_seasonal_committee
from tests.panels import wave

CONTEXT = np.array([wave(12), wave(12, seed=1)])


def member_of(cell: Any, *, segment_length: int = 1, layers: int = 1) -> Member:
    network = NetworkConfig(cell=cell, hidden_size=5, layers=layers, segment_length=segment_length)
    return make_member(Form(**{**vars(make_form()), "network": network}))


def embedded(member: Member) -> Any:
    form = member.form
    features = represent(form.representation, CONTEXT[:, -form.context_length :], 1).features
    return embed_context(form.network, member.weights, features)


@pytest.mark.parametrize(("cell", "segment_length"), [("gru", 1), ("lstm", 1), ("gru", 4)])
def test_the_states_follow_from_the_gates(cell: Layer, segment_length: int) -> None:
    member = member_of(cell, segment_length=segment_length)
    (gates,) = trace_gates(member, CONTEXT, None)
    weights = {k.removeprefix("recurrent.0."): w for k, w in member.weights.items()}
    inputs = embedded(member)
    states, (_, memory) = run_cell(cell, weights, inputs)
    before = np.concatenate((np.zeros_like(states[:, :1]), states[:, :-1]), axis=1)
    parts = 3 if cell == "gru" else 4
    driven = inputs @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    kept = before @ weights["weight_hh_l0"].T + weights["bias_hh_l0"]
    fed, held = np.split(driven, parts, axis=-1)[2], np.split(kept, parts, axis=-1)[2]
    assert gates.keep is not None
    if cell == "gru":
        new = np.tanh(fed + gates.others["reset"] * held)
        np.testing.assert_allclose(gates.openness * new + gates.keep * before, states, rtol=1e-4)
        return
    cells = np.zeros_like(memory)
    for step in range(states.shape[1]):
        cells = gates.keep[:, step] * cells
        cells = cells + gates.openness[:, step] * np.tanh((fed + held)[:, step])
    np.testing.assert_allclose(cells, memory, rtol=1e-4)


def test_a_plain_cell_has_no_gate_and_shows_how_far_its_state_moves() -> None:
    member = member_of("rnn")
    (gates,) = trace_gates(member, CONTEXT, None)
    assert gates.keep is None
    assert gates.openness.min() >= 0
    assert gates.openness.max() <= 1
    found = list(gate_activity(make_committee([member]), CONTEXT, None))
    assert (found[0].keep, found[0].half_life, found[0].signal) == (
        None,
        None,
        "change of the state",
    )


def test_every_layer_of_every_member_is_told_with_its_weight_and_pace() -> None:
    committee = make_committee(
        [member_of("lstm-gru"), member_of("gru", segment_length=4, layers=2)], simple_weight=0.5
    )
    found = list(gate_activity(committee, CONTEXT, None))
    assert [(g.member, g.layer, g.cell, g.pace, len(g.openness)) for g in found] == [
        (1, 1, "lstm", 1, 8),
        (1, 2, "gru", 1, 8),
        (2, 1, "gru", 4, 2),
        (2, 2, "gru", 4, 2),
    ]
    assert {g.weight for g in found} == {0.25}


def test_a_gate_that_is_held_open_is_seen() -> None:
    member = member_of("gru")
    bias = member.weights["recurrent.0.bias_ih_l0"].copy()
    bias[5:10] = -20.0
    weights = {**member.weights, "recurrent.0.bias_ih_l0": bias}
    (gates,) = trace_gates(replace(member, weights=weights), CONTEXT, None)
    assert gates.openness.min() > 0.99


def test_memory_lasts_as_long_as_its_gate_says() -> None:
    keep = np.full((2, 6, 4), 0.5 ** (1 / 10))
    np.testing.assert_allclose(half_life(keep, 1), 10)
    np.testing.assert_allclose(half_life(keep, 3), 30)
    assert np.isfinite(half_life(np.array([[[0.0, 1.0]]]), 1)).all()


def test_contexts_that_no_network_can_forecast_from_are_left_out() -> None:
    committee = make_committee([make_member(log=True), make_member()])
    flat = np.full((1, 12), 5.0)
    assert list(gate_activity(committee, flat, None)) == []
    negative = CONTEXT - 100
    assert [g.member for g in gate_activity(committee, negative, None)] == [2]
    both = np.concatenate((CONTEXT, flat))
    assert list(gate_activity(committee, both, None)) == list(
        gate_activity(committee, CONTEXT, None)
    )


def test_members_that_see_no_season_are_shown_none() -> None:
    committee = make_seasonal_committee()
    context = np.array([wave(40, season=3)])
    assert [g.member for g in gate_activity(committee, context, None)] == [1, 2, 3]


def test_a_layer_above_one_that_reads_both_ways_is_fed_what_is_merged() -> None:
    member = member_of("gru", layers=2)
    torch.manual_seed(0)
    layer = torch.nn.GRU(5, 5, batch_first=True, bidirectional=True)
    merge = torch.nn.Linear(10, 5)
    weights = {
        **member.weights,
        **{f"recurrent.0.{k}": v.detach().numpy() for k, v in layer.named_parameters()},
        **{f"merge.0.{k}": v.detach().numpy() for k, v in merge.named_parameters()},
    }
    _, above = trace_gates(replace(member, weights=weights), CONTEXT, None)
    with torch.no_grad():
        merged = merge(layer(torch.from_numpy(embedded(member)))[0]).numpy()
    part = {k.removeprefix("recurrent.1."): w for k, w in member.weights.items()}
    states, _ = run_cell("gru", part, merged)
    before = np.concatenate((np.zeros_like(states[:, :1]), states[:, :-1]), axis=1)
    opened = merged @ part["weight_ih_l0"].T + part["bias_ih_l0"]
    opened = opened + before @ part["weight_hh_l0"].T + part["bias_hh_l0"]
    np.testing.assert_allclose(
        above.others["reset"], 1 / (1 + np.exp(-opened[:, :, :5])), rtol=1e-4
    )


@pytest.mark.parametrize("segment_length", [1, 4])
def test_attention_says_what_is_looked_at_and_sums_to_one(segment_length: int) -> None:
    network = NetworkConfig(hidden_size=5, segment_length=segment_length, attention=True)
    looking = make_member(replace(make_form(), network=network))
    committee = make_committee([make_member(), looking])
    (found,) = attention_activity(committee, CONTEXT, None)
    assert (found.member, found.pace, len(found.weights)) == (
        2,
        segment_length,
        8 // segment_length,
    )
    assert sum(found.weights) == pytest.approx(1)
    weights = looking.attention(CONTEXT, HORIZON)
    assert weights is not None
    np.testing.assert_allclose(found.weights, weights.mean(axis=(0, 1)))


def test_the_embedding_has_the_shape_that_the_weights_have() -> None:
    member = member_of("gru", segment_length=4)
    assert embedded(member).shape == (2, 2, 5)
    assert weight_shapes(member.form.network, 8, HORIZON)["embed.weight"][0] == 5
