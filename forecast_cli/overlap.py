"""Ids of series in several files -> whether a series stands in two of them."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.reading.datafiles import Partition
from forecast_cli.wording import escape

_MOST = 4096
"""Ids of a file that are compared, always the same ones of the same series: all ids of a file with
fewer, and of larger files enough to notice if they share one series in a hundred."""

Sketch = NDArray[np.uint64]
"""The smallest digests of the ids of a file, ascending."""


def sketch(ids: NDArray[np.object_]) -> Sketch:
    """The digests of ids [N, K] that tell the series of a file from those of others."""
    digests = np.fromiter((_digest(key) for key in ids.tolist()), dtype=np.uint64, count=len(ids))
    return np.unique(digests)[:_MOST]


class OverlapCheck:
    """Is shown the sketches of files one after the other, and refuses a series that comes twice."""

    def __init__(self, files: list[Partition]) -> None:
        self._files = files
        self._seen: dict[int, int] = {}

    def add(self, number: int, found: Sketch) -> None:
        """Take up the series of a file.

        Raises:
            DataError: another file has one of them.
        """
        for digest in found.tolist():
            other = self._seen.setdefault(digest, number)
            if other != number:
                first, second = sorted((other, number))
                raise DataError(
                    f"{escape(self._files[first], limit=200)} and "
                    f"{escape(self._files[second], limit=200)} hold values of the same series; "
                    "with a folder as --output every file is forecast by itself, so put all "
                    "values of a series into one file, or give --output the name of a file"
                )


def _digest(key: list[str]) -> int:
    text = "\x1f".join(key).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
