"""Every option of the network, alone and with the others: torch and NumPy agree, and all learns."""

import itertools
from collections.abc import Hashable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from forecast_cli.config import (
    ACTIVATIONS,
    CELLS,
    STRATEGIES,
    Activation,
    Cell,
    NetworkConfig,
    Strategy,
)
from forecast_cli.inputs import Feed, Input
from forecast_cli.network import RecurrentRegressor
from forecast_cli.network_shapes import FEATURES, weight_shapes
from forecast_cli.recurrence import attention_weights, forward
from tests.covering import covering

Array = NDArray[np.float64]

LENGTH, HORIZON, ROWS = 7, 4, 3

INPUTS = (
    Input(column=0, role="past", n_categories=None, centre=0.0, spread=1.0),
    Input(column=1, role="future", n_categories=3, centre=0.0, spread=1.0),
    Input(column=0, role="static", n_categories=None, centre=0.0, spread=1.0),
)
OPTIONS = [
    NetworkConfig(
        cell=cell,
        layers=layers,
        hidden_size=6,
        segment_length=segment,
        bidirectional=bidirectional,
        attention=attention,
        strategy=strategy,
        activation=activation,
    )
    for cell, layers, segment, bidirectional, attention, strategy in itertools.product(
        CELLS, (1, 2), (1, 3), (False, True), (False, True), STRATEGIES
    )
    # The head is the same in all of them.
    for activation in (ACTIVATIONS if cell == "rnn" and layers == 1 else ("gelu",))
]


def name_of(config: NetworkConfig) -> str:
    words = [config.cell, str(config.layers), str(config.pace), config.strategy, config.activation]
    words += ["both-ways"] if config.bidirectional else []
    return "-".join(words + (["attention"] if config.attention else []))


def settings_of(config: NetworkConfig) -> tuple[Hashable, ...]:
    return (
        *(config.cell, config.layers, config.segment_length, config.bidirectional),
        *(config.attention, config.strategy, config.activation),
    )


every_option = pytest.mark.parametrize("config", covering(OPTIONS, settings_of), ids=name_of)
with_and_without_inputs = pytest.mark.parametrize("inputs", [(), INPUTS], ids=["blind", "seeing"])


def make_network(config: NetworkConfig, inputs: tuple[Input, ...] = ()) -> RecurrentRegressor:
    generator = torch.Generator().manual_seed(0)
    network = RecurrentRegressor(config, LENGTH, HORIZON, inputs, generator=generator).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.empty_like(parameter).normal_(0, 0.3, generator=generator))
    return network


def weights_of(network: RecurrentRegressor) -> dict[str, Array]:
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


def make_features(length: int = LENGTH) -> Array:
    return np.random.default_rng(1).normal(size=(ROWS, length, FEATURES))


def make_feed(config: NetworkConfig) -> Feed:
    chance = np.random.default_rng(2)

    def encoded(steps: int, columns: tuple[Input, ...]) -> NDArray[np.float32]:
        parts = [
            chance.normal(size=(ROWS, steps))
            if entry.n_categories is None
            else chance.integers(-1, entry.n_categories, size=(ROWS, steps))
            for entry in columns
        ]
        return np.stack(parts, axis=2).astype(np.float32)

    return Feed(before=encoded(LENGTH, INPUTS), after=encoded(config.stride(HORIZON), INPUTS[1:]))


def torch_output(network: RecurrentRegressor, features: Array, feed: Feed | None) -> torch.Tensor:
    fed = None
    if feed is not None:
        fed = torch.from_numpy(feed.before).double(), torch.from_numpy(feed.after).double()
    result: torch.Tensor = network(torch.from_numpy(features), None, fed)
    return result


