"""The networks against independent NumPy forms of the published equations, in float64."""

import itertools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from forecast_cli.cells import run_cell
from forecast_cli.config import CELLS, LAYERS, Cell, Layer, NetworkConfig
from forecast_cli.errors import ConfigError
from forecast_cli.inputs import Feed, Input, ahead
from forecast_cli.network import RecurrentRegressor
from forecast_cli.network_shapes import FEATURES, weight_shapes
from forecast_cli.recurrence import forward
from tests.covering import covering

Array = NDArray[np.float64]

SEGMENTS = [1, 2, 3, 7, 9]
"""Of windows of 7 steps and a horizon of 4: none, parts of both, all of one, more than both."""

TORCH_LAYERS: dict[Layer, type[torch.nn.RNN | torch.nn.GRU | torch.nn.LSTM]] = {
    "rnn": torch.nn.RNN,
    "gru": torch.nn.GRU,
    "lstm": torch.nn.LSTM,
}


NUMBER = Input(column=0, role="past", n_categories=None, centre=0.0, spread=1.0)
INPUTS = (
    NUMBER,
    replace(NUMBER, column=1, n_categories=5),
    replace(NUMBER, column=2, role="future"),
    replace(NUMBER, column=3, role="future", n_categories=2),
    replace(NUMBER, role="static"),
    replace(NUMBER, column=1, role="static", n_categories=3),
)
INPUT_SETS = {"past": INPUTS[:2], "past and static": (*INPUTS[:2], *INPUTS[4:]), "all": INPUTS}
input_sets = pytest.mark.parametrize("inputs", INPUT_SETS.values(), ids=INPUT_SETS)


def make_network(
    config: NetworkConfig, seed: int = 0, inputs: tuple[Input, ...] = ()
) -> RecurrentRegressor:
    generator = torch.Generator().manual_seed(seed)
    network = RecurrentRegressor(config, 7, 4, inputs, generator=generator).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.empty_like(parameter).normal_(0, 0.3, generator=generator))
    return network


def weights_of(network: RecurrentRegressor) -> dict[str, Array]:
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


def features(rows: int = 3) -> Array:
    return np.random.default_rng(1).normal(size=(rows, 7, FEATURES))


def feed(inputs: tuple[Input, ...], rows: int = 3, seed: int = 2) -> Feed:
    """Encoded inputs by chance: numbers, and codes of which some are unknown."""
    random = np.random.default_rng(seed)

    def encoded(entries: tuple[Input, ...], steps: int) -> NDArray[np.float32]:
        columns = [
            random.normal(size=(rows, steps))
            if entry.n_categories is None
            else random.integers(-1, entry.n_categories, (rows, steps))
            for entry in entries
        ]
        empty = np.empty((rows, steps, 0))
        return np.dstack([empty, *columns]).astype(np.float32)

    return Feed(before=encoded(inputs, 7), after=encoded(ahead(inputs), 4))


