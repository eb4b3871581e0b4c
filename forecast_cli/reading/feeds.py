"""Standard input or a file -> bytes as they come, and whether more of them are on their way."""

import gzip
import os
import select
import stat
import sys
from pathlib import Path
from typing import Protocol, Self

_CHUNK = 1024 * 1024
_PAUSE = 0.05
"""Seconds without a byte after which whoever writes is taken to be slow."""

_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, none at the end."""


class OpenSource(str):
    """A source of data that has been opened: the text is its name, "-" for standard input."""

    stream: Readable

    def __new__(cls, name: str, stream: Readable) -> Self:
        """A source of this name, to be read from the stream."""
        source = super().__new__(cls, name)
        source.stream = stream
        return source


class Feed(Readable, Protocol):
    """What data can be read from while it is still being written."""

    def is_pausing(self) -> bool:
        """Whether nothing has come for a moment, so that it is not worth while to wait for more."""

    def close(self) -> None:
        """Nothing more is read."""


class PipeFeed:
    """Standard input."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, size: int, /) -> bytes:
        """What is there, at most so many bytes; waits for the first."""
        return os.read(self._descriptor, size)

    def is_pausing(self) -> bool:
        """Whether nothing comes for a moment; where that cannot be told, nothing is waited for."""
        if sys.platform == "win32":
            return True
        return not select.select([self._descriptor], [], [], _PAUSE)[0]

    def close(self) -> None:
        """Leave standard input as it is: what else there is to read may be read by others."""


def is_packed(path: Path) -> bool:
    """Whether a file is gzip, by the mark it starts with."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


class FileFeed:
    """A file, unpacked where it is gzip."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._stream: Readable = self._file
        if is_packed(path):
            self._stream = gzip.GzipFile(fileobj=self._file)

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many."""
        return self._stream.read(size)

    def is_pausing(self) -> bool:
        """A file never keeps one waiting."""
        return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Joined:
    """What was read already, and then what is still to come."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = _CHUNK, /) -> bytes:
        """What was read already as a whole, then at most so many bytes."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._rest.read(size)


def standard_input() -> PipeFeed | None:
    """Standard input where it is a pipe or a file; None for a terminal and the like."""
    try:
        descriptor = sys.stdin.fileno()
        kind = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):
        return None
    is_data = stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or stat.S_ISREG(kind)
    return PipeFeed(descriptor) if is_data else None