@every_option
@with_and_without_inputs
def test_the_forward_pass_in_numpy_equals_the_one_in_torch(
    config: NetworkConfig, inputs: tuple[Input, ...]
) -> None:
    network, features = make_network(config, inputs), make_features()
    feed = make_feed(config) if inputs else None
    with torch.inference_mode():
        by_torch = torch_output(network, features, feed).numpy()
    by_numpy = forward(config, weights_of(network), features, inputs, feed)
    assert by_torch.shape == (ROWS, config.stride(HORIZON))
    np.testing.assert_allclose(by_numpy, by_torch, rtol=1e-9, atol=1e-11)


@every_option
def test_in_single_precision_the_two_agree_to_a_hundred_thousandth(config: NetworkConfig) -> None:
    network = make_network(config, INPUTS).float()
    features, feed = make_features().astype(np.float32), make_feed(config)
    fed = torch.from_numpy(feed.before), torch.from_numpy(feed.after)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(features), None, fed).numpy()
    by_numpy = forward(config, weights_of(network), features, INPUTS, feed)
    assert by_numpy.dtype == np.float32
    assert np.abs(by_numpy - by_torch).max() <= 1e-5 * np.abs(by_torch).max()


@every_option
@with_and_without_inputs
def test_the_declared_weight_shapes_are_those_of_the_network(
    config: NetworkConfig, inputs: tuple[Input, ...]
) -> None:
    network = make_network(config, inputs)
    shapes = {name: tensor.shape for name, tensor in weights_of(network).items()}
    assert shapes == weight_shapes(config, LENGTH, HORIZON, inputs)


@every_option
@with_and_without_inputs
def test_every_weight_learns(config: NetworkConfig, inputs: tuple[Input, ...]) -> None:
    network = make_network(config, inputs)
    output = torch_output(network, make_features(), make_feed(config) if inputs else None)
    total = (output * torch.arange(1, output.numel() + 1).reshape(output.shape)).sum()
    named = dict(network.named_parameters())
    gradients = torch.autograd.grad(total, list(named.values()), allow_unused=True)
    idle = [name for name, g in zip(named, gradients, strict=True) if not has_any(g)]
    assert not idle


def has_any(gradient: torch.Tensor | None) -> bool:
    return gradient is not None and bool(gradient.any())


@every_option
def test_an_untrained_network_puts_out_zero(config: NetworkConfig) -> None:
    generator = torch.Generator().manual_seed(0)
    network = RecurrentRegressor(config, LENGTH, HORIZON, INPUTS, generator=generator).double()
    with torch.inference_mode():
        assert not torch_output(network, make_features(), make_feed(config)).any()


