"""Places of fields -> numbers: digits with a dot and a sign at most, as most numbers are written.

A word holds the last eight characters of a field, another one those in front of them, and a third
one those in front of both. What stands before the digits is cleared.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_digits import joined_digits, no_digits
from forecast_cli.reading.field_words import gathered
from forecast_cli.reading.quotients import MOST_DECIMALS, nearest_quotients
from forecast_cli.reading.record_blocks import Offsets

Word = NDArray[np.uint64]

_WORD, _LONGEST, _MOST_DIGITS = 8, 24, 18
_WORDS = range(_LONGEST // _WORD)
_BELOW_2_63 = 900
"""Digits above sixteen others that stand for a number below it leave the whole below 2^63."""

_ONE, _SEVEN, _SIGN, _BYTE = (np.uint64(n) for n in (1, 7, 63, 0xFF))
_ZEROS = np.uint64(0x3030303030303030)
_DOT = np.uint64(ord(".") ^ ord("0"))
_PLUS, _MINUS = (np.uint8(ord(mark)) for mark in "+-")
# For so many bits below a dot, the power of ten of the digits above it; 64 bits are for no dot.
_POWERS = np.ones(65)
_POWERS[:64:8] = 10.0 ** np.arange(7, -1, -1)
# The same where one or two words follow.
_SCALES = [np.append(_POWERS[:64] * 10.0 ** (_WORD * n), 1.0) for n in _WORDS]
# The last bytes of a word, and those of each word that so many characters take.
_LAST_BYTES = ~np.array([(1 << 8 * n) - 1 for n in range(_WORD, -1, -1)], dtype=np.uint64)
_SIZES = np.arange(_LONGEST + 2)
_TAKEN = [_LAST_BYTES.take(_SIZES - _WORD * n, mode="clip") for n in _WORDS]


@dataclass(frozen=True, eq=False)
class _Part:
    """The digits of a word [T] as one number, to be divided by `scale` where it is not None.

    Where `n_dots` is more than one, it holds something else than digits and a dot.
    """

    numbers: NDArray[np.int64]
    scale: NDArray[np.float64] | None
    n_dots: NDArray[np.uint8]


def read_plain(
    data: bytes, starts: Offsets, widths: Offsets
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The numbers [T] of fields, NaN where empty, and which are to be read in another way.

    >>> read_plain(b"-1.5,,1e5", np.array([0, 5, 6]), np.array([4, 0, 3]))[1]
    array([2])
    """
    sizes = np.minimum(widths, _LONGEST + 1).astype(np.uint8)
    sign = np.frombuffer(data, dtype=np.uint8).take(starts, mode="clip")
    negative = sign == _MINUS
    signed = (negative | (sign == _PLUS)) & (sizes > 0)
    words = _words_of(data, starts + widths, sizes - signed)
    parts = [_read_word(word, _SCALES[n]) for n, word in enumerate(words)]
    whole = reduce(_joined, reversed(parts))
    n_digits = sizes - signed - whole.n_dots
    odd = (whole.n_dots > 1) | (n_digits == 0) | (sizes > _LONGEST)
    if len(parts) == len(_WORDS):
        odd |= (n_digits > _MOST_DIGITS) & (parts[-1].numbers >= _BELOW_2_63)
        if whole.scale is not None:
            odd |= whole.scale > 10.0**MOST_DECIMALS
        # They may have wrapped around.
        whole.numbers[odd] = 0
    values = nearest_quotients(whole.numbers, whole.scale)
    if negative.any():
        values.view(np.uint64)[:] ^= negative.astype(np.uint64) << _SIGN
    if not sizes.all():
        values[sizes == 0] = np.nan
        odd &= sizes > 0
    return values, np.flatnonzero(odd)


def _words_of(data: bytes, stops: Offsets, sizes: NDArray[np.uint8]) -> list[Word]:
    """The words, last one first, of so many characters before each stop, less "0" each."""
    n_words = min(max(-(-int(sizes.max(initial=0)) // _WORD), 1), len(_WORDS))
    width = _WORD * n_words
    if stops.min(initial=width) < width:
        # At the start of the data. What is put before them is cleared like all that stands there.
        data, stops = bytes(width) + data[: stops.max()], stops + width
    words = gathered(data, stops - width, width).T[::-1]
    return [(word ^ _ZEROS) & _TAKEN[n].take(sizes) for n, word in enumerate(words)]


def _read_word(word: Word, scales: NDArray[np.float64]) -> _Part:
    """The digits of words that end at the highest byte, less "0" each."""
    others = no_digits(word)
    n_others = np.bitwise_count(others)
    if not n_others.any():
        return _Part(joined_digits(word), None, n_others)
    dots = others >> _SEVEN
    word = word ^ dots * _DOT
    below = dots - _ONE
    before: Word = word & below
    if not n_others.all():
        before *= n_others > 0
    return _Part(
        # Digits before the dot move up into its place.
        numbers=joined_digits(word + before * _BYTE),
        scale=scales.take(np.bitwise_count(below)),
        # What is no dot has not become zero.
        n_dots=n_others + (word & dots * _BYTE != 0),
    )


def _joined(head: _Part, tail: _Part) -> _Part:
    """The digits of two words, of which the second one is full unless the first is empty."""
    if tail.scale is None:
        numbers = head.numbers * 10**_WORD + tail.numbers
        return _Part(numbers, head.scale, head.n_dots)
    factors = np.where(tail.n_dots, 10 ** (_WORD - 1), 10**_WORD)
    scale = tail.scale if head.scale is None else head.scale * tail.scale
    return _Part(head.numbers * factors + tail.numbers, scale, head.n_dots + tail.n_dots)
