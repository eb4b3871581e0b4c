"""How a long step tells how far it is; only `cli` shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ProgressEvent:
    """One epoch is over, one trial of a search, or one part of the data.

    `stage` names the network in the making, `epoch` counts from 1. `validation` is the error on
    the validation windows, None where there are none. `seconds_left` is an estimate for this stage.
    Where the `unit` is a trial, `loss` is its error and `validation` the best one so far; a part
    has neither (NaN, None).
    """

    stage: str
    epoch: int
    epochs: int
    loss: float
    validation: float | None
    seconds_left: float | None
    unit: Literal["epoch", "trial", "part"] = "epoch"


Progress = Callable[[ProgressEvent], None]
"""How training speaks: it is given a `Progress` and never prints."""
