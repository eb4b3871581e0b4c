import numpy as np
import pytest
import torch

from forecast_cli.activations import ACTIVATE, sigmoid, softmax
from forecast_cli.config import ACTIVATIONS

EXTREME = np.array([-1e30, -50.0, 0.0, 50.0, 1e30], dtype=np.float32)


def test_every_activation_that_can_be_asked_for_is_there() -> None:
    assert set(ACTIVATE) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "gelu"])
def test_activations_keep_their_type_and_take_any_number(name: str) -> None:
    out = ACTIVATE[name](EXTREME)  # type: ignore[index]
    assert out.dtype == np.float32
    assert np.isfinite(out).all()


def test_silu_and_sigmoid_are_those_of_torch() -> None:
    x = np.linspace(-6, 6, 25)
    by_torch = torch.nn.functional.silu(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(ACTIVATE["silu"](x), by_torch, rtol=1e-12)
    np.testing.assert_allclose(sigmoid(x), torch.from_numpy(x).sigmoid().numpy(), rtol=1e-12)


def test_shares_sum_to_one_however_large_the_scores() -> None:
    shares = softmax(np.array([[1e30, 1e30, -1e30], [0.0, 0.0, 0.0]], dtype=np.float32))
    np.testing.assert_allclose(shares, [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)
