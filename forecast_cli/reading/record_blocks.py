"""Records -> blocks: where the fields of some records at a time stand among the bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUOTE = ord('"')
# So many bytes at once, and what is made of them, stay in the cache of the processor.
_BLOCK = 1 << 18


@dataclass(frozen=True, eq=False)
class Block:
    """R records: `data` is their text, `ends` [R] are the newlines, `separators` the delimiters."""

    data: bytes
    ends: NDArray[np.int64]
    separators: NDArray[np.int64]

    @property
    def n_records(self) -> int:
        """The number of records R."""
        return len(self.ends)

    def counts(self) -> NDArray[np.int64]:
        """How many fields [R] the records have."""
        separators, ends = self.separators, self.ends
        per_record, rest = divmod(len(separators), len(ends))
        if per_record and not rest:
            first, last = separators[::per_record], separators[per_record - 1 :: per_record]
            if (last < ends).all() and (first[1:] > ends[:-1]).all():
                return np.full(len(ends), per_record + 1)
        return np.diff(np.searchsorted(separators, ends), prepend=0) + 1

    def bounds(self, columns: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the fields of columns start and stop, row by row, quotes included.

        All records must have equally many fields.
        """
        before = np.append(-1, self.ends[:-1])
        separators = self.separators.reshape(len(self.ends), -1)
        if len(columns) == 1:
            edges = [before, *separators.T, self.ends]
            return edges[columns[0]] + 1, edges[columns[0] + 1]
        table = np.column_stack([before, separators, self.ends])
        chosen = np.asarray(columns)
        return table[:, chosen].ravel() + 1, table[:, chosen + 1].ravel()


def split_blocks(
    data: bytes, delimiter: str, ends: NDArray[np.int64], start: int = 0
) -> Iterator[Block]:
    """The records from an offset on that stop at `ends`; a quote must be closed within a record."""
    n_records = max(_BLOCK * len(ends) // len(data), 1)
    for first in range(0, len(ends), n_records):
        stops = ends[first : first + n_records]
        part = data[start : stops[-1] + 1]
        separators = offsets_of(part, ord(delimiter))
        if b'"' in part:
            separators = separators[np.searchsorted(offsets_of(part, QUOTE), separators) % 2 == 0]
        yield Block(part, stops - start, separators)
        start = int(stops[-1]) + 1


def offsets_of(data: bytes, byte: int) -> NDArray[np.int64]:
    """The places of a byte."""
    codes = np.frombuffer(data, dtype=np.uint8)
    parts = range(0, len(codes), _BLOCK)
    return np.concatenate([np.flatnonzero(codes[i : i + _BLOCK] == byte) + i for i in parts])
