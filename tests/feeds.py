"""Inputs for tests that arrive chunk by chunk."""

from collections.abc import Iterable


class Chunks:
    """A feed that gives one chunk after another, and pauses after each."""

    def __init__(self, chunks: Iterable[bytes], *, pausing: bool = True) -> None:
        self.left = list(chunks)
        self.pausing = pausing
        self.is_closed = False

    def read(self, size: int, /) -> bytes:
        return self.left.pop(0) if self.left else b""

    def is_pausing(self) -> bool:
        return self.pausing

    def close(self) -> None:
        self.is_closed = True


def by_lines(text: str) -> list[bytes]:
    return [line.encode() for line in text.splitlines(keepends=True)]
