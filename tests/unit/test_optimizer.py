from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from forecast_cli.config import OPTIMIZERS, OptimizerName
from forecast_cli.optimizer import Optimizer


def parameters(seed: int = 0) -> list[nn.Parameter]:
    chance = torch.Generator().manual_seed(seed)
    shapes = ((5, 3), (5,), (2, 5), (2,))
    return [nn.Parameter(torch.randn(shape, generator=chance)) for shape in shapes]


def gradients(step: int) -> list[Tensor]:
    return [p.detach() for p in parameters(seed=100 + step)]


def momentum(groups: list[dict[str, object]]) -> torch.optim.SGD:
    return torch.optim.SGD(groups, momentum=0.9)


MAKE: dict[OptimizerName, Callable[[list[dict[str, object]]], torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "sgd": momentum,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_it_steps_as_that_of_torch_does(name: OptimizerName, weight_decay: float) -> None:
    ours, theirs = parameters(), parameters()
    optimizer = Optimizer(ours, name=name, weight_decay=weight_decay)
    reference = MAKE[name](
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
    Optimizer([parameter], name="adamw", weight_decay=0.0).step(0.25)
    torch.testing.assert_close(
        parameter.detach(), torch.tensor([0.75, 2.25, 2.75]), rtol=1e-4, atol=0
    )


def test_only_matrices_decay() -> None:
    moved = parameters()
    optimizer = Optimizer(moved, name="adamw", weight_decay=0.5)
    for parameter in moved:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step(0.1)
    for parameter, before in zip(moved, parameters(), strict=True):
        share = 1 - 0.1 * 0.5 if before.ndim > 1 else 1.0
        torch.testing.assert_close(parameter.detach(), share * before.detach())


@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd"])
def test_beside_adamw_the_penalty_is_a_part_of_the_gradient(name: OptimizerName) -> None:
    penalised, plain = parameters(), parameters()
    for one, other in zip(penalised, plain, strict=True):
        one.grad = torch.zeros_like(one)
        other.grad = 0.5 * other.detach() if other.ndim > 1 else torch.zeros_like(other)
    Optimizer(penalised, name=name, weight_decay=0.5).step(0.1)
    Optimizer(plain, name=name, weight_decay=0.0).step(0.1)
    for one, other in zip(penalised, plain, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_forgotten_gradients_are_gone(name: OptimizerName) -> None:
    some = parameters()
    optimizer = Optimizer(iter(some), name=name, weight_decay=0.1)
    for parameter in some:
        parameter.grad = torch.ones_like(parameter)
    optimizer.clear()
    assert all(parameter.grad is None for parameter in some)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_of_zero_moves_nothing(name: OptimizerName) -> None:
    some = parameters()
    for parameter in some:
        parameter.grad = torch.ones_like(parameter)
    Optimizer(some, name=name, weight_decay=0.1).step(0.0)
    for parameter, before in zip(some, parameters(), strict=True):
        assert torch.equal(parameter, before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_moments_are_all_that_a_step_rests_on(name: OptimizerName) -> None:
    some = parameters()
    optimizer = Optimizer(some, name=name, weight_decay=0.1)
    steps(optimizer, some, 3)
    others = [nn.Parameter(p.detach().clone()) for p in some]
    resumed = Optimizer(others, name=name, weight_decay=0.1)
    kept = optimizer.moments()
    for key, tensor in resumed.moments().items():
        tensor.copy_(kept[key])
    steps(optimizer, some, 2)
    steps(resumed, others, 2)
    assert all(torch.equal(one, other) for one, other in zip(some, others, strict=True))


def steps(optimizer: Optimizer, moved: list[nn.Parameter], count: int) -> None:
    for step in range(count):
        for parameter, gradient in zip(moved, gradients(step), strict=True):
            parameter.grad = gradient
        optimizer.step(0.05)
