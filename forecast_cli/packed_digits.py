"""Words of eight bytes -> digits: the number in each word, by arithmetic on all bytes at once."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_ALL = np.uint64(0x0101010101010101)
_LOW_BITS, _HIGH_BIT = _ALL * np.uint64(0x7F), _ALL * np.uint64(0x80)
_ZEROS = _ALL * np.uint64(ord("0"))
# What is more than nine reaches the high bit of its byte.
_TO_HIGH_BIT = _ALL * np.uint64(0x7F - 9)
_BYTE = np.uint64(8)
_POWERS = 10 ** np.arange(9, dtype=np.int64)
# Multiplied by these, digits meet their neighbours, then pairs and fours do, 8, 16 and 32 bits up.
_JOINS = tuple(
    (np.uint64(mask), np.uint64(1 + (radix << bits)), np.uint64(bits))
    for mask, radix, bits in (
        (0x0F0F0F0F0F0F0F0F, 10, 8),
        (0x00FF00FF00FF00FF, 100, 16),
        (0x0000FFFF0000FFFF, 10_000, 32),
    )
)


@dataclass(frozen=True, eq=False)
class Digits:
    """What T texts hold: their digits as one number [T], and how many there are.

    `other` [T] is whether there is anything else. Numbers are right for up to 18 digits and nothing
    else.
    """

    numbers: NDArray[np.int64]
    n_digits: NDArray[np.uint8]
    other: NDArray[np.bool_]


def read_digits(words: NDArray[np.uint64]) -> Digits:
    """The digits of texts as words [T, K], zeros behind their ends.

    >>> read_digits(np.array([[int.from_bytes(b"1250", "little")]], dtype=np.uint64)).numbers
    array([1250])
    """
    found = _digits_of(words[:, 0])
    for word in words.T[1:]:
        more = _digits_of(word)
        found = Digits(
            numbers=found.numbers * _POWERS.take(more.n_digits) + more.numbers,
            n_digits=found.n_digits + more.n_digits,
            other=found.other | more.other,
        )
    return found


def written(first: int, count: int) -> NDArray[np.uint64] | None:
    """The texts [T] of so many whole numbers, each by one more than that before it, as words.

    There are none where one has no or more than eight digits.

    >>> written(8, 3).view("S8")
    array([b'8', b'9', b'10'], dtype='|S8')
    """
    last = first + count
    if first < 0 or last > 10**8:
        return None
    words = np.empty(count, dtype=np.uint64)
    place = 0
    while place < count:
        high, low = divmod(first + place, 10**4)
        size = min(10**4 - low, count - place)
        texts = _four_digits(padded=high > 0)[low : low + size]
        front = str(high).encode() if high else b""
        bits = np.uint64(8 * len(front))
        words[place : place + size] = texts << bits | np.uint64(int.from_bytes(front, "little"))
        place += size
    return words


@lru_cache
def _four_digits(*, padded: bool) -> NDArray[np.uint64]:
    """The texts of the numbers below 10 000 as words, with or without zeros in front."""
    numbers = np.arange(10**4)
    digits = numbers[:, None] // [1000, 100, 10, 1] % 10 + ord("0")
    words = digits.astype("<u4") @ np.array([1 << 8 * n for n in range(4)], dtype="<u4")
    n_zeros = (numbers[:, None] < [1000, 100, 10]).sum(axis=1) * (not padded)
    return np.asarray(words.astype(np.uint64) >> (8 * n_zeros).astype(np.uint64))


def _digits_of(word: NDArray[np.uint64]) -> Digits:
    values = word ^ _ZEROS
    no_digit = no_digits(values)
    n_digits = np.uint8(8) - np.bitwise_count(no_digit)
    # The first byte is the lowest one, so that the last digit comes to stand highest.
    joined = values << ((np.uint8(8) - n_digits).astype(np.uint64) * _BYTE)
    return Digits(
        numbers=joined_digits(joined),
        n_digits=n_digits,
        other=no_digit != _is_zero(word),
    )


def no_digits(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The high bit of each byte that is above nine: the bytes of `values` are digits less "0"."""
    # A byte that carries into the next one is marked itself, so that no mark is lost.
    return ((values + _TO_HIGH_BIT) | values) & _HIGH_BIT


def joined_digits(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Eight digits in each word [T], the highest byte last, as one number [T]."""
    for mask, factor, bits in _JOINS:
        values = (values & mask) * factor >> bits
    return values.view(np.int64)


def _is_zero(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The high bit of each byte that is zero."""
    return ~(((word & _LOW_BITS) + _LOW_BITS) | word) & _HIGH_BIT
