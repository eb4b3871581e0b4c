"""Observations -> a notice of numbers that often stand for missing values."""

import numpy as np

from forecast_cli.notices import Notice
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.repairs import place
from forecast_cli.wording import counted

_SENTINELS = (-99, -999, -9999, -99999)


def sentinel_notice(observed: Observations) -> Notice | None:
    """What is to be told where such a number is the only negative one, else None."""
    negative = observed.values < 0
    value = observed.values[negative.argmax()]
    if value not in _SENTINELS or (observed.values[negative] != value).any():
        return None
    rows = np.flatnonzero(negative)
    first = int(rows[observed.rows[rows].argmin()])
    return Notice(
        "warning",
        f"{observed.source}: {counted(len(rows), 'value')} of {value:.0f}, first "
        f"{place(observed, first)}; leave the field empty where this stands for a missing one",
    )
