"""Panel with several values a day -> a week as its season, where weekdays differ."""

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.season_trials import clear_gain, gain_in_words, trial_cutoffs
from forecast_cli.times.calendar import Calendar

_DAY = 86_400_000_000
_WEEKDAYS = 7

_SURELY_DAYS = (24, 48)
"""Seasons that are days where nothing says so; twelve steps are months of a year as often."""

_WEEKS_IN_SIGHT = 3
"""A week is a season where a forecast sees so many: in two, no phase is seen twice beside the
moving average."""

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
    better = _better_week(panel, day, season_length, horizon)
    if better is None:
        return season_length
    tell(Notice("guess", f"{better}; --season-length says otherwise"))
    return _WEEKDAYS * day


def advise_week(panel: Panel, season_length: int, horizon: int, tell: Tell) -> None:
    """Tell where a week forecasts clearly better than the season of a day that was asked for.

    Where steps are mere numbers, a season of hours or half hours is taken for a day.
    """
    numbered = panel.calendar.grid.unit == "step" and season_length in _SURELY_DAYS
    day = season_length if numbered else _steps_per_day(panel.calendar)
    if day != season_length:
        return
    better = _better_week(panel, day, season_length, horizon)
    if better is not None:
        tell(Notice("guess", f"{better}; --season-length {_WEEKDAYS * day} takes it"))


def _better_week(panel: Panel, day: int, season_length: int, horizon: int) -> str | None:
    """How much better a week forecasts than the season given, if clearly, in words."""
    week = _WEEKDAYS * day
    if day == 1 or _WEEKS_IN_SIGHT * week > HISTORY_LENGTH:
        return None
    # A little more than a day: the cutoffs fall on all weekdays and hours.
    origins = trial_cutoffs(
        panel,
        least=_WEEKS_IN_SIGHT * week,
        apart=day + day // 5 + 1,
        season_length=season_length,
        horizon=horizon,
        most_series=_MOST_SERIES,
    )
    gain = clear_gain(panel, origins, horizon, season_length=week, usual=season_length)
    if gain is None:
        return None
    return f"a season of {week} steps, a week, {gain_in_words(gain, season_length)}"


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
