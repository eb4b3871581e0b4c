"""What `test_network` leaves out: numbers far beyond those that networks meet."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from forecast_cli.config import NetworkConfig
from forecast_cli.inputs import Feed, Input
from forecast_cli.network_shapes import FEATURES, weight_shapes
from forecast_cli.recurrence import forward

TINY = NetworkConfig(cell="rnn", hidden_size=1)
LENGTH = 3


def dense_activation(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The activation of the dense layer at x [N], one after the other, all else set to pass it."""
    weights = {
        name: np.zeros(shape, dtype=np.float32)
        for name, shape in weight_shapes(TINY, LENGTH, 1).items()
    }
    weights["output.weight"] += 1
    features = np.zeros((1, LENGTH, FEATURES), dtype=np.float32)
    points = [forward(TINY, {**weights, "dense.bias": x[[n]]}, features) for n in range(len(x))]
    return np.concatenate(points).ravel()


def test_the_activation_is_that_of_torch() -> None:
    x = np.linspace(-12, 12, 97, dtype=np.float32)
    by_torch = torch.nn.functional.gelu(torch.from_numpy(x), approximate="tanh").numpy()
    np.testing.assert_allclose(dense_activation(x), by_torch, rtol=1e-6, atol=1e-6)


def test_the_activation_of_huge_numbers_is_the_positive_part() -> None:
    x = np.array([-1e12, -1e6, 0.0, 1e6, 1e12], dtype=np.float32)
    np.testing.assert_array_equal(dense_activation(x), np.maximum(x, 0))


def test_forecasting_with_segments_writes_to_none_of_its_inputs() -> None:
    config = NetworkConfig(cell="lstm-gru", hidden_size=4, segment_length=2)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=shape) for name, shape in weight_shapes(config, LENGTH, 5).items()
    }
    features = random.normal(size=(2, LENGTH, FEATURES))
    for array in (features, *weights.values()):
        array.flags.writeable = False
    assert forward(config, weights, features).shape == (2, 5)


@pytest.mark.parametrize("segment", [1, 2])
def test_a_category_that_is_unknown_has_the_first_row_of_its_table(segment: int) -> None:
    config = NetworkConfig(hidden_size=4, segment_length=segment)
    inputs = (Input(column=0, role="future", n_categories=2, centre=0.0, spread=1.0),)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=shape)
        for name, shape in weight_shapes(config, LENGTH, 2, inputs).items()
    }
    features = random.normal(size=(1, LENGTH, FEATURES))

    def said(code: float) -> NDArray[np.float64]:
        fed = Feed(
            before=np.full((1, LENGTH, 1), code, dtype=np.float32),
            after=np.full((1, 2, 1), code, dtype=np.float32),
        )
        return np.asarray(forward(config, weights, features, inputs, fed))

    assert not np.array_equal(said(-1), said(0))
    weights["tables.future0"][0] = weights["tables.future0"][1]
    np.testing.assert_array_equal(said(-1), said(0))
    weights["tables.future0"][0] = weights["tables.future0"][2]
    np.testing.assert_array_equal(said(-1), said(1))


@pytest.mark.parametrize("count", [0, 1, 3, 64, 65, 200])
def test_a_row_is_the_same_to_the_bit_whatever_stands_beside_it(count: int) -> None:
    network, chance = NetworkConfig(hidden_size=48), np.random.default_rng(0)
    weights = {
        name: chance.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in weight_shapes(network, 24, 12).items()
    }
    features = chance.normal(size=(300, 24, FEATURES)).astype(np.float32)
    whole = forward(network, weights, features)
    np.testing.assert_array_equal(forward(network, weights, features[:count]), whole[:count])
    np.testing.assert_array_equal(forward(network, weights, features[-count:]), whole[-count:])
