"""The terms on which training steps are compared: sizes, series and clock.

Imports neither torch nor anything of ours, because the interpreter of the rivals reads it too.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_SERIES, SERIES_LENGTH = 200, 120
CONTEXT_LENGTH, HORIZON = 24, 12
HIDDEN_SIZE, BATCH_SIZE = 64, 64
SEED = 0


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """Wall and CPU seconds, of something or since some moment; `cpu` is that of all threads."""

    wall: float
    cpu: float


def now() -> Seconds:
    """The time."""
    return Seconds(wall=time.perf_counter(), cpu=time.process_time())


def seconds_each(steps: int, started: Seconds, ended: Seconds) -> Seconds:
    """What each of the steps between two moments took.

    >>> seconds_each(4, Seconds(wall=3.0, cpu=1.0), Seconds(wall=5.0, cpu=2.0))
    Seconds(wall=0.5, cpu=0.25)
    """
    return Seconds(
        wall=(ended.wall - started.wall) / steps,
        cpu=(ended.cpu - started.cpu) / steps,
    )


def random_walks() -> NDArray[np.float64]:
    """Made-up series [N, T]."""
    steps = np.random.default_rng(SEED).normal(size=(N_SERIES, SERIES_LENGTH))
    return steps.cumsum(axis=1)
