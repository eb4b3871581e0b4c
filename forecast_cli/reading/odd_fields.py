"""Fields that are no plain digits, as words -> numbers: marks of missing values, exponents."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import PackedTexts, Words
from forecast_cli.reading.numbers import MISSING_SPELLINGS, is_plain

_MISSING_WORDS = np.array(
    [int.from_bytes(text.encode(), "little") for text in MISSING_SPELLINGS if len(text) <= 8],
    dtype=np.uint64,
)


def read_odd(words: Words, most: int) -> NDArray[np.float64] | None:
    """The numbers [R], NaN where missing; None where one is no number.

    It is None, too, where more than `most` are none of the marks: a parser reads many faster.

    >>> read_odd(np.array([[int.from_bytes(b"1e-3", "little")]], dtype=np.uint64), 1)
    array([0.001])
    """
    values = np.full(len(words), np.nan)
    others = np.flatnonzero(~_are_missing(words))
    if len(others) > most:
        return None
    for row, text in zip(others.tolist(), PackedTexts(words[others]), strict=True):
        if not is_plain(text):
            return None
        values[row] = float(text)
    return values


def _are_missing(words: Words) -> NDArray[np.bool_]:
    marks = words[:, 0]
    if (marks == marks[0]).all():
        # Most files have one mark.
        marks = marks[:1]
    return np.isin(marks, _MISSING_WORDS) & ~words[:, 1:].any(axis=1)
