"""Texts as words -> numbers: those of a few digits, which need no more than integers and a power.

The quotient of a whole number below 2^53 and a power of ten below 10^23 is the nearest float64 of a
decimal (Clinger 1990), as the parser of pandas has it too.
"""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import Words
from forecast_cli.reading.numbers import MISSING_SPELLINGS

_MOST_DIGITS = 15
_MOST_WORDS = 3
_POWERS = 10.0 ** np.arange(_MOST_DIGITS + 1)
_ZERO, _DOT, _PLUS, _MINUS = (np.uint8(mark) for mark in b"0.+-")
_NINE = np.uint8(9)
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
    octets = np.ascontiguousarray(words.view(np.uint8).reshape(len(words), -1).T)
    negative = octets[0] == _MINUS
    signed = negative | (octets[0] == _PLUS)
    octets[0][signed] = _ZERO
    n_digits, n_dots, n_decimals = (np.zeros(len(words), dtype=np.uint8) for _ in range(3))
    mantissa, other = np.zeros(len(words), dtype=np.int64), np.zeros(len(words), dtype=np.bool_)
    for octet in octets:
        if not octet.any():
            break
        # What is below "0" wraps around.
        digit, is_dot = octet - _ZERO, octet == _DOT
        is_digit = digit <= _NINE
        other |= ~(is_digit | is_dot | (octet == 0))
        np.copyto(mantissa, mantissa * 10 + digit, where=is_digit)
        n_decimals += is_digit & (n_dots > 0)
        n_digits += is_digit
        n_dots += is_dot
    plain = ~other & (n_digits > signed) & (n_digits <= _MOST_DIGITS) & (n_dots <= 1)
    numbers = mantissa / _POWERS.take(n_decimals, mode="clip")
    np.negative(numbers, out=numbers, where=negative)
    if not plain.all():
        missing = np.isin(words[:, 0], _MISSING_WORDS) & ~words[:, 1:].any(axis=1)
        if not (plain | missing).all():
            return None
        numbers[~plain] = np.nan
    return numbers
