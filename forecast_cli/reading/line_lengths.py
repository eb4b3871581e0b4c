"""Ends of lines -> a refusal where a line is longer than it may be."""

import numpy as np

from forecast_cli.errors import DataError
from forecast_cli.read_config import MEBIBYTE
from forecast_cli.reading.record_blocks import Offsets, line_sizes

_TOGETHER = 32


def check_line_lengths(newlines: Offsets, name: str, limit: int) -> None:
    """Raise DataError where a line is too long; `newlines` are the offsets of all line ends."""
    # Few lines together are mostly shorter than one may be.
    some = np.append(newlines[::_TOGETHER], newlines[-1:])
    if max(int(sizes.max()) for sizes in line_sizes(some)) - 1 <= limit:
        return
    long = np.flatnonzero(np.diff(newlines, prepend=-1) - 1 > limit)
    if len(long):
        size = f"{limit / MEBIBYTE:,.0f} MiB" if limit >= MEBIBYTE else f"{limit} bytes"
        raise DataError(
            f"{name}, line {long[0] + 1} is longer than the limit of {size}; "
            "--max-line-bytes raises it"
        )
