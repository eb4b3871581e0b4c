"""Missing values as `--missing` has them: told, refused, or taken as zero."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Headcount, Tell
from forecast_cli.read_config import Missing, ReadConfig
from forecast_cli.reading.timesource import is_inherited

_TREATMENT: dict[Missing, str] = {
    "mask": "left as gaps",
    "interpolate": "interpolated in what forecasts rest on, but never learnt or scored (--missing)",
    "zero": "taken as zero, for learning and scoring too (--missing)",
}


def treatment(config: ReadConfig) -> Missing:
    """What is done with missing values: left as gaps where nothing is said."""
    return config.missing or "mask"


def missing_rows(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which of the values [R] are missing."""
    # If any, then the least one is, which takes less time than a look at each.
    some = np.isnan(values.min(initial=0.0))
    return np.flatnonzero(np.isnan(values)) if some else np.empty(0, dtype=np.int64)


def tell_missing(missing: Headcount, config: ReadConfig, tell: Tell) -> None:
    """Tell of missing values what their headcount says of them, and what is done.

    Raises:
        DataError: they are to be refused.
    """
    mode = treatment(config)
    if mode != "error":
        treated = replace(missing, say=lambda *of: f"{missing.say(*of)}; {_TREATMENT[mode]}")
        tell(treated.notice("warning"))
        return
    text = missing.notice("warning").text
    advice = "--missing mask, interpolate or zero accepts gaps"
    if is_inherited(config, "missing"):
        advice = f"the model was trained to refuse gaps, and {advice}"
    raise DataError(f"{text}; {advice}")


def with_zeros(values: NDArray[np.float64], config: ReadConfig) -> NDArray[np.float64]:
    """Values between known ones, NaN where missing, with what the options make of them.

    A zero that the user vouches for is a value like any other. A line between two values is not:
    it is drawn only where a forecast looks back (see `windows`).
    """
    return np.nan_to_num(values, nan=0.0) if treatment(config) == "zero" else values