def other(entry: Input, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Other encoded values, each allowed."""
    if entry.n_categories is None:
        return values + 1
    return (values + 2) % (entry.n_categories + 1) - 1


def tensors(fed: Feed) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(fed.before), torch.from_numpy(fed.after)


def logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def step_by_the_book(layer: Layer, w: dict[str, Array], xs: Array) -> Array:
    """One sequence [L, I] through the equations as they are printed, a gate and a step at a time.

    Elman (1990); Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000); Cho et
    al. (2014) with z and 1 - z exchanged and the reset gate behind the matrix product, as in cuDNN.
    """
    size = w["weight_hh_l0"].shape[1]

    def driven(k: int, x: Array) -> Array:
        rows = slice(k * size, (k + 1) * size)
        return np.asarray(w["weight_ih_l0"][rows] @ x + w["bias_ih_l0"][rows])

    def kept(k: int, h: Array) -> Array:
        rows = slice(k * size, (k + 1) * size)
        return np.asarray(w["weight_hh_l0"][rows] @ h + w["bias_hh_l0"][rows])

    h, c, states = np.zeros(size), np.zeros(size), []
    for x in xs:
        if layer == "rnn":
            h = np.tanh(driven(0, x) + kept(0, h))
        elif layer == "lstm":
            i, f, g, o = (driven(k, x) + kept(k, h) for k in range(4))
            c = logistic(f) * c + logistic(i) * np.tanh(g)
            h = logistic(o) * np.tanh(c)
        else:
            r, z = (logistic(driven(k, x) + kept(k, h)) for k in range(2))
            h = z * h + (1 - z) * np.tanh(driven(2, x) + r * kept(2, h))
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("kind", LAYERS)
def test_each_layer_follows_its_published_equations(kind: Layer) -> None:
    layer = TORCH_LAYERS[kind](3, 5, batch_first=True).double()
    xs = np.random.default_rng(0).normal(size=(2, 6, 3))
    with torch.inference_mode():
        by_torch = layer(torch.from_numpy(xs))[0].numpy()
    w = {name: tensor.detach().numpy() for name, tensor in layer.named_parameters()}
    by_the_book = np.array([step_by_the_book(kind, w, row) for row in xs])
    by_numpy, (last, _) = run_cell(kind, w, xs)
    np.testing.assert_allclose(by_torch, by_the_book, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(by_numpy, by_the_book, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(last, by_numpy[:, -1])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_forward_pass_in_numpy_equals_the_one_in_torch(
    cell: Cell, layers: int, segment: int
) -> None:
    config = NetworkConfig(cell=cell, layers=layers, hidden_size=6, segment_length=segment)
    network = make_network(config)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(features())).numpy()
    by_numpy = forward(config, weights_of(network), features())
    np.testing.assert_allclose(by_numpy, by_torch, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("segment", "layers", "cell"),
    covering(list(itertools.product(SEGMENTS, (1, 2), CELLS)), lambda case: case),
)
def test_in_single_precision_the_two_agree_to_a_hundred_thousandth(
    cell: Cell, layers: int, segment: int
) -> None:
    config = NetworkConfig(cell=cell, layers=layers, segment_length=segment)
    network = make_network(config).float()
    x = features(64).astype(np.float32)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(x)).numpy()
    error = np.abs(forward(config, weights_of(network), x) - by_torch).max()
    assert error <= 1e-5 * np.abs(by_torch).max()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_declared_weight_shapes_are_those_of_the_network(
    cell: Cell, layers: int, segment: int
) -> None:
    config = NetworkConfig(cell=cell, layers=layers, hidden_size=6, segment_length=segment)
    shapes = {name: tensor.shape for name, tensor in weights_of(make_network(config)).items()}
    assert shapes == weight_shapes(config, 7, 4)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("segment", SEGMENTS)
def test_an_untrained_network_puts_out_zero(cell: Cell, segment: int) -> None:
    config = NetworkConfig(cell=cell, segment_length=segment)
    network = RecurrentRegressor(config, 7, 4, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert not network(torch.from_numpy(features()).float()).any()


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_weights_start_orthogonal_gate_by_gate(cell: Cell) -> None:
    generator = torch.Generator().manual_seed(0)
    network = RecurrentRegressor(NetworkConfig(cell=cell), 7, 4, generator=generator)
    stacked = weights_of(network)["recurrent.0.weight_hh_l0"]
    for gate in np.split(stacked, len(stacked) // 64):
        np.testing.assert_allclose(gate @ gate.T, np.eye(64), atol=1e-5)


def test_the_forget_gate_of_an_lstm_starts_open() -> None:
    generator = torch.Generator().manual_seed(0)
    network = RecurrentRegressor(NetworkConfig(cell="lstm"), 7, 4, generator=generator)
    weights = weights_of(network)
    bias = weights["recurrent.0.bias_ih_l0"] + weights["recurrent.0.bias_hh_l0"]
    assert (bias[64:128] == 1).all()
    assert (np.delete(bias, slice(64, 128)) == 0).all()


@pytest.mark.parametrize("segment", [1, 3])
def test_a_network_takes_no_chance_from_the_global_generator(segment: int) -> None:
    before = torch.get_rng_state()
    generator = torch.Generator().manual_seed(0)
    config = NetworkConfig(layers=2, segment_length=segment)
    network = RecurrentRegressor(config, 7, 4, generator=generator)
    network(torch.from_numpy(features()).float(), generator)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("segment", [1, 3])
def test_dropout_follows_its_generator_and_keeps_the_mean(segment: int) -> None:
    network = make_network(NetworkConfig(dropout=0.3, segment_length=segment))
    x = torch.from_numpy(np.repeat(features(1), 4000, axis=0))
    with torch.inference_mode():
        dropped = network(x, torch.Generator().manual_seed(1))
        again = network(x, torch.Generator().manual_seed(1))
        plain = network(x)[0]
    assert torch.equal(dropped, again)
    assert not torch.equal(dropped[0], dropped[1])
    torch.testing.assert_close(dropped.mean(0), plain, atol=0.25, rtol=0.1)


@pytest.mark.parametrize("segment", [1, 3])
def test_between_layers_dropout_is_at_work_as_well(
    segment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = make_network(NetworkConfig(layers=2, dropout=0.5, segment_length=segment))
    x = torch.from_numpy(features())
    masks = []

    def count_draws(x: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        masks.append(x.shape)
        return x

    monkeypatch.setattr(network, "_drop", count_draws)
    network(x, torch.Generator())
    behind_a_layer = [shape for shape in masks if len(shape) == 3]
    assert behind_a_layer[0] == (3, -(-7 // segment), 64)
    assert len(masks) == 3


@pytest.mark.parametrize("segment", [1, 3])
def test_the_same_seed_gives_the_same_network(segment: int) -> None:
    config = NetworkConfig(layers=2, segment_length=segment)
    one, again = (weights_of(make_network(config, seed=4)) for _ in range(2))
    other = weights_of(make_network(config, seed=5))
    assert all((one[name] == again[name]).all() for name in one)
    assert not any((one[name] == other[name]).all() for name in one)


def test_the_hybrid_is_an_lstm_that_feeds_a_gru_in_each_of_its_layers() -> None:
    network = make_network(NetworkConfig(cell="lstm-gru", layers=2))
    kinds = [type(layer) for layer in network.recurrent]
    assert kinds == [torch.nn.LSTM, torch.nn.GRU, torch.nn.LSTM, torch.nn.GRU]


@pytest.mark.parametrize("kind", LAYERS)
def test_a_segment_of_the_horizon_is_one_ordinary_step_from_the_end_of_the_context(
    kind: Layer,
) -> None:
    network = make_network(NetworkConfig(cell=kind, hidden_size=6, segment_length=2))
    x = torch.from_numpy(features())
    varying, constant = x[:, :, :2], x[:, -1:, 2:]
    padded = torch.nn.functional.pad(varying, (0, 0, 1, 0)).reshape(3, 4, 4)
    segments = torch.cat((padded, constant.expand(3, 4, 1)), dim=-1)
    with torch.inference_mode():
        _, end = network.recurrent[0](torch.relu(network.embed(segments)))
        parts = [
            network.output(network.recurrent[0](position.expand(3, 1, 6), end)[0][:, 0])
            for position in network.positions
        ]
        expected = torch.cat(parts, dim=1) + network.shortcut(x[:, :, 0])
        torch.testing.assert_close(network(x), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_segments_are_counted_from_the_end_so_that_unseen_steps_before_change_nothing(
    cell: Cell,
) -> None:
    config = NetworkConfig(cell=cell, hidden_size=6, segment_length=3)
    weights = weights_of(make_network(config))
    longer = np.concatenate((np.zeros((3, 2, FEATURES)), features()), axis=1)
    padded = {**weights, "shortcut.weight": np.pad(weights["shortcut.weight"], ((0, 0), (2, 0)))}
    np.testing.assert_allclose(
        forward(config, padded, longer), forward(config, weights, features()), rtol=1e-12
    )


def test_with_segments_every_step_of_the_window_reaches_every_step_of_the_horizon() -> None:
    network = make_network(NetworkConfig(hidden_size=6, segment_length=3))
    with torch.no_grad():
        network.shortcut.weight.zero_()
    x = torch.from_numpy(features(1)).requires_grad_()
    for output in network(x)[0]:
        (slope,) = torch.autograd.grad(output, x, retain_graph=True)
        assert slope[0, :, :2].all()


def test_a_longer_horizon_only_adds_positions_and_the_shortcut() -> None:
    config = NetworkConfig(segment_length=3)
    short, long = (weight_shapes(config, 7, horizon) for horizon in (4, 40))
    assert {name for name in short if short[name] != long[name]} == {"positions", "shortcut.weight"}


@pytest.mark.parametrize("length", [0, 1025])
def test_a_segment_length_out_of_range_is_refused_under_the_name_of_its_option(length: int) -> None:
    with pytest.raises(ConfigError, match="--segment-length"):
        NetworkConfig(segment_length=length)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("segment", [1, 3])
@input_sets
def test_with_inputs_the_forward_pass_in_numpy_equals_the_one_in_torch(
    cell: Cell, segment: int, inputs: tuple[Input, ...]
) -> None:
    config = NetworkConfig(cell=cell, hidden_size=6, segment_length=segment)
    network, fed = make_network(config, inputs=inputs), feed(inputs)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(features()), None, tensors(fed)).numpy()
    by_numpy = forward(config, weights_of(network), features(), inputs, fed)
    np.testing.assert_allclose(by_numpy, by_torch, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("segment", [1, 3])
@input_sets
def test_the_declared_weight_shapes_are_those_of_a_network_with_inputs(
    cell: Cell, segment: int, inputs: tuple[Input, ...]
) -> None:
    config = NetworkConfig(cell=cell, layers=2, hidden_size=6, segment_length=segment)
    network = make_network(config, inputs=inputs)
    shapes = {name: tensor.shape for name, tensor in weights_of(network).items()}
    assert shapes == weight_shapes(config, 7, 4, inputs)


@pytest.mark.parametrize("segment", [1, 3])
def test_every_input_reaches_the_output_and_one_of_the_horizon_its_own_step_only(
    segment: int,
) -> None:
    config = NetworkConfig(hidden_size=6, segment_length=segment)
    weights = weights_of(make_network(config, inputs=INPUTS))
    fed = feed(INPUTS)
    plain = forward(config, weights, features(), INPUTS, fed)
    for number, entry in enumerate(INPUTS):
        before = fed.before.copy()
        before[:, -1, number] = other(entry, before[:, -1, number])
        changed = forward(config, weights, features(), INPUTS, replace(fed, before=before))
        assert (changed != plain).any(axis=0).all()
    for number, entry in enumerate(ahead(INPUTS)):
        after = fed.after.copy()
        after[:, 2, number] = other(entry, after[:, 2, number])
        changed = forward(config, weights, features(), INPUTS, replace(fed, after=after))
        assert (changed[:, 2] != plain[:, 2]).any()
        np.testing.assert_array_equal(np.delete(changed, 2, 1), np.delete(plain, 2, 1))


@pytest.mark.parametrize("segment", [1, 3])
def test_an_untrained_network_with_inputs_puts_out_zero(segment: int) -> None:
    config = NetworkConfig(segment_length=segment)
    network = RecurrentRegressor(config, 7, 4, INPUTS, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert not network(torch.from_numpy(features()).float(), None, tensors(feed(INPUTS))).any()


def test_without_inputs_a_network_starts_with_the_weights_that_it_always_had() -> None:
    generator = torch.Generator().manual_seed(0)
    plain = weights_of(RecurrentRegressor(NetworkConfig(), 7, 4, generator=generator))
    assert not [name for name in plain if name.startswith(("tables", "given", "reach", "answer"))]


@pytest.mark.slow
def test_a_training_step_imports_neither_the_compiler_nor_the_algebra_of_torch() -> None:
    # Each takes as long as importing torch, or half of it.
    code = (
        "import sys, torch\n"
        "from forecast_cli.config import NetworkConfig\n"
        "from forecast_cli.network import RecurrentRegressor\n"
        "from forecast_cli.optimizer import Optimizer\n"
        "chance = torch.Generator().manual_seed(0)\n"
        "network = RecurrentRegressor(NetworkConfig(), 7, 4, generator=chance)\n"
        "optimizer = Optimizer(network.parameters(), name='adamw', weight_decay=0.1)\n"
        "network(torch.ones(2, 7, 3), chance).sum().backward()\n"
        "torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)\n"
        "optimizer.step(0.1)\n"
        "print({'sympy', 'torch._dynamo'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
