"""Errors of several models on the same units [U, M] -> whether they differ by more than chance."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL = 0.05
"""A difference that chance makes less often than this is told as one."""

FEWEST_UNITS = 6
"""With fewer no difference can be told: 2 of 2^5 combinations of signs are above the level."""

_DRAWS = 10_000
_SEED = 0
_BLOCK = 2**21
"""Signs that are held at a time, which bounds the memory of large panels."""

_ROUNDING = 1e-9


def randomisation_test(errors: Array, *, draws: int = _DRAWS) -> Array:
    """How often chance alone makes a difference as large between two of M models, [M, M].

    `errors` [U, M] are finite, and a unit is a thing that all models were measured on: a series, or
    a forecast. Were two models equally good, the sign of their difference on a unit could as well
    be the other one, independently for each unit. So all signs are turned in every combination, or
    in `draws` random ones where there are more, and the mean difference, over its root mean square,
    is compared with the largest that any pair of models then shows: the models of interest are
    chosen by the same errors, and there are many of them. The share of false alarms, a pair or
    more, is held at the level, whatever the other models do.

    Source: Fisher (1935), The Design of Experiments, 21, and Pitman (1937), Significance tests
    which may be applied to samples from any populations, for the test of one pair; Westfall &
    Young (1993), Resampling-based multiple testing, 2.3, for the largest of many; Phipson & Smyth
    (2010), Permutation p-values should never be zero, for random signs.

    >>> randomisation_test(np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 4.0]])).tolist()  # 2 of 2^3
    [[1.0, 0.25], [0.25, 1.0]]
    """
    n_units, n_models = errors.shape
    first, second = np.triu_indices(n_models, 1)
    chances = np.ones((n_models, n_models))
    if not (n_units and len(first)):
        return chances
    difference = _of_unit_length(errors[:, first] - errors[:, second])
    is_exact = 2**n_units <= draws
    # Combinations that are equally large must not be told apart by their rounding.
    observed = np.abs(difference.sum(axis=0)) - _ROUNDING
    total, reached = 0, np.zeros(len(first), dtype=np.int64)
    for signs in _all_signs(n_units) if is_exact else _random_signs(n_units, draws):
        largest = np.abs(signs @ difference).max(axis=1)
        reached += (largest[:, None] >= observed).sum(axis=0)
        total += len(signs)
    found = reached / total if is_exact else (reached + 1) / (total + 1)
    chances[first, second] = chances[second, first] = found
    return chances


def _of_unit_length(differences: Array) -> Array:
    """Columns [U, P] with squares that sum to one, or zeros; nothing overflows."""
    scaled = differences / np.maximum(np.abs(differences).max(axis=0), np.finfo(float).tiny)
    return np.asarray(scaled / np.maximum(np.sqrt((scaled**2).sum(axis=0)), np.finfo(float).tiny))


def _all_signs(n_units: int) -> Iterator[Array]:
    """Every combination of signs, [2^U, U]."""
    numbers = np.arange(2**n_units)[:, None]
    yield _as_signs((numbers >> np.arange(n_units)) & 1)


def _random_signs(n_units: int, draws: int) -> Iterator[Array]:
    """Random combinations of signs [B, U], as many as `draws` in all, the same every time."""
    generator = np.random.default_rng(_SEED)
    block = max(1, _BLOCK // n_units)
    for start in range(0, draws, block):
        count = min(block, draws - start)
        yield _as_signs(generator.integers(2, size=(count, n_units)))


def _as_signs(bits: NDArray[np.int64]) -> Array:
    return np.where(bits == 1, -1.0, 1.0)
