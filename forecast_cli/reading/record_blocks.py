"""Records -> blocks: where the fields of some records at a time stand among the bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

QUOTE = ord('"')
_NEWLINE = ord("\n")
# So many bytes at once, and what is made of them, stay in the cache of the processor.
_BLOCK = 1 << 18
_LINES = 1 << 14
_LARGEST_INT32 = 2**31 - 1

Offsets = NDArray[np.signedinteger[Any]]
"""Places among bytes, in four bytes each where they fit."""


@dataclass(frozen=True, eq=False)
class Block:
    """R records of F fields: `data` is their text, field f lies between edges f and f + 1.

    `edges` [R, F + 1] are the places of delimiters and newlines, that before a record included.
    """

    data: bytes
    edges: Offsets

    @property
    def n_records(self) -> int:
        """The number of records R."""
        return len(self.edges)

    def bounds(self, columns: Sequence[int]) -> tuple[Offsets, Offsets]:
        """Where the fields of columns start and stop, row by row, quotes included."""
        first, last = columns[0], columns[-1] + 1
        if list(columns) == list(range(first, last)):
            edges = self.edges[:, first : last + 1]
            return edges[:, :-1].ravel() + 1, edges[:, 1:].ravel()
        chosen = np.asarray(columns)
        return self.edges[:, chosen].ravel() + 1, self.edges[:, chosen + 1].ravel()


def find_marks(data: bytes, delimiter: str) -> Offsets | None:
    """Where all fields [R, F] stop; None where records have differing F.

    It is None too where a quote does not enclose a field without delimiters and quotes in it.
    """
    n_fields = data.count(delimiter.encode(), 0, data.index(_NEWLINE)) + 1
    marks = offsets_of(data, ord(delimiter), _NEWLINE)
    if len(marks) % n_fields:
        return None
    marks = marks.reshape(-1, n_fields)
    codes, ends = np.frombuffer(data, dtype=np.uint8), marks[:, -1]
    parts = (ends[first : first + _LINES] for first in range(0, len(ends), _LINES))
    regular = sum(_sizes(data, (_NEWLINE,))) == len(ends)
    regular = regular and all((codes[part] == _NEWLINE).all() for part in parts)
    return marks if regular and _quotes_enclose(data, marks.ravel()) else None


def _quotes_enclose(data: bytes, marks: Offsets) -> bool:
    """Whether quotes stand only around whole fields, which stop at `marks` [T]."""
    if b'"' not in data:
        return True
    codes = np.frombuffer(data, dtype=np.uint8)
    n_enclosed = 0
    for first in range(0, len(marks), _LINES):
        stops = marks[first : first + _LINES]
        starts = np.append(marks[first - 1] if first else -1, stops[:-1]) + 1
        enclosed = (codes[starts] == QUOTE) & (codes[stops - 1] == QUOTE) & (stops - starts > 1)
        n_enclosed += int(np.count_nonzero(enclosed))
    # Each of these has two quotes at least.
    return sum(_sizes(data, (QUOTE,))) == 2 * n_enclosed


def line_sizes(ends: Offsets) -> Iterator[Offsets]:
    """How many bytes lines that stop at `ends` take, their ends included, some at a time."""
    yield ends[:1] + 1
    for first in range(0, len(ends) - 1, _LINES):
        yield np.diff(ends[first : first + _LINES + 1])


def marked_blocks(data: bytes, marks: Offsets) -> Iterator[Block]:
    """The records but for the first one, where all fields stop at `marks` [R, F]."""
    n_fields = marks.shape[1]
    places = marks.ravel()
    size = max(_BLOCK * len(marks) // len(data), 1) * n_fields
    for first in range(n_fields - 1, len(places) - 1, size):
        part = places[first : first + size + 1]
        start = int(part[0]) + 1
        edges = sliding_window_view(part - start, n_fields + 1)[::n_fields]
        yield Block(data[start : part[-1] + 1], edges)


def split_blocks(data: bytes, delimiter: str, ends: Offsets, start: int) -> Iterator[Block]:
    """The records from an offset on that stop at `ends`, with as many fields each.

    A quote must be closed within a record.
    """
    for part, stops, separators in _parts(data, delimiter, ends, start):
        before = np.append(-1, stops[:-1])
        yield Block(part, np.column_stack([before, separators.reshape(len(stops), -1), stops]))


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


def offsets_of(data: bytes, *marks: int) -> Offsets:
    """The places of the bytes that are one of `marks`."""
    # Counted first, they need no parts to be joined, which would stay in memory.
    sizes = _sizes(data, marks)
    kind = np.int32 if len(data) <= _LARGEST_INT32 else np.int64
    places = np.empty(sum(sizes), dtype=kind)
    last = 0
    for number, size in enumerate(sizes):
        start = number * _BLOCK
        found = np.flatnonzero(_is_mark(data, start, marks))
        np.add(found, start, out=places[last : last + size], casting="same_kind")
        last += size
    return np.asarray(places)


def _sizes(data: bytes, marks: Sequence[int]) -> list[int]:
    """How many bytes of each block are one of `marks`."""
    starts = range(0, len(data), _BLOCK)
    return [int(np.count_nonzero(_is_mark(data, start, marks))) for start in starts]


def _is_mark(data: bytes, start: int, marks: Sequence[int]) -> NDArray[np.bool_]:
    """Which bytes of a block from an offset on are one of `marks`."""
    codes = np.frombuffer(data, dtype=np.uint8, count=min(_BLOCK, len(data) - start), offset=start)
    found: NDArray[np.bool_] = reduce(np.logical_or, [codes == mark for mark in marks])
    return found
