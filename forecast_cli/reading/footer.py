"""Records at the end of a file -> footer: notes below the data, where they are certain."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.reading.numbers import is_missing, is_number_like, is_plain
from forecast_cli.times.timeformats import share_readable

_NOTE = re.compile(r"(?:data from|last updated|data source|source|notes?)\b.*:", re.IGNORECASE)
_LONGEST = 20
_FEWEST_FIELDS = 3


def find_footer(
    n_fields: int, blank: NDArray[np.bool_], fields: Callable[[int], Sequence[str]]
) -> int:
    """The first record of the notes at the end of R records; R where there are none for certain.

    A note has its text in the first field and nothing else, and stands below an empty row or
    starts as "Source:" does. A record that is cut short is none: it stands below data.

    >>> rows = [["name", "1960", "1961"], ["Chad", "1", "2"], [""], ["Last Updated: 10/24/2024"]]
    >>> find_footer(3, np.array([False, False, True, False]), rows.__getitem__)
    3
    """
    start = len(blank)
    if n_fields < _FEWEST_FIELDS:
        return start
    for record in range(len(blank) - 1, max(len(blank) - 1 - _LONGEST, 1), -1):
        if blank[record]:
            continue
        found = fields(record)
        if not _is_note(found, n_fields):
            break
        if blank[record - 1] or _NOTE.match(found[0].strip()):
            start = record
    return start


def _is_note(fields: Sequence[str], n_fields: int) -> bool:
    text = fields[0].strip()
    if len(fields) not in (1, n_fields) or any(field.strip() for field in fields[1:]):
        return False
    return not (
        is_missing(text) or is_plain(text) or is_number_like(text) or share_readable([text])
    )
