"""Field counts -> header record: titles and comments above the header, where they are certain."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast_cli.reading.numbers import is_missing, is_number_like, is_plain
from forecast_cli.times.timeformats import share_readable

TIME_NAMES = (
    *("ds", "date", "datetime", "timestamp", "time", "period", "yearmonth", "year", "month"),
    *("quarter", "week", "day", "hour", "t", "step", "datum", "zeit", "jahr", "monat", "fecha"),
    "index",
)
"""What columns of times are called, the surest names first."""

_DELIMITER_LINE = re.compile(rb'\s*"?sep=([\t !#-~])"?\s*', re.IGNORECASE)
_BANK_YEAR = re.compile(r"(\d{4}) \[YR\1\]", re.ASCII)
_LONGEST = 20
_LOOKED_AT = 100
_YEARS = (1500, 2200)
# A header and this many rows of data less one must agree on more fields than the lines above.
_FEWEST_RECORDS = 3
# Above one row of data, this many years make a header.
_MANY_YEARS = 3


def delimiter_line(line: bytes) -> str:
    """The delimiter that a first line names for spreadsheets; "" for any other line.

    >>> delimiter_line(b"sep=;"), delimiter_line(b"date;value"), delimiter_line(b'sep="')
    (';', '', '')
    """
    match = _DELIMITER_LINE.fullmatch(line)
    return match[1].decode() if match else ""


def normal_name(name: str) -> str:
    """A column name without case, spaces and marks."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def plain_heading(heading: str) -> str:
    """A heading without what the World Bank writes after a year.

    >>> plain_heading("1960 [YR1960]")
    '1960'
    """
    match = _BANK_YEAR.fullmatch(heading)
    return match[1] if match else heading


def find_header(counts: ArrayLike, fields: Callable[[int], list[str]]) -> int:
    """The record that is the header: 0 but for a preamble that is certain to be one.

    `counts` [R] are the fields of the records that are not blank, `fields` gives those of one. All
    records from the header on must have equally many, and the header must look like one. Records
    above it have fewer, or it is the first to name a column of times.

    >>> rows = [["# sales of 2024"], ["date", "y"], ["2024-01", "1"], ["2024-02", "2"]]
    >>> find_header([1, 2, 2, 2], rows.__getitem__)
    1
    """
    sizes = np.asarray(counts)
    if len(sizes) < _FEWEST_RECORDS or sizes[0] > sizes[-1]:
        return 0
    if sizes[0] == sizes[-1]:
        return _header_by_name(sizes, fields)
    others = np.flatnonzero(sizes != sizes[-1])
    header = int(others[-1]) + 1
    n_years = sum(plain_heading(text.strip()).isdigit() for text in fields(header))
    fewest = _FEWEST_RECORDS - (n_years >= _MANY_YEARS)
    certain = (
        header <= _LONGEST
        and header + fewest <= len(sizes)
        and bool((sizes[:header] < sizes[-1]).all())
        and _is_header(fields(header))
        and any(_is_number(text) for text in fields(header + 1))
    )
    return header if certain else 0


def _header_by_name(sizes: NDArray[np.int64], fields: Callable[[int], list[str]]) -> int:
    """The first record with the name of a time column above times; 0 where there is a doubt."""
    last = min(_LONGEST + 1, len(sizes) - _FEWEST_RECORDS + 1)
    if last < 2 or (sizes[: last + 1] != sizes[0]).any():
        return 0
    for record in range(last):
        names = fields(record)[:_LOOKED_AT]
        named = [i for i, name in enumerate(names) if _names_time(name)]
        if named:
            below = [fields(record + 1)[named[0]], fields(record + 2)[named[0]]]
            certain = _is_header(fields(record)) and share_readable(below) == 1
            return record if certain else 0
    return 0


def _names_time(name: str) -> bool:
    # Most fields are numbers, which no time is called.
    return not "0" <= name[:1] <= "9" and normal_name(name) in TIME_NAMES


def _is_header(fields: Sequence[str]) -> bool:
    """Whether fields are different names; numbers are names where they are years that rise."""
    names = [field.strip() for field in fields if field.strip()]
    numbers = [name for name in names if _is_number(name)]
    years = [
        int(name) for name in numbers if name.isdigit() and _YEARS[0] <= int(name) <= _YEARS[1]
    ]
    rising = len(years) == len(numbers) and all(a < b for a, b in pairwise(years))
    texts = [name for name in names if name not in numbers]
    different = len(set(names)) == len(names) >= len(fields) - 1
    return different and rising and bool(texts) and not share_readable(texts)


def _is_number(text: str) -> bool:
    return not is_missing(text) and (is_plain(text) or is_number_like(text))
