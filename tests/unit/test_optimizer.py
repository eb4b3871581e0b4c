import itertools

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from forecast_cli.optimizer import AdamW, one_cycle


def parameters(seed: int = 0) -> list[nn.Parameter]:
    chance = torch.Generator().manual_seed(seed)
    shapes = ((5, 3), (5,), (2, 5), (2,))
    return [nn.Parameter(torch.randn(shape, generator=chance)) for shape in shapes]


def gradients(step: int) -> list[Tensor]:
    return [p.detach() for p in parameters(seed=100 + step)]


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_it_steps_as_adamw_of_torch_does(weight_decay: float) -> None:
    ours, theirs = parameters(), parameters()
    optimizer = AdamW(ours, weight_decay=weight_decay)
    reference = torch.optim.AdamW(
        [
            {"params": [p for p in theirs if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [p for p in theirs if p.ndim == 1], "weight_decay": 0.0},
        ]
    )
    for step in range(12):
        learning_rate = 0.1 / (step + 1)
        for group in reference.param_groups:
            group["lr"] = learning_rate
        for one, other, gradient in zip(ours, theirs, gradients(step), strict=True):
            one.grad, other.grad = gradient.clone(), gradient.clone()
        optimizer.step(learning_rate)
        reference.step()
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_the_first_step_is_as_large_as_the_learning_rate_against_the_gradient() -> None:
    (parameter,) = [nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))]
    parameter.grad = torch.tensor([0.001, -5.0, 100.0])
    AdamW([parameter], weight_decay=0.0).step(0.25)
    torch.testing.assert_close(
        parameter.detach(), torch.tensor([0.75, 2.25, 2.75]), rtol=1e-4, atol=0
    )


def test_only_matrices_decay() -> None:
    moved = parameters()
    optimizer = AdamW(moved, weight_decay=0.5)
    for parameter in moved:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step(0.1)
    for parameter, before in zip(moved, parameters(), strict=True):
        share = 1 - 0.1 * 0.5 if before.ndim > 1 else 1.0
        torch.testing.assert_close(parameter.detach(), share * before.detach())


def test_forgotten_gradients_are_gone() -> None:
    some = parameters()
    optimizer = AdamW(iter(some), weight_decay=0.1)
    for parameter in some:
        parameter.grad = torch.ones_like(parameter)
    optimizer.clear()
    assert all(parameter.grad is None for parameter in some)


def test_a_learning_rate_of_zero_moves_nothing() -> None:
    some = parameters()
    for parameter in some:
        parameter.grad = torch.ones_like(parameter)
    AdamW(some, weight_decay=0.1).step(0.0)
    for parameter, before in zip(some, parameters(), strict=True):
        assert torch.equal(parameter, before)


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    rates = [one_cycle(done) for done in np.linspace(0, 1, 101)]
    assert rates[0] == 0
    assert max(rates) == rates[10] == 1
    assert rates[100] == pytest.approx(0)
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))
