"""Panel -> the analogues that it offers: its windows before some limits, if they are enough."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.analogues import MOST_NUMBERS, N_NEAREST, Analogues, compared_length
from forecast_cli.cleaning import without_outliers
from forecast_cli.panel import Panel
from forecast_cli.splits import origins_at, seen_values
from forecast_cli.windows import histories

_FEWEST_SERIES = 20
"""In fewer series what happened once need not happen again, and few origins would tell."""

_FEWEST_WINDOWS = 10 * N_NEAREST
_LEAST_SHARE = 0.5
"""Of the series, whose end can be compared: the others are forecast without."""

_MOST_COMPARISONS = 200_000_000
_FEWEST_FORECASTS = 500
"""Comparisons of one window of each series with all that are kept take some seconds. Where there
are few series, several windows of each are forecast to weigh the parts."""

_LONGEST_STRIDE = 8
"""With a tenth of the windows half of what they bring is lost (`docs/decisions.md`)."""


def offer_analogues(panel: Panel, limits: NDArray[np.int64], horizon: int) -> Analogues | None:
    """The windows before the limits [N]; None if they are few, too many, or of too few series.

    Half of the series must end in a window that can be compared.
    """
    if panel.n_series < _FEWEST_SERIES:
        return None
    values, offsets = seen_values(without_outliers(panel, limits), limits)
    offered = _keep(values, offsets, horizon, log=bool(np.nanmin(values) > 0))
    if offered.n_windows < _FEWEST_WINDOWS or offered.stride > _LONGEST_STRIDE:
        return None
    ends = histories(panel, origins_at(limits))
    return offered if offered.applies(ends).mean() >= _LEAST_SHARE else None


def remember(panel: Panel, limits: NDArray[np.int64], horizon: int, *, log: bool) -> Analogues:
    """The windows before the limits [N], without outliers; as many as can be kept."""
    values, offsets = seen_values(without_outliers(panel, limits), limits)
    return _keep(values, offsets, horizon, log=log)


def _keep(
    values: NDArray[np.float64], offsets: NDArray[np.int64], horizon: int, *, log: bool
) -> Analogues:
    span = compared_length(horizon) + horizon
    lengths = np.diff(offsets)
    n_windows = int(np.clip(lengths - span + 1, 0, None).sum())
    n_forecasts = max(len(lengths), _FEWEST_FORECASTS)
    most = max(1, min(MOST_NUMBERS // span, _MOST_COMPARISONS // n_forecasts))
    return Analogues(
        log=log,
        horizon=horizon,
        stride=max(1, -(-n_windows // most)),
        values=values,
        offsets=offsets,
        test_error=None,
        weight=1.0,
    )
