"""Panel with several values a day -> a week as its season, where weekdays differ."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import SIMPLE
from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.scales import mean_size, positive_scales
from forecast_cli.splits import Origins, origins_before, split_panel
from forecast_cli.times.calendar import Calendar
from forecast_cli.windows import futures, histories

_DAY = 86_400_000_000
_RULE = "theta"
"""The simple forecast whose error decides: one that averages seasons and follows the level."""

_WEEKS_BEFORE, _WEEKS_IN_SIGHT = 4, 3
"""A week is a season where so many lie before the first cutoff, and a forecast sees so many."""

_MOST_SERIES, _CUTOFFS = 16, 8
_CLEARLY_LESS = 0.85
"""So few cutoffs prove little; where weekdays differ, the error is often halved."""


def prefer_week(panel: Panel, season_length: int, horizon: int, tell: Tell) -> int:
    """A week in steps where it forecasts clearly better than the season given, else that one.

    Both are tried at cutoffs that are spread over the weekdays, all within the part of the data
    that the first fit may see, so that the choice knows nothing of what is scored. What speaks for
    a week, and a day that is too long to be a season, is told.
    """
    day = _steps_per_day(panel.calendar)
    if day is None or panel.calendar.season_length == 1:
        return season_length
    if 2 * day > HISTORY_LENGTH:
        _tell_long_day(panel, day, tell)
    week = 7 * day
    if day == 1 or _WEEKS_IN_SIGHT * week > HISTORY_LENGTH:
        return season_length
    origins = _cutoffs(panel, day, season_length, horizon)
    if len(origins) == 0:
        return season_length
    usual, weekly = _errors(panel, origins, horizon, (season_length, week))
    if weekly >= _CLEARLY_LESS * usual:
        return season_length
    than = f"one of {season_length}" if season_length > 1 else "none"
    tell(
        Notice(
            "guess",
            f"a season of {week} steps, a week, forecasts {100 * (1 - weekly / usual):.0f} % "
            f"better than {than}; --season-length says otherwise",
        )
    )
    return week


def _steps_per_day(calendar: Calendar) -> int | None:
    """The steps of a day, None where a day is no whole number of them."""
    grid = calendar.grid
    if grid.unit != "instant" or _DAY % grid.step:
        return None
    return _DAY // grid.step


def _tell_long_day(panel: Panel, day: int, tell: Tell) -> None:
    if panel.lengths.max() < 2 * day:
        return
    tell(
        Notice(
            "guess",
            f"a day has {day} steps and a forecast looks back {HISTORY_LENGTH}: no season of a day "
            "is looked for; --freq 15min --aggregate mean would have one",
        )
    )


def _cutoffs(panel: Panel, day: int, season_length: int, horizon: int) -> Origins:
    """Cutoffs in the first part to be fitted, of some series, at all weekdays and hours."""
    split = split_panel(panel, horizon=horizon, season_length=season_length)
    limits = panel.offsets[1:] if split is None else split.fit_limits
    back = horizon + (day + day // 5 + 1) * np.arange(_CUTOFFS - 1, -1, -1)
    found = origins_before(limits, panel.offsets[:-1] + _WEEKS_BEFORE * 7 * day, back)
    series = np.unique(found.series)
    chosen = series[:: max(1, -(-len(series) // _MOST_SERIES))]
    return found.rows(np.isin(found.series, chosen))


def _errors(
    panel: Panel, origins: Origins, horizon: int, seasons: tuple[int, int]
) -> tuple[float, float]:
    """The mean error with each season, in the same units."""
    context, actual = histories(panel, origins), futures(panel, origins, horizon)
    scale = positive_scales(context, seasons[0])

    def error(season_length: int) -> float:
        missed: NDArray[np.float64] = actual - SIMPLE[_RULE](context, horizon, season_length)
        return float((mean_size(missed) / scale).mean())

    return error(seasons[0]), error(seasons[1])
