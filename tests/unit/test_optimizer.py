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


def grad_of(parameter: nn.Parameter) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def fill(parameter: nn.Parameter, gradient: Tensor) -> None:
    grad_of(parameter).copy_(gradient)


def backward(some: list[nn.Parameter], gradients: list[Tensor]) -> None:
    """Add gradients to those of parameters, as a loss does."""
    loss = sum((p * g).sum() for p, g in zip(some, gradients, strict=True))
    assert isinstance(loss, Tensor)
    loss.backward()  # type: ignore[no-untyped-call]


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
            fill(one, gradient)
            other.grad = gradient.clone()
        optimizer.step(learning_rate)
        reference.step()
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_the_first_step_is_as_large_as_the_learning_rate_against_the_gradient() -> None:
    (parameter,) = [nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))]
    optimizer = Optimizer([parameter], name="adamw", weight_decay=0.0)
    fill(parameter, torch.tensor([0.001, -5.0, 100.0]))
    optimizer.step(0.25)
    torch.testing.assert_close(
        parameter.detach(), torch.tensor([0.75, 2.25, 2.75]), rtol=1e-4, atol=0
    )


def test_only_matrices_decay() -> None:
    moved = parameters()
    optimizer = Optimizer(moved, name="adamw", weight_decay=0.5)
    optimizer.step(0.1)
    for parameter, before in zip(moved, parameters(), strict=True):
        share = 1 - 0.1 * 0.5 if before.ndim > 1 else 1.0
        torch.testing.assert_close(parameter.detach(), share * before.detach())


@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd"])
def test_beside_adamw_the_penalty_is_a_part_of_the_gradient(name: OptimizerName) -> None:
    penalised, plain = parameters(), parameters()
    one_step = Optimizer(penalised, name=name, weight_decay=0.5)
    other_step = Optimizer(plain, name=name, weight_decay=0.0)
    for parameter in plain:
        if parameter.ndim > 1:
            fill(parameter, 0.5 * parameter.detach())
    one_step.step(0.1)
    other_step.step(0.1)
    for one, other in zip(penalised, plain, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_forgotten_gradients_are_gone(name: OptimizerName) -> None:
    some = parameters()
    optimizer = Optimizer(iter(some), name=name, weight_decay=0.1)
    backward(some, gradients(0))
    optimizer.clear()
    backward(some, gradients(1))
    for parameter, gradient in zip(some, gradients(1), strict=True):
        assert torch.equal(grad_of(parameter), gradient)


def test_a_long_gradient_is_clipped_as_torch_does_and_a_short_one_stays() -> None:
    ours, theirs = parameters(), parameters()
    optimizer = Optimizer(ours, name="adamw", weight_decay=0.1)
    for some in (ours, theirs):
        backward(some, gradients(0))
    optimizer.clip(1000.0)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(grad_of(one), grad_of(other))
    nn.utils.clip_grad_norm_(theirs, 0.5)
    optimizer.clip(0.5)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(grad_of(one), grad_of(other))


def test_a_gradient_that_is_not_finite_spoils_all_and_is_not_hidden() -> None:
    some = parameters()
    optimizer = Optimizer(some, name="adamw", weight_decay=0.0)
    backward(some, [g * float("inf") for g in gradients(0)])
    optimizer.clip(1.0)
    optimizer.step(0.1)
    assert not any(torch.isfinite(parameter).any() for parameter in some)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_of_zero_moves_nothing(name: OptimizerName) -> None:
    some = parameters()
    optimizer = Optimizer(some, name=name, weight_decay=0.1)
    backward(some, gradients(0))
    optimizer.step(0.0)
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
            fill(parameter, gradient)
        optimizer.step(0.05)
