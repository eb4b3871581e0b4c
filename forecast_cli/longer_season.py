"""Panel with several values a day -> a week as its season, where weekdays differ."""

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.season_trials import (
    CLEARLY_LESS,
    gain_in_words,
    share_of_error,
    trial_cutoffs,
)
from forecast_cli.times.calendar import Calendar

_DAY = 86_400_000_000
_WEEKS_BEFORE, _WEEKS_IN_SIGHT = 4, 3
"""A week is a season where so many lie before the first cutoff, and a forecast sees so many."""

_MOST_SERIES = 16


def prefer_week(panel: Panel, season_length: int, horizon: int, tell: Tell) -> int:
    """A week in steps where it forecasts clearly better than the season given, else that one.

    Both are tried at cutoffs that are spread over the weekdays. What speaks for a week, and a day
    that is too long to be a season, is told.
    """
    day = _steps_per_day(panel.calendar)
    if day is None or panel.calendar.season_length == 1:
        return season_length
    if 2 * day > HISTORY_LENGTH:
        _tell_long_day(panel, day, tell)
    week = 7 * day
    if day == 1 or _WEEKS_IN_SIGHT * week > HISTORY_LENGTH:
        return season_length
    # A little more than a day: the cutoffs fall on all weekdays and hours.
    origins = trial_cutoffs(
        panel,
        least=_WEEKS_BEFORE * week,
        apart=day + day // 5 + 1,
        season_length=season_length,
        horizon=horizon,
        most_series=_MOST_SERIES,
    )
    if len(origins) == 0:
        return season_length
    share = share_of_error(panel, origins, horizon, season_length=week, usual=season_length)
    if share >= CLEARLY_LESS:
        return season_length
    gain = gain_in_words(1 - share, season_length)
    tell(Notice("guess", f"a season of {week} steps, a week, {gain}"))
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
