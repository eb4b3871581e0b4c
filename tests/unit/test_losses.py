import numpy as np
import pytest
import torch

from forecast_cli.losses import make_examples, scaled_error
from forecast_cli.representation import Representation, represent

NAN = np.nan


@pytest.mark.parametrize("log", [False, True])
def test_the_loss_is_the_error_in_units_of_the_error_scale(log: bool) -> None:
    context = np.array([[10.0, 12.0, 11.0], [200.0, 240.0, 280.0]])
    future = np.array([[13.0, 10.0], [300.0, NAN]])
    representation = Representation(log=log, base="naive", season_length=1)
    represented = represent(representation, context, 2)
    examples = make_examples(represented, future, np.array([2.0, 40.0]), device="cpu")
    output = np.array([[0.3, -0.2], [0.5, 0.1]])
    errors = np.abs(represented.restore(output) - future) / np.array([[2.0], [40.0]])
    loss = scaled_error(torch.from_numpy(output).float(), examples)
    assert float(loss) == pytest.approx(np.nanmean(errors), rel=1e-5)


def test_one_wild_error_counts_as_fifty() -> None:
    represented = represent(
        Representation(log=False, base="naive", season_length=1), np.array([[1.0, 2.0]]), 1
    )
    examples = make_examples(represented, np.array([[1e9]]), np.array([1.0]), device="cpu")
    assert float(scaled_error(torch.zeros(1, 1), examples)) == 50


def test_without_any_known_target_the_loss_is_zero_and_has_a_gradient() -> None:
    represented = represent(
        Representation(log=True, base="naive", season_length=1), np.array([[1.0, 2.0]]), 1
    )
    examples = make_examples(represented, np.array([[NAN]]), np.array([1.0]), device="cpu")
    output = torch.zeros(1, 1, requires_grad=True)
    loss = scaled_error(output, examples)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0
    assert output.grad is not None
    assert output.grad.tolist() == [[0.0]]
