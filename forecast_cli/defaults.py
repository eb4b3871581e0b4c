"""Panel -> horizon, context length and season length, where the user named none."""

from dataclasses import dataclass

import numpy as np

from forecast_cli.config import HISTORY_LENGTH, WindowConfig
from forecast_cli.gaps import interpolate
from forecast_cli.longer_season import prefer_week
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.scales import OUTLIER

_HORIZONS = {1: 6, 4: 8, 5: 10, 7: 14, 12: 12, 24: 48, 52: 13}
"""By season length: the horizons that the M competitions and practice use."""

_OTHER_HORIZON = 12
_LENGTH_PER_HORIZON = 6
_LONGEST_CONTEXT = 336
_LONG_HORIZONS = 32
_LENGTH_PER_LONG_CONTEXT = 2
_FEWEST_SEASONS = 3
_SEASONAL_SHARE = 0.3
_ONE_SIDED_90_PERCENT = 1.645
_MOST_SERIES_TESTED = 500


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """The window sizes a model is made for, in steps.

    `long_context_length` is what networks see that read their context in segments.
    """

    horizon: int
    context_length: int
    long_context_length: int
    season_length: int


def plan_windows(panel: Panel, config: WindowConfig, tell: Tell) -> WindowPlan:
    """Fill in what `config` leaves open and tell what was chosen and why."""
    if config.season_length is None:
        season = _choose_season_length(panel, tell)
    else:
        season = _check_season_length(panel, config.season_length, tell)
    horizon = config.horizon or _choose_horizon(panel, tell)
    if config.season_length is None:
        season = prefer_week(panel, season, horizon, tell)
    if config.context_length is None:
        context, long_context = _choose_context_lengths(panel, season, horizon, tell)
    else:
        context = long_context = _limit_context_length(panel, config.context_length, tell)
    return WindowPlan(
        horizon=horizon,
        context_length=context,
        long_context_length=long_context,
        season_length=season,
    )


def season_strength(panel: Panel, season_length: int) -> float | None:
    """The share of series whose autocorrelation at the season is significant (0 to 1).

    Source: the 90 % test of the Theta method in the M competitions (Assimakopoulos &
    Nikolopoulos 2000; Makridakis et al. 2020), here on first differences, so that a trend alone
    does not pass for a season. Series shorter than three seasons do not count; None if all are.
    """
    lengths = panel.lengths
    long_enough = np.flatnonzero(lengths >= _FEWEST_SEASONS * season_length)
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


def _choose_season_length(panel: Panel, tell: Tell) -> int:
    by_frequency = panel.calendar.season_length
    if by_frequency == 1:
        return 1
    share = season_strength(panel, by_frequency)
    if share is not None and share >= _SEASONAL_SHARE:
        return by_frequency
    season = f"a season of {by_frequency} steps"
    if share is None:
        found = f"the data are too short to tell whether they have {season}"
    elif panel.n_series == 1:
        found = f"the data do not show {season}"
    else:
        found = f"only {100 * share:.0f} % of the series show {season}"
    advice = f"--season-length {by_frequency} assumes one all the same"
    tell(Notice("guess", f"{found}; {advice}"))
    return 1


def _check_season_length(panel: Panel, season_length: int, tell: Tell) -> int:
    longest = int(panel.lengths.max())
    if season_length >= longest:
        tell(
            Notice(
                "warning",
                f"--season-length {season_length} is more than the data can show: the longest "
                f"series has {longest} values",
            )
        )
    return season_length


def _choose_horizon(panel: Panel, tell: Tell) -> int:
    usual = _HORIZONS.get(panel.calendar.season_length, _OTHER_HORIZON)
    affordable = max(1, int(np.median(panel.lengths)) // _LENGTH_PER_HORIZON)
    horizon = min(usual, affordable)
    ahead = "1 step" if horizon == 1 else f"{horizon} steps"
    tell(Notice("guess", f"forecasting {ahead} ahead; --horizon says otherwise"))
    return horizon


def _limit_context_length(panel: Panel, asked: int, tell: Tell) -> int:
    """The context length that was asked for, as far as there are values to see."""
    most = min(int(panel.lengths.max()), HISTORY_LENGTH)
    if asked > most:
        tell(
            Notice(
                "warning",
                f"--context-length {asked} is more than the {most} values that a window can hold "
                f"here (the longest series, at most {HISTORY_LENGTH}): the network sees {most}",
            )
        )
    return min(asked, most)


def _choose_context_lengths(
    panel: Panel, season_length: int, horizon: int, tell: Tell
) -> tuple[int, int]:
    """What a network sees that reads step by step, and what one that reads in segments sees."""
    most = max(2, int(panel.lengths.max()) - 1)
    short = min(max(2 * horizon, 2 * season_length, 8), _LONGEST_CONTEXT, most)
    affordable = int(np.median(panel.lengths)) // _LENGTH_PER_LONG_CONTEXT
    long = max(short, min(_LONG_HORIZONS * horizon, affordable, _LONGEST_CONTEXT))
    seen = f"{short} or {long}" if long > short else f"{short}"
    tell(
        Notice(
            "guess",
            f"the networks see the last {seen} steps (two horizons or seasons, or more where the "
            "data allow); --context-length says otherwise",
        )
    )
    return short, long
