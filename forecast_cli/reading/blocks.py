"""Bytes as they come -> blocks of whole series, each a text that can be read by itself."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from forecast_cli.read_config import MEBIBYTE, ReadConfig
from forecast_cli.reading.decode import source_name, too_large
from forecast_cli.reading.delimiters import csv_reader, sniff_delimiter
from forecast_cli.reading.feeds import Feed, Joined

BLOCK_BYTES = 8 * MEBIBYTE
"""So much is read together where it is there."""

_LONGEST_WAIT = 0.25
"""Seconds after which what is there is read, even if more keeps coming."""

_CHUNK = MEBIBYTE
_LONGEST_HEADER = MEBIBYTE
_BOM = b"\xef\xbb\xbf"

Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Whole series as a text that can be read by itself, under the header of the input if any.

    So many lines of the input stand `above` its first row that the text does not hold.
    """

    header: bytes
    rows: bytes
    above: int

    @property
    def data(self) -> bytes:
        """The text."""
        return self.header + self.rows

    @property
    def in_place(self) -> bytes:
        """The text with empty lines for those that are not held."""
        return self.header + b"\n" * self.above + self.rows


class _LinesInFieldsError(Exception):
    """A quoted field goes over lines, so that lines are no rows."""


class _Keys(Protocol):
    """How the series of a line is found."""

    def of(self, line: bytes) -> Key | None:
        """The ids of a line, None where it has none."""


@dataclass(frozen=True, kw_only=True)
class _DelimitedKeys:
    columns: tuple[int, ...]
    delimiter: str

    def of(self, line: bytes) -> Key | None:
        text = line.decode("utf-8", errors="replace").strip("\r\n")
        fields = text.split(self.delimiter)
        if '"' in text:
            if text.count('"') % 2:
                raise _LinesInFieldsError
            fields = next(csv_reader(text, self.delimiter, strict=False))
        # A row of delimiters alone is as good as a blank line, and a short one is refused later.
        if not any(field.strip() for field in fields) or len(fields) <= max(self.columns):
            return None
        return tuple(fields[column].lstrip(" ") for column in self.columns)


@dataclass(frozen=True, kw_only=True)
class _JsonKeys:
    names: tuple[str, ...]

    def of(self, line: bytes) -> Key | None:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return None
        return tuple(str(row.get(name)) for name in self.names) if isinstance(row, dict) else None


class Blocks:
    """The blocks of an input whose rows are together by series.

    A series is whole where the next one begins, or the input ends. A block holds what is there:
    several megabytes at most, where series are not longer, and one series where they come slowly.
    """

    def __init__(
        self, feed: Feed, header: bytes, rows: bytes, keys: _Keys, *, name: str, limit: int
    ) -> None:
        self._feed, self._keys = feed, keys
        self._header, self._held = header, bytearray()
        self._name, self._limit = name, limit
        # What was looked at, where the last series starts, and which it is.
        self._looked_at, self._cut = 0, 0
        self._last: Key | None = None
        self._is_one_block = False
        self.is_over = False
        self._take(rows)

    def __iter__(self) -> Iterator[Block]:
        """The blocks, as they arrive."""
        above = 0
        while True:
            self._gather()
            cut = len(self._held) if self.is_over else self._cut
            rows = bytes(self._held[:cut])
            del self._held[:cut]
            self._looked_at, self._cut = self._looked_at - cut, 0
            if rows.strip():
                yield Block(header=self._header, rows=rows, above=above)
            if self.is_over:
                return
            above += rows.count(b"\n")

    def whole(self, first: Block) -> Joined:
        """The whole input, of which nothing but the first block has been taken."""
        return Joined(first.data + bytes(self._held), self._feed)

    def _gather(self) -> None:
        """Read until there is a block."""
        due = time.monotonic() + _LONGEST_WAIT
        while not (self._cut and self._is_time(due)):
            chunk = self._feed.read(_CHUNK)
            if not chunk:
                self.is_over = True
                return
            self._take(chunk)

    def _is_time(self, due: float) -> bool:
        """Whether what is there is better read now than with what comes."""
        is_late = len(self._held) >= BLOCK_BYTES or time.monotonic() > due
        return is_late or self._feed.is_pausing()

    def _take(self, chunk: bytes) -> None:
        self._held += chunk
        if len(self._held) > self._limit:
            raise too_large(self._name, self._limit)
        if not self._is_one_block:
            try:
                self._look()
            except _LinesInFieldsError:
                self._is_one_block, self._cut = True, 0

    def _look(self) -> None:
        """Find where the last series starts, from the end back over what is new."""
        held, stop = self._held, self._held.rfind(b"\n") + 1
        last: Key | None = None
        cut = end = stop
        while end > self._looked_at:
            start = held.rfind(b"\n", 0, end - 1) + 1
            key = self._keys.of(bytes(held[start:end]))
            if key is not None:
                if key != (last or key):
                    break
                last, cut = key, start
            end = start
        else:
            # All new rows are of one series: the one before them or another.
            if last in (None, self._last) or self._last is None:
                cut = self._cut
        self._looked_at, self._last = stop, last or self._last
        # Where a quote is open, a line is no row.
        if held.count(b'"', self._cut, cut) % 2 == 0:
            self._cut = cut


def open_blocks(feed: Feed, config: ReadConfig, source: str) -> Blocks | Joined:
    """The blocks of an input, or the input as it was where it has none.

    It has if it is delimited text or JSON lines in UTF-8, with columns of the names that `config`
    gives.
    """
    head = b""
    while b"\n" not in head.lstrip() and len(head) < _LONGEST_HEADER:
        chunk = feed.read(_CHUNK)
        if not chunk:
            return Joined(head, feed)
        head += chunk
    found = _header_and_keys(head, config)
    if found is None:
        return Joined(head, feed)
    header, keys = found
    rows = head[len(header) :]
    return Blocks(feed, header, rows, keys, name=source_name(source), limit=config.max_bytes)


def _header_and_keys(head: bytes, config: ReadConfig) -> tuple[bytes, _Keys] | None:
    """The line with the names of the columns, if any, and how the series of a row is found."""
    if config.encoding not in (None, "utf-8"):
        return None
    if head.lstrip().startswith(b"{"):
        return b"", _JsonKeys(names=config.id)
    header = head[: head.index(b"\n") + 1]
    try:
        text = header.removeprefix(_BOM).decode("utf-8").strip("\r\n")
    except UnicodeDecodeError:
        return None
    if text.count('"') % 2:
        return None
    delimiter = config.delimiter or sniff_delimiter(head.removeprefix(_BOM), config.max_line_bytes)
    names = [name.strip() for name in next(csv_reader(text, delimiter, strict=False), [])]
    wanted: Sequence[str] = (*config.id, *config.target, config.time or "")
    if any(names.count(name) != 1 for name in wanted):
        return None
    columns = tuple(names.index(name) for name in config.id)
    return header, _DelimitedKeys(columns=columns, delimiter=delimiter)
