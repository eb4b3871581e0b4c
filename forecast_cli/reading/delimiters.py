"""Text -> delimiter: the one that makes the most regular rows, and how rows are split at it."""

import csv
from collections.abc import Iterator
from itertools import islice

from forecast_cli.reading.preamble import find_header

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_BYTES = 256 * 1024
_SNIFFED_RECORDS = 100


def skips_space(delimiter: str) -> bool:
    """Whether a space before a field is left out; one that is the delimiter is not."""
    return delimiter != " "


def sniff_delimiter(data: bytes, limit: int) -> str:
    """The delimiter that gives most records as many fields as the first; "," for one column."""
    head = data[:_SNIFFED_BYTES]
    cut = head.rfind(b"\n") + 1
    text = (head[:cut] or data[:limit]).decode("utf-8", errors="replace")
    best, choice = (0.0, False, 0), ","
    # One that is nowhere makes one column.
    for delimiter in filter(text.__contains__, _DELIMITERS):
        rows = _first_rows(text, delimiter)
        header = find_header([len(row) for row in rows], rows.__getitem__)
        counts = [len(row) for row in rows[header:]]
        if counts and counts[0] > 1:
            share = sum(count == counts[0] for count in counts) / len(counts)
            # A delimiter that needs no lines left out is the better one.
            score = (share, header == 0, counts[0])
            if score > best:
                best, choice = score, delimiter
    return choice


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv_reader(text, delimiter, strict=False)
    filled = (row for row in reader if any(field.strip() for field in row))
    return list(islice(filled, _SNIFFED_RECORDS))


def csv_reader(text: str, delimiter: str, *, strict: bool) -> "Iterator[list[str]]":
    """The rows of delimited text, however long their fields are."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return csv.reader(
        _lines(text),
        delimiter=delimiter,
        skipinitialspace=skips_space(delimiter),
        strict=strict,
    )


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, as they are asked for: often of many only the first ones are."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
