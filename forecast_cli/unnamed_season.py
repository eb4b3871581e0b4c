"""Panel of numbered steps -> a season that the values show, as no date names one."""

import numpy as np

from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.season_strength import FEWEST_SEASONS, season_strength
from forecast_cli.season_trials import (
    clear_gain,
    first_fit_limits,
    gain_in_words,
    trial_cutoffs,
)
from forecast_cli.splits import panel_before

_USUAL = (4, 5, 7, 12, 24, 48, 52, 96, 144, 168, 288, 336)
"""The seasons of what people write down: of quarters, working days, days, months, hours, half
hours, weeks and minutes by 15, 10 and 5, and weeks of hours and half hours."""

_SHARE_THAT_SHOWS_IT = 0.2
"""Fewer series than where a date names the season, as forecasts have the last word."""

_SEASONS_BEFORE = 2
_MOST_SERIES = 48


def find_season(panel: Panel, horizon: int, tell: Tell) -> int:
    """The longest usual season that forecasts clearly better than all shorter ones, or 1.

    Only steps that are mere numbers are looked at. A season has to show in the autocorrelation and
    in forecasts of `horizon` steps, all within the part of the data that the first fit may see;
    half of the series have to be long enough. What is found is told.
    """
    if panel.calendar.grid.unit != "step":
        return 1
    seen = panel_before(panel, first_fit_limits(panel, horizon=horizon, season_length=1))
    found, text = 1, ""
    for length in _USUAL:
        gain = _gain(panel, length, horizon, found) if _is_shown(seen, length) else None
        if gain is not None:
            text = f"a season of {length} steps {gain_in_words(gain, found)}"
            found = length
    if text:
        tell(Notice("guess", f"{text}; --season-length says otherwise"))
    return found


def _is_shown(panel: Panel, length: int) -> bool:
    """Whether some series have a season, and half of them are long enough to tell."""
    if np.median(panel.lengths) < FEWEST_SEASONS * length:
        return False
    strength = season_strength(panel, length)
    return strength is not None and strength >= _SHARE_THAT_SHOWS_IT


def _gain(panel: Panel, length: int, horizon: int, usual: int) -> float | None:
    """The share of its error that a forecast loses by a season beside the usual one, if clear."""
    origins = trial_cutoffs(
        panel,
        least=_SEASONS_BEFORE * length,
        # A third of a season and one step: the cutoffs fall on many of its phases.
        apart=length // 3 + 1,
        season_length=usual,
        horizon=horizon,
        most_series=_MOST_SERIES,
    )
    return clear_gain(panel, origins, horizon, season_length=length, usual=usual)