def bidirectional(cell: Cell, **options: object) -> NetworkConfig:
    return NetworkConfig(cell=cell, hidden_size=6, bidirectional=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_the_last_state_is_that_of_both_readings_when_they_are_through(cell: Cell) -> None:
    network = make_network(bidirectional(cell))
    x = torch.from_numpy(make_features())
    with torch.inference_mode():
        states, _ = network.recurrent[0](network.embed(x))
        ends = torch.cat((states[:, -1, :6], states[:, 0, 6:]), dim=1)
        hidden = torch.nn.functional.gelu(network.dense(network.merge[0](ends)), approximate="tanh")
        expected = network.output(hidden) + network.shortcut(x[:, :, 0])
        torch.testing.assert_close(network(x), expected, rtol=1e-10, atol=1e-12)


def test_read_backwards_the_last_step_is_seen_first() -> None:
    config = bidirectional("gru")
    weights = weights_of(make_network(config))
    # Nothing is kept of what was read before, so each reading ends with what it read last.
    for name in ("weight_hh_l0", "weight_hh_l0_reverse"):
        weights[f"recurrent.0.{name}"] = np.zeros_like(weights[f"recurrent.0.{name}"])
    for name in ("bias_hh_l0", "bias_hh_l0_reverse", "bias_ih_l0", "bias_ih_l0_reverse"):
        bias = np.zeros_like(weights[f"recurrent.0.{name}"])
        bias[6:12] = -50.0
        weights[f"recurrent.0.{name}"] = bias
    for name in ("weight_ih_l0", "weight_ih_l0_reverse"):
        weights[f"recurrent.0.{name}"][6:12] = 0
    weights["shortcut.weight"] = np.zeros_like(weights["shortcut.weight"])
    features = make_features()
    inner = features.copy()
    inner[:, 1:-1] += 1
    first, last = features.copy(), features.copy()
    first[:, 0], last[:, -1] = first[:, 0] + 1, last[:, -1] + 1
    said = forward(config, weights, features)
    np.testing.assert_allclose(forward(config, weights, inner), said, rtol=1e-9)
    assert np.abs(forward(config, weights, first) - said).min() > 1e-6
    assert np.abs(forward(config, weights, last) - said).min() > 1e-6


@pytest.mark.parametrize(("segment", "shape"), [(1, (ROWS, 1, 7)), (3, (ROWS, 2, 3))])
@pytest.mark.parametrize("cell", CELLS)
def test_attention_shares_one_among_the_states_of_the_context(
    cell: Cell, segment: int, shape: tuple[int, ...]
) -> None:
    config = NetworkConfig(cell=cell, hidden_size=6, segment_length=segment, attention=True)
    shares = attention_weights(config, weights_of(make_network(config)), make_features())
    assert shares.shape == shape
    assert (shares > 0).all()
    assert np.ptp(shares) > 0
    np.testing.assert_allclose(shares.sum(axis=2), 1)


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_attention_is_by_the_general_score_of_luong(strategy: Strategy) -> None:
    config = NetworkConfig(hidden_size=6, attention=True, strategy=strategy)
    network = make_network(config)
    w, x = weights_of(network), make_features()
    with torch.inference_mode():
        states = network.recurrent[0](network.embed(torch.from_numpy(x)))[0].numpy()
    shares = attention_weights(config, w, x)
    for row in range(ROWS):
        asked = w["attention.weight"] @ states[row, -1]
        powers = np.exp([asked @ state / np.sqrt(6) for state in states[row]])
        np.testing.assert_allclose(shares[row, 0], powers / powers.sum(), rtol=1e-9)


def test_with_attention_an_early_step_is_reached_past_layers_that_forget_it() -> None:
    config = NetworkConfig(cell="rnn", hidden_size=6, attention=True)
    forgetful = weights_of(make_network(config))
    kept = "recurrent.0.weight_hh_l0"
    forgetful[kept] = np.zeros_like(forgetful[kept])
    forgetful["shortcut.weight"] = np.zeros_like(forgetful["shortcut.weight"])
    features = make_features()
    changed = features.copy()
    changed[:, 0] += 1
    blind = NetworkConfig(cell="rnn", hidden_size=6)
    np.testing.assert_array_equal(
        forward(blind, forgetful, changed), forward(blind, forgetful, features)
    )
    assert (forward(config, forgetful, changed) != forward(config, forgetful, features)).all()


@pytest.mark.parametrize(
    ("activation", "at"),
    [
        ("gelu", [-0.158808, 0.841192]),
        ("relu", [0.0, 1.0]),
        ("tanh", [-0.761594, 0.761594]),
        ("silu", [-0.268941, 0.731059]),
        ("none", [-1.0, 1.0]),
    ],
)
def test_the_head_applies_its_activation(activation: Activation, at: list[float]) -> None:
    config = NetworkConfig(cell="rnn", hidden_size=2, activation=activation)
    shapes = weight_shapes(config, 1, 2)
    weights = {name: np.zeros(shape) for name, shape in shapes.items()}
    weights["dense.bias"], weights["output.weight"] = np.array([-1.0, 1.0]), np.eye(2)
    said = forward(config, weights, np.zeros((1, 1, FEATURES)))
    np.testing.assert_allclose(said, [at], atol=1e-6)


@pytest.mark.parametrize("segment", [1, 3, 9])
def test_a_recursive_network_is_as_large_for_any_horizon(segment: int) -> None:
    config = NetworkConfig(segment_length=segment, strategy="recursive")
    assert weight_shapes(config, 7, 1) == weight_shapes(config, 7, 400)
