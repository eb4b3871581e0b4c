"""Field counts -> header record: titles and comments above the header, where they are certain."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from forecast_cli.reading.numbers import is_missing, is_number_like, is_plain
from forecast_cli.times.timeformats import share_readable

_LONGEST = 20
_YEARS = (1500, 2200)
# A header and this many rows of data less one must agree on more fields than the lines above.
_FEWEST_RECORDS = 3


def find_header(counts: ArrayLike, fields: Callable[[int], list[str]]) -> int:
    """The record that is the header: 0 but for a preamble of records with fewer fields.

    `counts` [R] are the fields of the records that are not blank, `fields` gives those of one. All
    records from the header on must have equally many, and the header must look like one.

    >>> rows = [["# sales of 2024"], ["date", "y"], ["2024-01", "1"], ["2024-02", "2"]]
    >>> find_header([1, 2, 2, 2], rows.__getitem__)
    1
    """
    sizes = np.asarray(counts)
    if len(sizes) < _FEWEST_RECORDS or sizes[0] >= sizes[-1]:
        return 0
    others = np.flatnonzero(sizes != sizes[-1])
    header = int(others[-1]) + 1
    certain = (
        header <= _LONGEST
        and header + _FEWEST_RECORDS <= len(sizes)
        and bool((sizes[:header] < sizes[-1]).all())
        and _is_header(fields(header))
        and any(_is_number(text) for text in fields(header + 1))
    )
    return header if certain else 0


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
