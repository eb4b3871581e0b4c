"""Panel, cutoffs -> how well a simple forecast does with one season and with another."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import SIMPLE
from forecast_cli.panel import Panel
from forecast_cli.scales import mean_size, positive_scales
from forecast_cli.splits import Origins, origins_before, split_panel
from forecast_cli.windows import futures, histories

_RULE = "theta"
"""The simple forecast whose error decides: one that averages seasons and follows the level."""

_N_CUTOFFS = 8
"""Of each series that is tried."""

_CLEAR_GAIN = 0.15
"""The share of its error that a forecast of one series has to lose by a season.

Its few cutoffs prove little; where a season is there, the error is often halved."""


def first_fit_limits(panel: Panel, *, horizon: int, season_length: int) -> NDArray[np.int64]:
    """Where the part of each series [N] ends that the first fit may see; all, if there is none."""
    split = split_panel(panel, horizon=horizon, season_length=season_length)
    return panel.offsets[1:] if split is None else split.fit_limits


def trial_cutoffs(
    panel: Panel, *, least: int, apart: int, season_length: int, horizon: int, most_series: int
) -> Origins:
    """Cutoffs so many steps `apart` with `least` values before them, of some series.

    All lie in the first part to be fitted, so that a choice knows nothing of what is scored.
    """
    limits = first_fit_limits(panel, horizon=horizon, season_length=season_length)
    back = horizon + apart * np.arange(_N_CUTOFFS - 1, -1, -1)
    found = origins_before(limits, panel.offsets[:-1] + least, back)
    series = np.unique(found.series)
    chosen = series[:: max(1, -(-len(series) // most_series))]
    return found.rows(np.isin(found.series, chosen))


def clear_gain(
    panel: Panel, origins: Origins, horizon: int, *, season_length: int, usual: int
) -> float | None:
    """The share of its error that a forecast loses by a season beside the usual one, if clear.

    What must be lost by one series may be less where many agree: chance shrinks with the root of
    the number of forecasts.
    """
    if len(origins) == 0:
        return None
    gain = 1 - _share_of_error(panel, origins, horizon, season_length=season_length, usual=usual)
    return gain if gain > _CLEAR_GAIN * np.sqrt(_N_CUTOFFS / len(origins)) else None


def _share_of_error(
    panel: Panel, origins: Origins, horizon: int, *, season_length: int, usual: int
) -> float:
    """The mean error with a season over that with the usual one; 1 where that misses nothing."""
    context, actual = histories(panel, origins), futures(panel, origins, horizon)
    scale = positive_scales(context, usual)

    def error(season_length: int) -> float:
        missed: NDArray[np.float64] = actual - SIMPLE[_RULE](context, horizon, season_length)
        return float((mean_size(missed) / scale).mean())

    without = error(usual)
    return error(season_length) / without if without > 0 else 1.0


def gain_in_words(gain: float, usual: int) -> str:
    """What a season does beside the usual one, which it makes lose a share of its error.

    >>> gain_in_words(0.2, 24)
    'forecasts 20 % better than one of 24'
    """
    than = f"one of {usual}" if usual > 1 else "none"
    return f"forecasts {100 * gain:.0f} % better than {than}"
