"""Places of fields -> numbers: digits with a dot and a minus at most, as most numbers are written.

A word holds the last eight characters of a field, another one those in front of them. Shifted until
they end at the highest byte, they keep nothing of what stands beside the field.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_digits import joined_digits, no_digits
from forecast_cli.reading.field_words import gathered
from forecast_cli.reading.record_blocks import Offsets

Word = NDArray[np.uint64]

_WORD, _LONGEST, _MOST_DIGITS = (np.uint8(n) for n in (8, 16, 15))
_ONE, _SEVEN, _SIGN, _BYTE = (np.uint64(n) for n in (1, 7, 63, 0xFF))
_ZEROS = np.uint64(0x3030303030303030)
_DOT, _MINUS = (np.uint64(mark ^ ord("0")) for mark in b".-")
# For so many bits below a dot, the power of ten of the digits above it; 64 bits are for no dot.
_SCALES = np.ones(65)
_SCALES[:64:8] = 10.0 ** np.arange(7, -1, -1)
_HEAD_SCALES = _SCALES.copy()
_HEAD_SCALES[:64:8] *= 1e8


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
    first = gathered(data, starts, 8)[:, 0] ^ _ZEROS
    negative = first & _BYTE == _MINUS
    if negative.any():
        # A leading zero changes no number.
        first ^= negative * _MINUS
    if sizes.max() <= _WORD:
        part = _read_word(_ended(first, _WORD - sizes), _SCALES)
    else:
        behind = np.maximum(sizes, _WORD) - _WORD
        last = gathered(data, starts + behind, 8)[:, 0] ^ _ZEROS
        last = np.where(behind, last, first)
        part = _joined(
            _read_word(_ended(first, _LONGEST - sizes), _HEAD_SCALES),
            _read_word(_ended(last, _WORD - np.minimum(sizes, _WORD)), _SCALES),
        )
    values = part.numbers.astype(np.float64)
    if part.scale is not None:
        values /= part.scale
    if negative.any():
        values.view(np.uint64)[:] ^= negative.astype(np.uint64) << _SIGN
    n_digits = sizes - negative - part.n_dots
    # Nothing less one is a large number.
    odd = (part.n_dots > 1) | (n_digits - np.uint8(1) >= _MOST_DIGITS) | (sizes > _LONGEST)
    if not sizes.all():
        values[sizes == 0] = np.nan
        odd &= sizes > 0
    return values, np.flatnonzero(odd)


def _ended(word: Word, n_bytes: NDArray[np.uint8]) -> Word:
    """Words moved up by so many bytes, zeros below."""
    return word << (n_bytes * np.uint8(8)).astype(np.uint64)


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
    factors = np.where(tail.n_dots, np.int64(10**7), np.int64(10**8))
    scale = head.scale if tail.scale is None else tail.scale
    if head.scale is not None and tail.scale is not None:
        scale = head.scale * tail.scale
    return _Part(head.numbers * factors + tail.numbers, scale, head.n_dots + tail.n_dots)
