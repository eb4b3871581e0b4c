"""Gradients -> steps: AdamW and other optimisers.

torch's own classes do the same, but making the first one imports torch's compiler, which takes as
long as importing torch. The fused step of Adam is that of torch.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

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

    The gradients of all P parameters lie one after the other in one tensor [P]. Each parameter's
    `grad` is a view of its part, which a backward pass adds to; it must not be replaced.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], *, name: OptimizerName, weight_decay: float
    ) -> None:
        weights = list(parameters)
        first = weights[0]
        self._gradient = torch.zeros(sum(w.numel() for w in weights), device=first.device)
        for weight, part in zip(weights, _parts(self._gradient, weights), strict=True):
            weight.grad = part
        self._rule = _RULES[name](weights, self._gradient)
        self._decays_apart = name == "adamw"
        self._weight_decay = weight_decay
        self._matrices = [w for w in weights if w.ndim > 1]

    def clear(self) -> None:
        """Forget the gradients."""
        self._gradient.zero_()

    def clip(self, longest: float) -> None:
        """Shorten the gradient of all parameters together to this length, if it is longer."""
        length = torch.linalg.vector_norm(self._gradient)
        self._gradient.mul_(longest / length.clamp_(min=longest))

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move the parameters along their gradients."""
        if self._weight_decay > 0:
            self._decay(learning_rate)
        self._rule.step(learning_rate)

    def _decay(self, learning_rate: float) -> None:
        for weight in self._matrices:
            if self._decays_apart:
                weight.mul_(1 - learning_rate * self._weight_decay)
            else:
                assert weight.grad is not None
                weight.grad.add_(weight, alpha=self._weight_decay)

    def moments(self) -> Mapping[str, Tensor]:
        """All that a step rests on beside weights and gradients, by name and not copied."""
        return self._rule.moments


class _Rule(ABC):
    """How parameters move along their gradient [P], and what is remembered of it."""

    moments: Mapping[str, Tensor]

    def __init__(self, weights: list[nn.Parameter], gradient: Tensor) -> None:
        self.weights = weights
        self.gradient = gradient

    @abstractmethod
    def step(self, learning_rate: float) -> None:
        """Move the parameters."""

    def move_against(self, direction: Tensor, learning_rate: float) -> None:
        for weight, part in zip(self.weights, _parts(direction, self.weights), strict=True):
            weight.sub_(part, alpha=learning_rate)


class _Adam(_Rule):
    def __init__(self, weights: list[nn.Parameter], gradient: Tensor) -> None:
        super().__init__(weights, gradient)
        means, squares = torch.zeros_like(gradient), torch.zeros_like(gradient)
        counts = gradient.new_zeros(len(weights))
        self.moments = {"means": means, "squares": squares, "counts": counts}
        self.gradients = _parts(gradient, weights)
        self.means, self.squares = _parts(means, weights), _parts(squares, weights)
        self.counts = list(counts.unbind())

    def step(self, learning_rate: float) -> None:
        adam(
            list(self.weights),
            self.gradients,
            self.means,
            self.squares,
            [],
            self.counts,
            fused=True,
            amsgrad=False,
            beta1=_FADING[0],
            beta2=_FADING[1],
            lr=learning_rate,
            weight_decay=0.0,
            eps=_EPSILON,
            maximize=False,
        )


class _RMSprop(_Rule):
    def __init__(self, weights: list[nn.Parameter], gradient: Tensor) -> None:
        super().__init__(weights, gradient)
        self.squares = torch.zeros_like(gradient)
        self.moments = {"squares": self.squares}

    def step(self, learning_rate: float) -> None:
        gradient, squares = self.gradient, self.squares
        squares.mul_(_RMS_FADING).addcmul_(gradient, gradient, value=1 - _RMS_FADING)
        self.move_against(gradient / squares.sqrt().add_(_EPSILON), learning_rate)


class _Momentum(_Rule):
    def __init__(self, weights: list[nn.Parameter], gradient: Tensor) -> None:
        super().__init__(weights, gradient)
        self.velocity = torch.zeros_like(gradient)
        self.moments = {"velocity": self.velocity}

    def step(self, learning_rate: float) -> None:
        self.velocity.mul_(_MOMENTUM).add_(self.gradient)
        self.move_against(self.velocity, learning_rate)


_RULES: Mapping[OptimizerName, type[_Rule]] = {
    "adamw": _Adam,
    "adam": _Adam,
    "rmsprop": _RMSprop,
    "sgd": _Momentum,
}


def _parts(flat: Tensor, weights: list[nn.Parameter]) -> list[Tensor]:
    """Views of a tensor [P], each as large and of the same shape as a parameter."""
    sizes = [weight.numel() for weight in weights]
    parts = zip(torch.split(flat, sizes), weights, strict=True)
    return [part.view_as(weight) for part, weight in parts]
