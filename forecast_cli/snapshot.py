"""Where the training of one network stands: what it has to show, and what it needs to go on."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forecast_cli.committee import Form, Member

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Weights by name, the epochs that made them, and their error on the validation origins.

    The error is NaN without such origins. `is_cut_short` says that the time limit ended the
    training.
    """

    weights: Weights
    epochs: int
    validation_error: float
    is_cut_short: bool = False

    def member(self, form: Form, *, weight: float) -> Member:
        """The network as a member of a committee, in the form that it was trained in."""
        return Member(
            form=form,
            weights=self.weights,
            epochs=self.epochs,
            validation_error=self.validation_error,
            test_error=None,
            weight=weight,
        )


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A training run between two epochs: from here it goes on to the same bits.

    `epoch` epochs and `seconds` are behind it, and `best` is what they brought so far. `weights`
    are those of the network, `moments` those of the optimiser, by name. `draws` is the state of
    the NumPy generator that windows are drawn with, `dropout` [any] uint8 that of torch's.
    """

    epoch: int
    seconds: float
    weights: Weights
    moments: Weights
    draws: dict[str, Any]
    dropout: NDArray[np.uint8]
    best: Trained


class Keeper(Protocol):
    """Who keeps the state of several networks in training, by name."""

    def recall(self, name: str) -> Snapshot | Trained | None:
        """Where the training of a network stood when it was interrupted; None: not begun."""

    def keep(self, name: str, state: Snapshot | Trained) -> None:
        """Note where the training of a network stands now; it may come from any thread."""


class _Forgetful:
    """The keeper of training runs that will not be resumed."""

    def recall(self, name: str) -> None:
        """Nothing is ever known."""

    def keep(self, name: str, state: Snapshot | Trained) -> None:
        """Nothing is ever kept."""


FORGETFUL: Keeper = _Forgetful()
