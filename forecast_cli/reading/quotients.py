"""Whole numbers over powers of ten -> the nearest float64.

Below 2^53 the quotient of two float64 is the nearest one to the decimal (Clinger 1990). Beyond that
a number is a float64 and a whole rest, and what the division leaves is found without error (Dekker
1971): quotient and correction, added, are rounded once. The correction errs by 2^-51 of the last
bit at most, and no decimal of so few digits comes as near to the middle between two float64 without
lying on it (5^20 < 2^47).
"""

import numpy as np
from numpy.typing import NDArray

MOST_DECIMALS = 20
"""What stands behind the dot may have so many digits."""

Array = NDArray[np.float64]

_EXACT = np.int64(2**53)
_SPLITTER = 2.0**27 + 1


def nearest_quotients(numbers: NDArray[np.int64], powers: Array | None) -> Array:
    """Numbers [T] of 0 to 9.2e18 over powers of ten [T] of 1 to 10^20; None stands for ones.

    >>> nearest_quotients(np.array([9007199254740993]), np.array([10.0]))
    array([9.00719925e+14])
    """
    values = numbers.astype(np.float64)
    if powers is None:
        return values
    quotients = values / powers
    if numbers.max(initial=0) > _EXACT:
        quotients += _corrections(numbers, values, quotients, powers)
    return quotients


def _corrections(
    numbers: NDArray[np.int64], values: Array, quotients: Array, powers: Array
) -> Array:
    """What the quotients [T] of rounded values [T] lack."""
    rests = numbers - values.astype(np.int64)
    products = quotients * powers
    left, left_rest = _halves(quotients)
    right, right_rest = _halves(powers)
    errors = left * right - products
    errors += left * right_rest
    errors += left_rest * right
    errors += left_rest * right_rest
    left_over: Array = (values - products) - errors
    return (left_over + rests) / powers


def _halves(values: Array) -> tuple[Array, Array]:
    """Two numbers of half as many bits each, which make the values together (Veltkamp 1968)."""
    scaled = values * _SPLITTER
    upper = scaled - (scaled - values)
    return upper, values - upper
