"""Texts as words -> numbers: those of a few digits, which need no more than integers and a power.

The quotient of a whole number below 2^53 and a power of ten below 10^23 is the nearest float64 of a
decimal (Clinger 1990), as the parser of pandas has it too.
"""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_digits import read_digits
from forecast_cli.packed_texts import Words
from forecast_cli.reading.numbers import MISSING_SPELLINGS

_MOST_DIGITS = 15
_MOST_WORDS = 3
_POWERS = 10.0 ** np.arange(_MOST_DIGITS + 1)
_FIRST_BYTE = np.uint64(0xFF)
_ZERO, _PLUS, _MINUS = (np.uint64(mark) for mark in b"0+-")
_MISSING_WORDS = np.array(
    [int.from_bytes(text.encode(), "little") for text in MISSING_SPELLINGS if len(text) <= 8],
    dtype=np.uint64,
)


def read_decimals(words: Words) -> NDArray[np.float64] | None:
    """The numbers [R], NaN where missing; None where one is written in another way.

    >>> read_decimals(np.array([[int.from_bytes(b"-12.50", "little")]], dtype=np.uint64))
    array([-12.5])
    """
    if words.shape[1] > _MOST_WORDS:
        return None
    if _are_missing(words):
        return np.full(len(words), np.nan)
    first = words[:, 0] & _FIRST_BYTE
    negative = first == _MINUS
    signed = negative | (first == _PLUS)
    unsigned = words
    if signed.any():
        unsigned = words.copy()
        # A leading zero changes no number.
        unsigned[:, 0] ^= np.where(signed, first ^ _ZERO, 0)
    digits = read_digits(unsigned)
    plain = ~digits.other & (digits.n_digits > signed) & (digits.n_digits <= _MOST_DIGITS)
    plain &= digits.n_dots <= 1
    numbers = digits.numbers.astype(np.float64)
    if digits.n_decimals.any():
        numbers /= _POWERS.take(digits.n_decimals, mode="clip")
    np.negative(numbers, out=numbers, where=negative)
    if not plain.all():
        if not _are_missing(words[~plain]):
            return None
        numbers[~plain] = np.nan
    return numbers


def _are_missing(words: Words) -> bool:
    marks = words[:, 0]
    # Most files have one mark.
    marks = marks[:1] if (marks == marks[0]).all() else marks
    return bool(np.isin(marks, _MISSING_WORDS).all()) and not words[:, 1:].any()
