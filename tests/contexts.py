"""Contexts of many kinds for tests: short and long, with gaps, outliers, zeros and signs."""

import numpy as np
from numpy.typing import NDArray

LENGTH = 64


def many_contexts() -> NDArray[np.float64]:
    """One row [B, 64] for each kind and length, NaN on the left."""
    random = np.random.default_rng(0)
    rows = [_row(random, length, kind) for length in (1, 2, 3, 7, 20, LENGTH) for kind in range(6)]
    return np.stack(rows)


def _row(random: np.random.Generator, length: int, kind: int) -> NDArray[np.float64]:
    steps = np.arange(length)
    walk = 50 + random.normal(size=length).cumsum()
    season = 8 * np.sin(2 * np.pi * steps / 6)
    values = (walk, walk + season, np.exp(walk / 50 + season / 8), -walk, season, 0 * walk)[kind]
    values[random.random(length) < 0.1] = np.nan
    values[random.random(length) < 0.03] *= 60
    values[-1] = np.nan_to_num(values[-1], nan=3.0)
    return np.concatenate((np.full(LENGTH - length, np.nan), values))
