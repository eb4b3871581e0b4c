"""Gradients -> steps: AdamW and other optimisers.

torch's own classes do the same, but making the first one imports torch's compiler, which takes as
long as importing torch. The fused step of Adam is that of torch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamw import adamw

from forecast_cli.config import OptimizerName

_FADING = (0.9, 0.999)
_EPSILON = 1e-8
_RMS_FADING = 0.99
_MOMENTUM = 0.9


class Optimizer:
    """An optimiser that lets matrices decay, and no biases: they need no decay.

    In AdamW (Loshchilov & Hutter 2019) the decay is apart from the gradients; in all others it is
    that of an L2 penalty, a part of each gradient: Adam (Kingma & Ba 2015), RMSprop (Tieleman &
    Hinton 2012), and gradient descent with a momentum of 0.9 (Polyak 1964).
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], *, name: OptimizerName, weight_decay: float
    ) -> None:
        every = list(parameters)
        matrices = [p for p in every if p.ndim > 1]
        others = [p for p in every if p.ndim <= 1]
        make = _GROUPS[name]
        self._groups = [make(matrices, weight_decay), make(others, 0.0)]

    def clear(self) -> None:
        """Forget the gradients."""
        for group in self._groups:
            for parameter in group.parameters:
                parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move the parameters along their gradients."""
        for group in self._groups:
            group.step(learning_rate)

    def moments(self) -> dict[str, Tensor]:
        """All that a step rests on beside weights and gradients, by name and not copied."""
        return {
            f"{number}.{name}.{position}": tensor
            for number, group in enumerate(self._groups)
            for name, tensors in group.moments.items()
            for position, tensor in enumerate(tensors)
        }


class _Group(ABC):
    """Parameters with one weight decay, and what is remembered of their gradients."""

    moments: Mapping[str, list[Tensor]]

    def __init__(self, parameters: list[nn.Parameter], weight_decay: float) -> None:
        self.parameters = parameters
        self.weight_decay = weight_decay

    @abstractmethod
    def step(self, learning_rate: float) -> None:
        """Move the parameters."""

    def gradients(self) -> list[Tensor]:
        gradients: list[Tensor] = []
        for parameter in self.parameters:
            assert parameter.grad is not None
            gradients.append(parameter.grad)
        return gradients

    def penalised(self) -> list[Tensor]:
        """The gradients with those of an L2 penalty."""
        return [
            gradient.add(parameter, alpha=self.weight_decay)
            for gradient, parameter in zip(self.gradients(), self.parameters, strict=True)
        ]


class _Adam(_Group):
    move: Callable[..., None] = staticmethod(adam)

    def __init__(self, parameters: list[nn.Parameter], weight_decay: float) -> None:
        super().__init__(parameters, weight_decay)
        self.means = [torch.zeros_like(p) for p in parameters]
        self.squares = [torch.zeros_like(p) for p in parameters]
        self.counts = [torch.zeros((), device=p.device) for p in parameters]
        self.moments = {"means": self.means, "squares": self.squares, "counts": self.counts}

    def step(self, learning_rate: float) -> None:
        self.move(
            list(self.parameters),
            self.gradients(),
            self.means,
            self.squares,
            [],
            self.counts,
            fused=True,
            amsgrad=False,
            beta1=_FADING[0],
            beta2=_FADING[1],
            lr=learning_rate,
            weight_decay=self.weight_decay,
            eps=_EPSILON,
            maximize=False,
        )


class _AdamW(_Adam):
    move = staticmethod(adamw)


class _RMSprop(_Group):
    def __init__(self, parameters: list[nn.Parameter], weight_decay: float) -> None:
        super().__init__(parameters, weight_decay)
        self.squares = [torch.zeros_like(p) for p in parameters]
        self.moments = {"squares": self.squares}

    def step(self, learning_rate: float) -> None:
        for parameter, gradient, square in zip(
            self.parameters, self.penalised(), self.squares, strict=True
        ):
            square.mul_(_RMS_FADING).addcmul_(gradient, gradient, value=1 - _RMS_FADING)
            parameter.addcdiv_(gradient, square.sqrt().add_(_EPSILON), value=-learning_rate)


class _Momentum(_Group):
    def __init__(self, parameters: list[nn.Parameter], weight_decay: float) -> None:
        super().__init__(parameters, weight_decay)
        self.velocities = [torch.zeros_like(p) for p in parameters]
        self.moments = {"velocities": self.velocities}

    def step(self, learning_rate: float) -> None:
        for parameter, gradient, velocity in zip(
            self.parameters, self.penalised(), self.velocities, strict=True
        ):
            velocity.mul_(_MOMENTUM).add_(gradient)
            parameter.sub_(velocity, alpha=learning_rate)


_GROUPS: Mapping[OptimizerName, type[_Group]] = {
    "adamw": _AdamW,
    "adam": _Adam,
    "rmsprop": _RMSprop,
    "sgd": _Momentum,
}
