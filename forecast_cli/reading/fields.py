"""Records -> columns: distinct texts and plain numbers, found among bytes, no object for each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_digits import written
from forecast_cli.packed_texts import PackedTexts, Words, rises
from forecast_cli.reading.cells import Texts, factorized
from forecast_cli.reading.field_words import field_words
from forecast_cli.reading.odd_fields import read_odd
from forecast_cli.reading.plain_fields import read_plain
from forecast_cli.reading.record_blocks import Block
from forecast_cli.reading.records import Records

_ROWS = 1 << 14
_FEW_RUNS = 0.1
_FEW_ODD = 0.05
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
    for block in records.blocks(len(numbers)):
        for column in list(distinct):
            words = field_words(block.data, *block.bounds([column]), has_quotes=block.has_quotes)
            if words is None or not distinct[column].add(words):
                del distinct[column]
        if values is not None and numbers:
            read = _read_numbers(block, numbers)
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
        # That of the first row, as long as each one is by one more than that before it.
        self._first_number: int | None = None

    def add(self, words: Words) -> bool:
        """Take in the next rows; False for texts that only a parser can tell apart."""
        if self._counts_on(words):
            self._append(words, np.arange(len(words)))
            return True
        self._first_number = None
        numbered = _numbered(words)
        if numbered is not None:
            self._append(*numbered)
        return numbered is not None

    def _counts_on(self, words: Words) -> bool:
        """Whether the next rows are whole numbers that go on from those so far, by one each."""
        if not self._n_rows:
            numbers = PackedTexts(words[:1]).whole_numbers()
            self._first_number = None if numbers is None else int(numbers[0])
        if self._first_number is None or words.shape[1] > 1:
            return False
        expected = written(self._first_number + self._n_rows, len(words))
        return expected is not None and np.array_equal(words[:, 0], expected)

    def _append(self, words: Words, codes: NDArray[np.int64]) -> None:
        """Take in different texts, and which of them each of the next rows has."""
        width = words.shape[1]
        self._widen(width)
        start = self._n_words
        if start:
            last = self._words[start - 1]
            # A run of one text may go on here.
            start -= bool((last[:width] == words[0]).all() and not last[width:].any())
        self._n_words = start + len(words)
        self._words[start : self._n_words, :width] = words
        self._words[start : self._n_words, width:] = 0
        np.add(codes, start, out=self._codes[self._n_rows : self._n_rows + len(codes)])
        self._n_rows += len(codes)

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
        if self._first_number is not None or rises(words):
            return Texts(codes, PackedTexts(words, self._first_number))
        numbered = _numbered(words)
        if numbered is None:
            return None
        different, merged = numbered
        if len(different) < len(words):
            words = different
            # In place, some at a time: they are as large as the file.
            for row in range(0, len(codes), _ROWS):
                codes[row : row + _ROWS] = merged[codes[row : row + _ROWS]]
        return Texts(codes, PackedTexts(words))


def _numbered(words: Words) -> tuple[Words, NDArray[np.int64]] | None:
    """The different texts in order of first appearance, and the number [R] of each row's text.

    None in the rare case that two texts cannot be told apart in this way.
    """
    if rises(words):
        return words, np.arange(len(words))
    starts = _run_starts(words)
    if starts is not None:
        numbered = _numbered(words[starts])
        sizes = np.diff(starts, append=len(words))
        return numbered and (numbered[0], np.repeat(numbered[1], sizes))
    period = _period(words)
    if period:
        numbered = _numbered(words[:period])
        return numbered and (numbered[0], np.resize(numbered[1], len(words)))
    mixed = words[:, 0].copy()
    for word in words.T[1:]:
        mixed *= _MIXER
        mixed += word
    codes = factorized(mixed)
    first = np.empty(codes.max() + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    same = words.shape[1] == 1 or (words[first].take(codes, axis=0) == words).all()
    return (words[first], codes) if same else None


def _period(words: Words) -> int:
    """After how many rows all texts come again, as times of equally long series do; 0 if never."""
    again = words[1:, 0] == words[0, 0]
    for word in words.T[1:]:
        again &= word[1:] == word[0]
    period = int(again.argmax()) + 1
    later, earlier = words[period:], words[:-period]
    # Most often the first few tell.
    repeated = len(later) >= period and all(
        np.array_equal(later[:some], earlier[:some]) for some in (period, len(later))
    )
    return period if repeated else 0


def _run_starts(words: Words) -> NDArray[np.int64] | None:
    """The first rows of few runs of equal texts: those of a series mostly stand together."""
    new = np.ones(len(words), dtype=np.bool_)
    np.not_equal(words[1:, 0], words[:-1, 0], out=new[1:])
    for word in words.T[1:]:
        new[1:] |= word[1:] != word[:-1]
    return np.flatnonzero(new) if np.count_nonzero(new) < _FEW_RUNS * len(words) else None


def _read_numbers(block: Block, columns: Sequence[int]) -> NDArray[np.float64] | None:
    """The numbers of columns, row by row; None where one is not written plainly."""
    starts, widths = block.bounds(columns)
    values, odd = read_plain(block.data, starts, widths)
    if len(odd):
        words = field_words(block.data, starts[odd], widths[odd], has_quotes=block.has_quotes)
        read = None if words is None else read_odd(words, int(_FEW_ODD * len(values)))
        if read is None:
            return None
        values[odd] = read
    return values
