"""The networks against independent NumPy forms of the published equations, in float64."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from forecast_cli.config import CELLS, Cell, NetworkConfig
from forecast_cli.network import RecurrentRegressor
from forecast_cli.recurrence import FEATURES, forward, run_cell, weight_shapes

Array = NDArray[np.float64]


def make_network(config: NetworkConfig, seed: int = 0) -> RecurrentRegressor:
    generator = torch.Generator().manual_seed(seed)
    network = RecurrentRegressor(config, 7, 4, generator=generator).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.empty_like(parameter).normal_(0, 0.3, generator=generator))
    return network


def weights_of(network: RecurrentRegressor) -> dict[str, Array]:
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


def features(rows: int = 3) -> Array:
    return np.random.default_rng(1).normal(size=(rows, 7, FEATURES))


def logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def step_by_the_book(cell: Cell, w: dict[str, Array], xs: Array) -> Array:
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
        if cell == "rnn":
            h = np.tanh(driven(0, x) + kept(0, h))
        elif cell == "lstm":
            i, f, g, o = (driven(k, x) + kept(k, h) for k in range(4))
            c = logistic(f) * c + logistic(i) * np.tanh(g)
            h = logistic(o) * np.tanh(c)
        else:
            r, z = (logistic(driven(k, x) + kept(k, h)) for k in range(2))
            h = z * h + (1 - z) * np.tanh(driven(2, x) + r * kept(2, h))
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_follows_its_published_equations(cell: Cell) -> None:
    layer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](
        3, 5, batch_first=True
    ).double()
    xs = np.random.default_rng(0).normal(size=(2, 6, 3))
    with torch.inference_mode():
        by_torch = layer(torch.from_numpy(xs))[0].numpy()
    w = {name: tensor.detach().numpy() for name, tensor in layer.named_parameters()}
    by_the_book = np.array([step_by_the_book(cell, w, row) for row in xs])
    np.testing.assert_allclose(by_torch, by_the_book, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(run_cell(cell, w, xs), by_the_book, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_the_forward_pass_in_numpy_equals_the_one_in_torch(cell: Cell, layers: int) -> None:
    config = NetworkConfig(cell=cell, layers=layers, hidden_size=6)
    network = make_network(config)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(features())).numpy()
    by_numpy = forward(config, weights_of(network), features())
    np.testing.assert_allclose(by_numpy, by_torch, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_in_single_precision_the_two_agree_to_a_hundred_thousandth(cell: Cell) -> None:
    config = NetworkConfig(cell=cell)
    network = make_network(config).float()
    x = features(64).astype(np.float32)
    with torch.inference_mode():
        by_torch = network(torch.from_numpy(x)).numpy()
    error = np.abs(forward(config, weights_of(network), x) - by_torch).max()
    assert error <= 1e-5 * np.abs(by_torch).max()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
def test_the_declared_weight_shapes_are_those_of_the_network(cell: Cell, layers: int) -> None:
    config = NetworkConfig(cell=cell, layers=layers, hidden_size=6)
    shapes = {name: tensor.shape for name, tensor in weights_of(make_network(config)).items()}
    assert shapes == weight_shapes(config, 7, 4)


@pytest.mark.parametrize("cell", CELLS)
def test_an_untrained_network_puts_out_zero(cell: Cell) -> None:
    network = RecurrentRegressor(
        NetworkConfig(cell=cell), 7, 4, generator=torch.Generator().manual_seed(0)
    )
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


def test_a_network_takes_no_chance_from_the_global_generator() -> None:
    before = torch.get_rng_state()
    generator = torch.Generator().manual_seed(0)
    network = RecurrentRegressor(NetworkConfig(), 7, 4, generator=generator)
    network(torch.from_numpy(features()).float(), generator)
    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_follows_its_generator_and_keeps_the_mean() -> None:
    network = make_network(NetworkConfig(dropout=0.3))
    x = torch.from_numpy(np.repeat(features(1), 4000, axis=0))
    with torch.inference_mode():
        dropped = network(x, torch.Generator().manual_seed(1))
        again = network(x, torch.Generator().manual_seed(1))
        plain = network(x)[0]
    assert torch.equal(dropped, again)
    assert not torch.equal(dropped[0], dropped[1])
    torch.testing.assert_close(dropped.mean(0), plain, atol=0.25, rtol=0.1)
