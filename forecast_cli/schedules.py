"""How far a training is, and how well it goes -> the learning rate's share of its peak."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import Schedule

_WARM_UP = 0.1
_HALF = np.float32(0.5)
_MOST_IDLE = 3
"""Epochs in a row without a smaller error, after which a plateau is found."""


def one_cycle(done: float) -> float:
    """The learning rate's share of its peak when `done` (0 to 1) of the training is over.

    A linear warm-up over the first tenth, then half a cosine down to zero.

    >>> one_cycle(0.05), one_cycle(0.1), round(one_cycle(0.55), 3)
    (0.5, 1.0, 0.5)
    """
    if done < _WARM_UP:
        return done / _WARM_UP
    return cosine((done - _WARM_UP) / (1 - _WARM_UP))


def cosine(done: float) -> float:
    """Half a cosine from one down to zero.

    >>> cosine(0), round(cosine(0.5), 3), cosine(1)
    (1.0, 0.5, 0.0)
    """
    return 0.5 * (1 + math.cos(math.pi * done))


class Pace:
    """The learning rate's share of its peak over one training run.

    On a plateau it is halved: when the error has not been smaller than ever before for three
    epochs in a row. The error is that of the validation part, or the loss where nothing is held
    back to validate on.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._share = np.ones((), dtype=np.float32)
        self._least = np.array(np.finfo(np.float32).max)
        self._idle = np.zeros((), dtype=np.float32)

    def share(self, done: float) -> float:
        """The share when `done` (0 to 1) of the training is over."""
        if self._schedule == "onecycle":
            return one_cycle(done)
        return cosine(done) if self._schedule == "cosine" else float(self._share)

    def note(self, error: float) -> None:
        """Take account of the error after one more epoch."""
        if self._schedule != "plateau":
            return
        # Compared as it is saved, so that a training that is resumed compares the same.
        if np.float32(error) < self._least:
            self._least[...], self._idle[...] = error, 0
            return
        self._idle += 1
        if self._idle == _MOST_IDLE:
            self._share *= _HALF
            self._idle[...] = 0

    def moments(self) -> Mapping[str, NDArray[np.float32]]:
        """All that the share rests on beside the time, by name and not copied."""
        if self._schedule != "plateau":
            return {}
        return {"share": self._share, "least": self._least, "idle": self._idle}
