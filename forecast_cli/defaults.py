"""Panel -> horizon, context length and season length, where the user named none."""

from dataclasses import dataclass

import numpy as np

from forecast_cli.config import HISTORY_LENGTH, WindowConfig
from forecast_cli.longer_season import advise_week, prefer_week
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.season_strength import season_strength
from forecast_cli.unnamed_season import find_season

_HORIZONS = {1: 6, 4: 8, 5: 10, 7: 14, 12: 12, 24: 48, 52: 13}
"""By season length: the horizons that the M competitions and practice use."""

_OTHER_HORIZON = 12
_LENGTH_PER_HORIZON = 6
_LONGEST_CONTEXT = 336
_LONG_HORIZONS = 32
_LENGTH_PER_LONG_CONTEXT = 2
_SEASONAL_SHARE = 0.3


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
        season = _choose_season_length(panel, config.horizon, tell)
    else:
        season = _check_season_length(panel, config.season_length, tell)
    horizon = config.horizon or _choose_horizon(panel, season, tell)
    if config.season_length is None:
        season = prefer_week(panel, season, horizon, tell)
    else:
        advise_week(panel, season, horizon, tell)
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


def _choose_season_length(panel: Panel, horizon: int | None, tell: Tell) -> int:
    by_frequency = panel.calendar.season_length
    if by_frequency == 1:
        return find_season(panel, horizon or _affordable(panel, _OTHER_HORIZON), tell)
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


def _choose_horizon(panel: Panel, season_length: int, tell: Tell) -> int:
    # Steps without dates have no frequency that would say what is usual, but maybe a season.
    by_frequency = panel.calendar.season_length
    natural = by_frequency if by_frequency > 1 else season_length
    horizon = _affordable(panel, _HORIZONS.get(natural, _OTHER_HORIZON))
    ahead = "1 step" if horizon == 1 else f"{horizon} steps"
    tell(Notice("guess", f"forecasting {ahead} ahead; --horizon says otherwise"))
    return horizon


def _affordable(panel: Panel, horizon: int) -> int:
    """The horizon, or as much of it as series of the usual length can spare."""
    return max(1, min(horizon, int(np.median(panel.lengths)) // _LENGTH_PER_HORIZON))


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
