"""Text -> where its records end, which lines they start on, and how many fields each has."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.reading.delimiters import skips_space
from forecast_cli.reading.places import Numbered, number_rows
from forecast_cli.reading.record_blocks import QUOTE, Offsets, count_fields, offsets_of

_NEWLINE, _SPACE = b"\n "


class Scan(NamedTuple):
    """R records: where they end, the physical lines [R] they start on, and their field counts [R].

    The `ends` [R] are the offsets of the newlines behind them.
    """

    ends: Offsets
    lines: Numbered
    counts: NDArray[np.int64]


def scan_marks(marks: Offsets) -> Scan:
    """The records of which all fields stop at `marks` [R, F]."""
    n_records, n_fields = marks.shape
    counts = np.broadcast_to(np.int64(n_fields), n_records)
    return Scan(marks[:, -1], number_rows(n_records, first=1), counts)


def scan_text(data: bytes, delimiter: str, newlines: Offsets) -> Scan | None:
    """The records of a text with these newlines; None where a quote stands where none may."""
    ends = newlines
    lines = number_rows(len(newlines), first=1)
    if b'"' in data:
        quotes = offsets_of(data, QUOTE)
        codes = np.frombuffer(data, dtype=np.uint8)
        if not _quotes_are_regular(codes, quotes, ord(delimiter)):
            return None
        outside = np.searchsorted(quotes, newlines) % 2 == 0
        ends = newlines[outside]
        lines = lines[np.concatenate([[True], outside[:-1]])]
    return Scan(ends, lines, count_fields(data, delimiter, ends))


def _quotes_are_regular(codes: NDArray[np.uint8], quotes: Offsets, comma: int) -> bool:
    """Whether every quoted field starts and ends where a field does, so that parity tells all."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, codes[opening - 1], _NEWLINE)
    earlier = np.where(opening > 1, codes[opening - 2], _NEWLINE)
    after = codes[closing + 1]
    starts = (before == comma) | (before == _NEWLINE)
    starts |= (before == _SPACE) & ((earlier == comma) | (earlier == _NEWLINE))
    # A doubled quote closes and opens again at once, inside a quoted field only.
    starts[1:] |= opening[1:] == closing[:-1] + 1
    ends = (after == comma) | (after == _NEWLINE)
    ends[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(starts.all() and ends.all())


def with_regular_quotes(data: bytes, name: str, delimiter: str) -> tuple[bytes, NDArray[np.int64]]:
    """The same records with quotes where they may stand, and the physical lines they start on.

    Raises:
        DataError: A quote is not closed.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    skip = skips_space(delimiter)
    reader = csv.reader(_lines(data), delimiter=delimiter, skipinitialspace=skip, strict=True)
    csv.field_size_limit(max(csv.field_size_limit(), len(data) + 1))
    lines: list[int] = []
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{name}, line {start}: a quote opens here and is not closed where the field ends; "
                "close it, or double a quote that belongs to the text"
            ) from error
        if row is None:
            return out.getvalue().encode("utf-8"), np.array(lines, dtype=np.int64)
        lines.append(start)
        writer.writerow(row) if row else out.write("\n")


def _lines(data: bytes) -> Iterator[str]:
    start = 0
    while start < len(data):
        end = data.index(b"\n", start) + 1
        yield data[start:end].decode("utf-8")
        start = end
