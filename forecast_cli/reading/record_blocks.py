"""Records -> blocks: where the fields of some records at a time stand among the bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

QUOTE = ord('"')
_NEWLINE = ord("\n")
# So many bytes at once, and what is made of them, stay in the cache of the processor.
_BLOCK = 1 << 18
_LINES = 1 << 14
_FIELDS = 1 << 15
_LARGEST_INT32 = 2**31 - 1

Offsets = NDArray[np.signedinteger[Any]]
"""Places among bytes, in four bytes each where they fit."""


@dataclass(frozen=True, eq=False)
class Block:
    """R records of F fields: each lies between the bytes at `before` and `stops` [R, F].

    Those are delimiters and newlines in `data`, which may be the text of other records too.
    """

    data: bytes
    before: Offsets
    stops: Offsets
    has_quotes: bool

    @property
    def n_records(self) -> int:
        """The number of records R."""
        return len(self.stops)

    def bounds(self, columns: Sequence[int]) -> tuple[Offsets, Offsets]:
        """Where the fields of columns start, and how long they are, row by row, without quotes."""
        first, last = columns[0], columns[-1] + 1
        chosen: slice | NDArray[np.int64] = np.asarray(columns)
        if list(columns) == list(range(first, last)):
            chosen = slice(first, last)
        starts = self.before[:, chosen].ravel() + 1
        widths = self.stops[:, chosen].ravel() - starts
        if self.has_quotes:
            quoted = np.frombuffer(self.data, dtype=np.uint8).take(starts) == QUOTE
            starts += quoted
            widths -= 2 * quoted.view(np.int8)
        return starts, widths


def find_marks(data: bytes, delimiter: str) -> Offsets | None:
    """Where all fields [R, F] stop; None where records have differing F.

    It is None too where a quote does not enclose a field without delimiters and quotes in it.
    """
    n_fields = data.count(delimiter.encode(), 0, data.index(_NEWLINE)) + 1
    n_marks = sum(_sizes(data, _NEWLINE)) * n_fields
    if n_marks > len(data):
        return None
    marks = np.empty(n_marks, dtype=_kind_of_offsets(data))
    last = 0
    for start in range(0, len(data), _BLOCK):
        codes = _codes(data, start)
        found = np.flatnonzero((codes == _NEWLINE) | (codes == ord(delimiter)))
        ends = found[-(last + 1) % n_fields :: n_fields]
        if last + len(found) > n_marks or (codes[ends] != _NEWLINE).any():
            return None
        places = marks[last : last + len(found)]
        # Cast first: to add in eight bytes and cast takes twice as long.
        places[:] = found
        places += start
        last += len(found)
    regular = last == n_marks and _quotes_enclose(data, marks)
    return marks.reshape(-1, n_fields) if regular else None


def _quotes_enclose(data: bytes, marks: Offsets) -> bool:
    """Whether quotes stand only around whole fields, which stop at `marks` [T]."""
    if b'"' not in data:
        return True
    codes = np.frombuffer(data, dtype=np.uint8)
    n_enclosed = 0
    for first in range(0, len(marks), _LINES):
        before = np.append(marks[first - 1] if first else -1, marks[first : first + _LINES])
        starts, stops = before[:-1].astype(np.intp) + 1, before[1:].astype(np.intp)
        enclosed = (codes.take(starts) == QUOTE) & (codes.take(stops - 1) == QUOTE)
        enclosed &= stops - starts > 1
        n_enclosed += int(np.count_nonzero(enclosed))
    # Each of these has two quotes at least.
    return sum(_sizes(data, QUOTE)) == 2 * n_enclosed


def line_sizes(ends: Offsets) -> Iterator[Offsets]:
    """How many bytes lines that stop at `ends` take, their ends included, some at a time."""
    yield ends[:1] + 1
    for first in range(0, len(ends) - 1, _LINES):
        yield np.diff(ends[first : first + _LINES + 1])


def marked_blocks(data: bytes, marks: Offsets, n_columns: int) -> Iterator[Block]:
    """The records but for the first one, where all fields stop at `marks` [R, F].

    A block is of as many as make a good piece of work for so many columns at once.
    """
    n_fields = marks.shape[1]
    places, has_quotes = marks.ravel(), b'"' in data
    size = max(_FIELDS // max(n_columns, 1), 1) * n_fields
    for first in range(n_fields - 1, len(places) - 1, size):
        part = places[first : first + size + 1]
        before, stops = part[:-1].reshape(-1, n_fields), part[1:].reshape(-1, n_fields)
        yield Block(data, before, stops, has_quotes)


def split_blocks(data: bytes, delimiter: str, ends: Offsets, start: int) -> Iterator[Block]:
    """The records from an offset on that stop at `ends`, with as many fields each.

    A quote must be closed within a record.
    """
    for part, stops, separators in _parts(data, delimiter, ends, start):
        before = np.append(-1, stops[:-1])
        edges = np.column_stack([before, separators.reshape(len(stops), -1), stops])
        yield Block(part, edges[:, :-1], edges[:, 1:], b'"' in part)


def count_fields(data: bytes, delimiter: str, ends: Offsets) -> NDArray[np.int64]:
    """How many fields [R] the records that stop at `ends` have."""
    parts = _parts(data, delimiter, ends, 0)
    return np.concatenate([_counts(stops, separators) for _, stops, separators in parts])


def _parts(
    data: bytes, delimiter: str, ends: Offsets, start: int
) -> Iterator[tuple[bytes, Offsets, Offsets]]:
    """Texts of some records, where these end, and where delimiters stand outside of quotes."""
    n_records = max(_BLOCK * len(ends) // len(data), 1)
    for first in range(0, len(ends), n_records):
        stops = ends[first : first + n_records]
        part = data[start : stops[-1] + 1]
        separators = offsets_of(part, ord(delimiter))
        if b'"' in part:
            separators = separators[np.searchsorted(offsets_of(part, QUOTE), separators) % 2 == 0]
        yield part, stops - start, separators
        start = int(stops[-1]) + 1


def _counts(ends: Offsets, separators: Offsets) -> NDArray[np.int64]:
    per_record, rest = divmod(len(separators), len(ends))
    if per_record and not rest:
        first, last = separators[::per_record], separators[per_record - 1 :: per_record]
        if (last < ends).all() and (first[1:] > ends[:-1]).all():
            return np.full(len(ends), per_record + 1)
    return np.diff(np.searchsorted(separators, ends), prepend=0) + 1


def offsets_of(data: bytes, mark: int) -> Offsets:
    """The places of a byte."""
    # Counted first, they need no parts to be joined, which would stay in memory.
    sizes = _sizes(data, mark)
    places = np.empty(sum(sizes), dtype=_kind_of_offsets(data))
    last = 0
    for number, size in enumerate(sizes):
        start = number * _BLOCK
        found = np.flatnonzero(_codes(data, start) == mark)
        np.add(found, start, out=places[last : last + size], casting="same_kind")
        last += size
    return places


def _kind_of_offsets(data: bytes) -> type[np.signedinteger[Any]]:
    return np.int32 if len(data) <= _LARGEST_INT32 else np.int64


def _sizes(data: bytes, mark: int) -> list[int]:
    """How often each block holds a byte."""
    starts = range(0, len(data), _BLOCK)
    return [int(np.count_nonzero(_codes(data, start) == mark)) for start in starts]


def _codes(data: bytes, start: int) -> NDArray[np.uint8]:
    """The bytes of a block from an offset on."""
    count = min(_BLOCK, len(data) - start)
    return np.frombuffer(data, dtype=np.uint8, count=count, offset=start)
