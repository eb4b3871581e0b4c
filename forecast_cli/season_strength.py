"""Panel, season length -> in how many series the values a season apart belong together."""

import numpy as np

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.gaps import interpolate
from forecast_cli.panel import Panel
from forecast_cli.scales import OUTLIER

FEWEST_SEASONS = 3
"""A series that shows fewer cannot tell whether it has one."""

_ONE_SIDED_90_PERCENT = 1.645
_MOST_SERIES_TESTED = 500


def season_strength(panel: Panel, season_length: int) -> float | None:
    """The share of series whose autocorrelation at the season is significant (0 to 1).

    Source: the 90 % test of the Theta method in the M competitions (Assimakopoulos &
    Nikolopoulos 2000; Makridakis et al. 2020), here on first differences, so that a trend alone
    does not pass for a season. Series shorter than three seasons do not count; None if all are.
    """
    lengths = panel.lengths
    long_enough = np.flatnonzero(lengths >= FEWEST_SEASONS * season_length)
    if season_length == 1 or len(long_enough) == 0:
        return None
    stride = -(-len(long_enough) // _MOST_SERIES_TESTED)
    tested = long_enough[::stride]
    passed = sum(_is_seasonal(panel.series(int(i)), season_length) for i in tested)
    return float(passed / len(tested))


def _is_seasonal(values: np.ndarray, season_length: int) -> bool:
    # A line across a gap is no season, but pairs of changes without one would soon be too few.
    change = np.diff(interpolate(values[None, -HISTORY_LENGTH:])[0])
    change = np.nan_to_num(change - np.nanmean(change) if np.isfinite(change).any() else change)
    # One wild value would drown the season of all others.
    most = OUTLIER * float(np.median(np.abs(change)))
    change = np.clip(change, -most, most) if most > 0 else change
    energy = float(change @ change)
    if energy == 0:
        return False
    n = len(change)
    # Each sum of products has n - k terms: without the correction three whole seasons, however
    # clean, would never pass.
    lags = [
        float(change[k:] @ change[:-k]) / energy * n / (n - k) for k in range(1, season_length + 1)
    ]
    spread = np.sqrt((1 + 2 * sum(r * r for r in lags[:-1])) / n)
    return bool(lags[-1] > _ONE_SIDED_90_PERCENT * spread)
