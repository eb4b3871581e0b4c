"""Panel -> the analogues that it offers: its windows before some limits, if they are enough."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.analogues import Analogues, compared_length
from forecast_cli.cleaning import without_outliers
from forecast_cli.panel import Panel
from forecast_cli.splits import seen_values

_FEWEST_SERIES = 20
"""In fewer series what happened once need not happen again, and few origins would tell."""

_MOST_NUMBERS = 40_000_000
"""Of all windows together, in memory: 160 megabytes."""

_MOST_COMPARISONS = 200_000_000
"""Of one window of each series with all that are kept: some seconds."""

_LONGEST_STRIDE = 8
"""With a tenth of the windows half of what they bring is lost (`docs/decisions.md`)."""


def offer_analogues(panel: Panel, limits: NDArray[np.int64], horizon: int) -> Analogues | None:
    """The windows before the limits [N]; None for few or short series, or too many windows.

    Half of the series must be long enough for a window with a horizon behind it.
    """
    values, offsets = seen_values(without_outliers(panel, limits), limits)
    if panel.n_series < _FEWEST_SERIES or np.median(np.diff(offsets)) < _span(horizon):
        return None
    offered = _keep(values, offsets, horizon, log=bool(np.nanmin(values) > 0))
    return offered if offered.stride <= _LONGEST_STRIDE else None


def remember(panel: Panel, limits: NDArray[np.int64], horizon: int, *, log: bool) -> Analogues:
    """The windows before the limits [N], without outliers; as many as can be kept."""
    values, offsets = seen_values(without_outliers(panel, limits), limits)
    return _keep(values, offsets, horizon, log=log)


def _keep(
    values: NDArray[np.float64], offsets: NDArray[np.int64], horizon: int, *, log: bool
) -> Analogues:
    n_windows = int(np.clip(np.diff(offsets) - _span(horizon) + 1, 0, None).sum())
    most = min(_MOST_NUMBERS // _span(horizon), _MOST_COMPARISONS // (len(offsets) - 1))
    # What a single float cannot hold is left out.
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    return Analogues(
        log=log,
        horizon=horizon,
        stride=max(1, -(-n_windows // max(1, most))),
        values=np.where(np.isfinite(single), single, np.float32(np.nan)),
        offsets=offsets,
        test_error=None,
        weight=0.0,
    )


def _span(horizon: int) -> int:
    """The steps of a window and of what follows it."""
    return compared_length(horizon) + horizon
