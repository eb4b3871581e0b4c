"""Row of a table -> how messages name its place: the file and the physical line."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbered = NDArray[np.signedinteger[Any]]
"""Numbers of rows, lines or series, in four bytes each where they fit."""

_LARGEST_INT32 = 2**31 - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Where R rows stand: `lines` [R] are counted in each of F files.

    `starts` [F] are the first rows of the files. Lines are called by the word of their file: a
    format without lines has rows.
    """

    lines: Numbered
    files: tuple[str, ...]
    words: tuple[str, ...] = ("line",)
    starts: tuple[int, ...] = (0,)

    def line(self, row: int) -> str:
        """The line of a row, with its file where there are several.

        >>> lines = np.array([2, 3, 2])
        >>> Places(lines=lines, files=("a.csv",)).line(1)
        'line 3'
        >>> files = ("a.csv", "b.csv")
        >>> Places(lines=lines, files=files, words=("line",) * 2, starts=(0, 2)).line(2)
        'line 2 of b.csv'
        """
        file = self.file(row)
        more = f" of {self.files[file]}" if len(self.files) > 1 else ""
        return f"{self.words[file]} {self.lines[row]}{more}"

    def where(self, row: int) -> str:
        """The file of a row, and its line."""
        file = self.file(row)
        return f"{self.files[file]}, {self.words[file]} {self.lines[row]}"

    def both(self, one: int, other: int) -> str:
        """The lines of two rows."""
        first, second = sorted((one, other))
        if self.file(first) != self.file(second):
            return f"{self.line(first)} and {self.line(second)}"
        file = self.file(first)
        more = f" of {self.files[file]}" if len(self.files) > 1 else ""
        return f"{self.words[file]}s {self.lines[first]} and {self.lines[second]}{more}"

    def file(self, row: int) -> int:
        """The number of the file that a row stands in."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1


def number_rows(count: int, first: int = 0) -> Numbered:
    """The numbers of so many rows, lines or series."""
    last = first + count
    return np.arange(first, last, dtype=np.int32 if last <= _LARGEST_INT32 else np.int64)


def stacked_places(parts: list[Places]) -> Places:
    """The places of the rows of several files, one after the other."""
    sizes = [len(part.lines) for part in parts]
    starts = np.cumsum([0, *sizes[:-1]])
    return Places(
        lines=np.concatenate([part.lines for part in parts]),
        files=tuple(part.files[0] for part in parts),
        words=tuple(part.words[0] for part in parts),
        starts=tuple(int(start) for start in starts),
    )
