"""Places of fields -> words: the bytes of short fields, eight in each word."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import Words
from forecast_cli.reading.record_blocks import QUOTE, Offsets

_WORD = 8
# The bits of the first n bytes of a word.
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype="<u8")
_WIDEST = 64
_ALL_BITS = np.uint64(8 * _WORD)


def field_words(data: bytes, starts: Offsets, widths: Offsets, *, has_quotes: bool) -> Words | None:
    """The texts of fields; None where they need a parser.

    It is where they are long, start with a space, or hold a quote.
    """
    size = max(-(-int(widths.max()) // _WORD), 1) * _WORD
    if size > _WIDEST:
        return None
    words = gathered(data, starts, size)
    for word in words.T:
        np.bitwise_and(word, _MASKS.take(widths, mode="clip"), out=word)
        widths = widths - _WORD
    if has_quotes and (words.view(np.uint8) == QUOTE).any():
        return None
    return None if (words[:, 0] & _MASKS[1] == ord(" ")).any() else words


def gathered(data: bytes, starts: Offsets, size: int) -> Words:
    """So many bytes from each place on, as words."""
    data = data.ljust(max(size, 2 * _WORD))
    if size == _WORD:
        words, last = _words_at(data, starts), len(data) - 2 * _WORD
    else:
        last = len(data) - size
        windows: NDArray[np.generic] = np.ndarray(last + 1, f"S{size}", data, strides=(1,))
        # NumPy would turn indices of another kind in a slower way.
        texts = windows[np.minimum(starts, last).astype(np.intp)]
        words = texts.view("<u8").reshape(len(texts), -1)
    for row in np.flatnonzero(starts > last).tolist() if starts.max() > last else []:
        words[row] = np.frombuffer(data[starts[row] :].ljust(size, b"\0")[:size], "<u8")
    return words


def _words_at(data: bytes, starts: Offsets) -> Words:
    """A word from each place on but for the last ones, made of the two aligned ones it lies in."""
    aligned = np.frombuffer(data, "<u8", count=len(data) // _WORD)
    places = (starts >> 3).astype(np.intp)
    bits = ((starts & 7) << 3).astype(np.uint64)
    words = aligned.take(places, mode="clip")
    words >>= bits
    places += 1
    rest = aligned.take(places, mode="clip")
    rest <<= _ALL_BITS - bits
    words |= rest
    return words[:, None]
