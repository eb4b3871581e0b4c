"""Gradients -> steps: AdamW and its learning rate over a training run."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

_WARM_UP = 0.1
_FADING = (0.9, 0.999)
_EPSILON = 1e-8


class AdamW:
    """AdamW (Loshchilov & Hutter 2019), its decay on matrices only: biases need none.

    torch's own class does the same, but making one imports torch's compiler, which takes as long
    as importing torch. The fused step is that of torch.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], *, weight_decay: float) -> None:
        every = list(parameters)
        matrices = [p for p in every if p.ndim > 1]
        others = [p for p in every if p.ndim <= 1]
        self._groups = [_Group(matrices, weight_decay), _Group(others, 0.0)]

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
            for name, tensors in (
                ("means", group.means),
                ("squares", group.squares),
                ("counts", group.counts),
            )
            for position, tensor in enumerate(tensors)
        }


class _Group:
    """Parameters with one weight decay, and the running moments of their gradients."""

    def __init__(self, parameters: list[nn.Parameter], weight_decay: float) -> None:
        self.parameters = parameters
        self.weight_decay = weight_decay
        self.means = [torch.zeros_like(p) for p in parameters]
        self.squares = [torch.zeros_like(p) for p in parameters]
        self.counts = [torch.zeros((), device=p.device) for p in parameters]

    def step(self, learning_rate: float) -> None:
        gradients: list[Tensor] = []
        for parameter in self.parameters:
            assert parameter.grad is not None
            gradients.append(parameter.grad)
        adamw(
            list(self.parameters),
            gradients,
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


def one_cycle(done: float) -> float:
    """The learning rate's share of its peak when `done` (0 to 1) of the training is over.

    A linear warm-up over the first tenth, then half a cosine down to zero.

    >>> one_cycle(0.05), one_cycle(0.1), round(one_cycle(0.55), 3)
    (0.5, 1.0, 0.5)
    """
    if done < _WARM_UP:
        return done / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))
