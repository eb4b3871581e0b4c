"""Network output [B, H] and targets [B, H] -> the loss that is minimised."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forecast_cli.inputs import Feed
from forecast_cli.representation import Represented
from forecast_cli.scales import LARGEST_EXPONENT

LARGEST_ERROR = 50.0


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Windows ready for the network: what it sees, what it should say, and how that is scored.

    The forecast of output z is ``link(offset + gain * z)``; its error against `target`, times
    `weight`, is in units of the series' seasonal error. `weight` is 0 where no target is known.
    A network with inputs is `fed` them before the cutoffs and behind them.
    """

    log: bool
    features: Tensor
    offset: Tensor
    gain: Tensor
    target: Tensor
    weight: Tensor
    fed: tuple[Tensor, Tensor] | None = None

    def __len__(self) -> int:
        return len(self.features)

    def batch(self, rows: slice) -> "Examples":
        """Some of the windows."""
        return Examples(
            log=self.log,
            features=self.features[rows],
            offset=self.offset[rows],
            gain=self.gain[rows],
            target=self.target[rows],
            weight=self.weight[rows],
            fed=None if self.fed is None else (self.fed[0][rows], self.fed[1][rows]),
        )


def make_examples(
    represented: Represented,
    future: NDArray[np.float64],
    error_scale: NDArray[np.float64],
    feed: Feed | None = None,
    *,
    device: str,
) -> Examples:
    """Windows with their futures [B, H], NaN where unknown, and error scales [B] > 0."""
    known = np.isfinite(future)
    weight = np.where(known, represented.unit / error_scale[:, None], 0.0)

    def tensor(array: NDArray[np.floating]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(device)

    return Examples(
        log=represented.log,
        features=tensor(represented.features),
        offset=tensor(represented.offset),
        gain=tensor(represented.gain),
        target=tensor(represented.express(np.where(known, future, 0.0))),
        weight=tensor(weight),
        fed=None if feed is None else (tensor(feed.before), tensor(feed.after)),
    )


def scaled_error(output: Tensor, examples: Examples) -> Tensor:
    """Mean absolute error in units of each series' seasonal error, as MASE scores it.

    An error beyond 50 such units counts as 50: one wild value must not steer the training.
    """
    relative = examples.offset + examples.gain * output
    if examples.log:
        relative = relative.clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT).exp()
    errors = ((relative - examples.target).abs() * examples.weight).clamp(max=LARGEST_ERROR)
    return errors.sum() / (examples.weight > 0).sum().clamp(min=1)
