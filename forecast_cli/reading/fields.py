"""Records -> columns: distinct texts and plain numbers, found among bytes, no object for each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import PackedTexts, Words, rises
from forecast_cli.reading.cells import Texts, factorized
from forecast_cli.reading.decimals import read_decimals
from forecast_cli.reading.record_blocks import QUOTE, Block, Offsets
from forecast_cli.reading.records import Records

_WORD = 8
# The bits of the first n bytes of a word.
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype="<u8")
_WIDEST = 64
_ROWS = 1 << 14
_FEW_RUNS = 0.1
# Any odd number with bits all over it will do.
_MIXER = np.uint64(0x9E3779B97F4A7C15)


def read_fields(
    records: Records, texts: Sequence[int], numbers: Sequence[int]
) -> tuple[dict[int, Texts], NDArray[np.float64] | None]:
    """Columns of all records but the header, as far as no parser is needed to take them apart.

    It is where fields are long, start with a space, or hold a doubled quote, and where some number
    is not written plainly: then there are none.
    """
    n_rows = len(records.lines) - 1
    distinct = {column: _Distinct(n_rows) for column in texts}
    values: NDArray[np.float64] | None = np.empty((n_rows, len(numbers)), order="F")
    row = 0
    for block in records.blocks():
        for column in list(distinct):
            words = _words(block, [column])
            if words is None or not distinct[column].add(words):
                del distinct[column]
        if values is not None and numbers:
            words = _words(block, numbers)
            read = None if words is None else read_decimals(words)
            if read is None:
                values = None
            else:
                values[row : row + block.n_records] = read.reshape(-1, len(numbers))
        row += block.n_records
    merged = {column: found.texts() for column, found in distinct.items()}
    return {column: found for column, found in merged.items() if found is not None}, values


class _Distinct:
    """The different texts among R, which come in blocks."""

    def __init__(self, n_rows: int) -> None:
        # What is not filled takes no memory.
        self._codes = np.empty(n_rows, dtype=np.int64)
        self._words = np.empty((n_rows, 1), dtype="<u8")
        self._n_rows = self._n_words = 0

    def add(self, words: Words) -> bool:
        """Take in the next rows; False for texts that only a parser can tell apart."""
        numbered = _numbered(words)
        if numbered is None:
            return False
        first, codes = numbered
        self._widen(words.shape[1])
        end = self._n_words + len(first)
        self._words[self._n_words : end, : words.shape[1]] = words[first]
        self._words[self._n_words : end, words.shape[1] :] = 0
        np.add(codes, self._n_words, out=self._codes[self._n_rows : self._n_rows + len(words)])
        self._n_rows += len(words)
        self._n_words = end
        return True

    def _widen(self, n_words: int) -> None:
        narrow = self._words.shape[1]
        if n_words > narrow:
            wider = np.empty((len(self._words), n_words), dtype="<u8")
            wider[: self._n_words, :narrow] = self._words[: self._n_words]
            wider[: self._n_words, narrow:] = 0
            self._words = wider

    def texts(self) -> Texts | None:
        """The texts of all rows, the different ones in order of first appearance."""
        words, codes = self._words[: self._n_words], self._codes
        if rises(words):
            return Texts(codes, PackedTexts(words))
        numbered = _numbered(words)
        if numbered is None:
            return None
        first, merged = numbered
        if len(first) < len(words):
            words = words[first]
            # In place, some at a time: they are as large as the file.
            for row in range(0, len(codes), _ROWS):
                codes[row : row + _ROWS] = merged[codes[row : row + _ROWS]]
        return Texts(codes, PackedTexts(words))


def _numbered(words: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """The first rows of the different texts, in order, and the number [R] of each row's text.

    None in the rare case that two texts cannot be told apart in this way.
    """
    if rises(words):
        return np.arange(len(words)), np.arange(len(words))
    starts = _run_starts(words)
    if len(starts) < _FEW_RUNS * len(words):
        numbered = _numbered(words[starts])
        if numbered is None:
            return None
        sizes = np.diff(starts, append=len(words))
        return starts[numbered[0]], np.repeat(numbered[1], sizes)
    mixed = words[:, 0].copy()
    for word in words.T[1:]:
        mixed *= _MIXER
        mixed += word
    codes = factorized(mixed)
    first = np.empty(codes.max() + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    same = words.shape[1] == 1 or (words[first].take(codes, axis=0) == words).all()
    return (first, codes) if same else None


def _run_starts(words: Words) -> NDArray[np.int64]:
    """The first rows of runs of equal texts: those of a series mostly stand together."""
    new = np.ones(len(words), dtype=np.bool_)
    np.not_equal(words[1:, 0], words[:-1, 0], out=new[1:])
    for word in words.T[1:]:
        new[1:] |= word[1:] != word[:-1]
    return np.flatnonzero(new)


def _words(block: Block, columns: Sequence[int]) -> Words | None:
    """The texts of columns, row by row; None where a parser is needed."""
    starts, stops = block.bounds(columns)
    widths = stops - starts
    is_quoted = b'"' in block.data
    if is_quoted:
        quoted = np.frombuffer(block.data, dtype=np.uint8)[starts] == QUOTE
        starts, widths = starts + quoted, widths - 2 * quoted
    size = max(-(-int(widths.max()) // _WORD), 1) * _WORD
    if size > _WIDEST:
        return None
    words = _gathered(block.data, starts, size)
    for number in range(words.shape[1]):
        words[:, number] &= _MASKS.take(widths - number * _WORD, mode="clip")
    if is_quoted and (words.view(np.uint8) == QUOTE).any():
        return None
    return None if (words[:, 0] & _MASKS[1] == ord(" ")).any() else words


def _gathered(data: bytes, starts: Offsets, size: int) -> Words:
    """So many bytes from each place on, as words."""
    data = data.ljust(size)
    last = len(data) - size
    windows: NDArray[np.bytes_] = np.ndarray(last + 1, f"S{size}", data, strides=(1,))
    texts = windows[np.minimum(starts, last)]
    for row in np.flatnonzero(starts > last).tolist():
        texts[row] = data[starts[row] : starts[row] + size]
    words: Words = texts.view("<u8").reshape(len(texts), -1)
    return words
