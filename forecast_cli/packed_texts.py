"""Many short texts as one array of bytes, for columns with millions of different ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_digits import read_digits

# ASCII ends here; white space beyond it takes several bytes.
_DELETE = 127
_MOST_DIGITS = 18

_PROBED = 100
# What is made of so many texts at once stays in the cache of the processor.
_BLOCK = 1 << 14

Words = NDArray[np.uint64]
"""Texts [T, K], eight bytes in each word, the first lowest, zeros behind their ends."""


@dataclass(frozen=True, eq=False)
class PackedTexts(Sequence[str]):
    """T texts in UTF-8, as words [T, K]; each becomes a `str` when it is asked for.

    Where it is known that they are whole numbers, each by one more than that before it, those count
    from `first_number`.

    >>> texts = PackedTexts(np.array([b"2024", b"25"], dtype="S8").view("<u8")[:, None])
    >>> texts[1], list(texts)
    ('25', ['2024', '25'])
    """

    words: Words
    first_number: int | None = None

    @property
    def array(self) -> NDArray[np.bytes_]:
        """The texts [T] as bytes."""
        return _as_bytes(self.words)

    def __len__(self) -> int:
        """The number of texts T."""
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "PackedTexts": ...
    def __getitem__(self, index: int | slice) -> "str | PackedTexts":
        """One text, or several."""
        if isinstance(index, slice):
            return PackedTexts(self.words[index])
        return bytes(self.array[index]).decode()

    def __iter__(self) -> Iterator[str]:
        """All texts, made at once."""
        return map(bytes.decode, self.array.tolist())

    @property
    def octets(self) -> NDArray[np.uint8]:
        """The bytes [T, W] of the texts, zeros behind their ends."""
        return self.words.view(np.uint8).reshape(len(self), self.words.shape[1] * 8)

    def matrix(self, width: int) -> NDArray[np.uint8] | None:
        """The bytes [T, width] where all texts are `width` ASCII characters long, else None."""
        octets = self.octets
        if not 0 < width <= octets.shape[1] or octets.max() > _DELETE:
            return None
        filled = octets[:, width - 1].all() and not octets[:, width:].any()
        return octets[:, :width] if filled else None

    def whole_numbers(self) -> NDArray[np.int64] | None:
        """The texts [T] as integers where each is of 1 to 18 digits and nothing else, else None."""
        if self.first_number is not None:
            return np.arange(self.first_number, self.first_number + len(self))
        numbers = np.empty(len(self), dtype=np.int64)
        for first in range(0, len(self), _BLOCK):
            found = read_digits(self.words[first : first + _BLOCK])
            bad = found.other | (found.n_digits == 0) | (found.n_digits > _MOST_DIGITS)
            if bad.any():
                return None
            numbers[first : first + _BLOCK] = found.numbers
        return numbers


def pack(texts: Sequence[str]) -> PackedTexts:
    """Texts in ASCII, packed.

    >>> list(pack(["2024-01-31", ""]))
    ['2024-01-31', '']
    """
    array = np.array(texts, dtype=np.bytes_)
    n_words = -(-array.itemsize // 8)
    return PackedTexts(array.astype(f"S{8 * n_words}").view("<u8").reshape(len(texts), n_words))


def stripped(texts: Sequence[str]) -> Sequence[str]:
    """Texts without white space at their ends."""
    if isinstance(texts, PackedTexts):
        starts = range(0, len(texts), _BLOCK)
        parts = (texts[first : first + _BLOCK] for first in starts)
        if texts.first_number is not None or all(map(_are_stripped, parts)):
            return texts
    return [text.strip() for text in texts]


def _are_stripped(texts: PackedTexts) -> bool:
    """Whether texts start and end with ASCII that is no white space."""
    octets = texts.octets
    # Nothing that is white space anywhere; the zeros behind texts wrap around.
    if octets.max() < _DELETE and (octets - np.uint8(1)).min() >= ord(" "):
        return True
    first = octets[:, 0]
    last = octets[np.arange(len(texts)), lengths(texts) - 1]
    return bool(np.minimum(first, last).min() > ord(" ") and max(first.max(), last.max()) < _DELETE)


def empties(texts: Sequence[str]) -> NDArray[np.int64]:
    """Which texts are empty."""
    if isinstance(texts, PackedTexts):
        return np.flatnonzero(texts.words[:, 0] == 0)
    return np.flatnonzero(lengths(texts) == 0)


def lengths(texts: Sequence[str]) -> NDArray[np.int64]:
    """How long texts [T] are: in bytes where they are packed, else in characters."""
    if isinstance(texts, PackedTexts):
        return np.strings.str_len(texts.array)
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def rises(words: Words) -> bool:
    """Whether each text comes after the one before, the longer after the shorter."""
    starts = range(0, len(words) - 1, _BLOCK)
    return _block_rises(words[:_PROBED]) and all(
        _block_rises(words[first : first + _BLOCK + 1]) for first in starts
    )


def _block_rises(words: Words) -> bool:
    if words.shape[1] == 1:
        keys = _sort_keys(words[:, 0])
        return bool((keys[1:] > keys[:-1]).all())
    texts, sizes = _as_bytes(words), np.strings.str_len(_as_bytes(words))
    longer, as_long = sizes[1:] > sizes[:-1], sizes[1:] == sizes[:-1]
    return bool((longer | (as_long & (texts[1:] > texts[:-1]))).all())


def _sort_keys(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Texts of one word as numbers whose order is by length, then by text."""
    highest_first = word.byteswap()
    behind = (highest_first & -highest_first) - np.uint64(1)
    bits: NDArray[np.uint64] = (np.bitwise_count(behind) & np.uint8(0x78)).astype(np.uint64)
    return np.asarray(highest_first >> bits)


def _as_bytes(words: Words) -> NDArray[np.bytes_]:
    return words.view(f"S{words.itemsize * words.shape[1]}").ravel()
