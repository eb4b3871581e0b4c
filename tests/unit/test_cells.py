import numpy as np
import pytest

from forecast_cli.cells import run_cell
from forecast_cli.config import LAYERS, Layer, NetworkConfig
from forecast_cli.network_shapes import weight_shapes

LENGTH = 3


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("size", [1e2, 1e6, 1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_states_stay_within_one_however_large_the_inputs(
    kind: Layer, size: float, dtype: type[np.floating]
) -> None:
    random = np.random.default_rng(0)
    config = NetworkConfig(cell=kind, hidden_size=4)
    prefix = "recurrent.0."
    weights = {
        name.removeprefix(prefix): random.normal(size=shape).astype(dtype)
        for name, shape in weight_shapes(config, LENGTH, 1).items()
        if name.startswith(prefix)
    }
    states, _ = run_cell(kind, weights, (size * random.normal(size=(5, LENGTH, 4))).astype(dtype))
    assert states.dtype == dtype
    assert (np.abs(states) <= 1).all()
    assert (np.abs(states) > 0.5).any()


def test_gates_saturate_exactly_so_that_a_closed_lstm_keeps_nothing() -> None:
    closed = {
        "weight_ih_l0": np.zeros((8, 1)),
        "weight_hh_l0": np.zeros((8, 2)),
        "bias_ih_l0": np.repeat([-1e9, -1e9, 1e9, 1e9], 2),
        "bias_hh_l0": np.zeros(8),
    }
    states, (hidden, memory) = run_cell("lstm", closed, np.ones((1, 5, 1)))
    assert not states.any()
    assert not hidden.any()
    assert not memory.any()


def test_an_open_lstm_counts_its_steps() -> None:
    opened = {
        "weight_ih_l0": np.zeros((4, 1)),
        "weight_hh_l0": np.zeros((4, 1)),
        "bias_ih_l0": np.array([1e9, 1e9, 1e9, 1e9]),
        "bias_hh_l0": np.zeros(4),
    }
    states, (_, memory) = run_cell("lstm", opened, np.ones((1, 4, 1)))
    np.testing.assert_allclose(memory, [[4.0]])
    np.testing.assert_allclose(states.ravel(), np.tanh([1.0, 2.0, 3.0, 4.0]))


def test_a_gru_whose_update_gate_is_shut_keeps_its_state() -> None:
    shut = {
        "weight_ih_l0": np.array([[0.0], [1e9], [1.0]]),
        "weight_hh_l0": np.zeros((3, 1)),
        "bias_ih_l0": np.zeros(3),
        "bias_hh_l0": np.zeros(3),
    }
    # An update gate of one keeps the state, here from before the first step.
    assert not run_cell("gru", shut, np.array([[[1.0], [2.0]]]))[0].any()
    taken, _ = run_cell("gru", shut, np.array([[[-1.0], [2.0]]]))
    np.testing.assert_allclose(taken.ravel(), np.tanh([-1.0, -1.0]))
