"""Marks -> whether the records among them can be taken as they stand, without a look at each."""

from collections.abc import Callable

import numpy as np

from forecast_cli.reading.footer import find_footer
from forecast_cli.reading.preamble import delimiter_line, find_header
from forecast_cli.reading.record_blocks import Offsets, line_sizes


def are_clean(data: bytes, marks: Offsets, fields: Callable[[int], list[str]]) -> bool:
    """Whether the first of R records is the header, all others are data, and none is blank.

    `marks` [R, F] are the offsets where all fields stop, `fields` gives those of one record.
    """
    n_records, n_fields = marks.shape
    # Of what is broadcast there is one in memory.
    counts = np.broadcast_to(np.int64(n_fields), n_records)
    blank = np.broadcast_to(np.False_, n_records)
    return (
        n_fields > 1
        # A blank record is as long as its delimiters.
        and not any((sizes == n_fields).any() for sizes in line_sizes(marks[:, -1]))
        and not delimiter_line(data[: marks[0, -1]])
        and find_header(counts, fields) == 0
        and find_footer(n_fields, blank, fields) == n_records
    )
