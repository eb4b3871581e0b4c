"""Panel, origins -> context [B, L] and future [B, H], gathered by position.

Nothing is copied ahead of time: a window is two numbers, its series and its stop. No window reads
across the start of its series or past its limit.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.gaps import interpolate
from forecast_cli.inputs import Surroundings
from forecast_cli.panel import Panel
from forecast_cli.seasonality import estimate_season
from forecast_cli.splits import Origins, minimum_context, origins_at


def contexts(panel: Panel, origins: Origins, length: int) -> NDArray[np.float64]:
    """The last `length` values before each stop, [B, L], NaN on the left of a short series."""
    positions = origins.stops[:, None] + np.arange(-length, 0)
    inside = positions >= panel.offsets[origins.series][:, None]
    return np.where(inside, panel.values[np.where(inside, positions, 0)], np.nan)


def histories(panel: Panel, origins: Origins) -> NDArray[np.float64]:
    """All values before each stop that a forecast may rest on, [B, L], NaN on the left.

    Outliers are moved as the panel's rule says, and gaps treated, by what stands before the stop
    alone.
    """
    context = raw_histories(panel, origins)
    if panel.outlier_rule is not None:
        context = panel.outlier_rule.clip(context)
    return without_gaps(panel, context)


def raw_histories(panel: Panel, origins: Origins) -> NDArray[np.float64]:
    """The same with outliers and gaps as they are."""
    longest = max(panel.least_context, int(panel.lengths.max()))
    return contexts(panel, origins, min(HISTORY_LENGTH, longest))


def without_gaps(panel: Panel, context: NDArray[np.float64]) -> NDArray[np.float64]:
    """Contexts [B, L] with gaps interpolated, if that is what the panel's rule says."""
    return interpolate(context) if panel.missing == "interpolate" else context


def last_steps(context: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The last `length` steps of contexts [B, L], NaN on the left where there are fewer."""
    missing = max(0, length - context.shape[1])
    return np.pad(context, ((0, 0), (missing, 0)), constant_values=np.nan)[:, -length:]


def futures(panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
    """The `horizon` values from each stop on, [B, H], NaN where none is known."""
    positions = origins.stops[:, None] + np.arange(horizon)
    inside = positions < origins.limits[:, None]
    return np.where(inside, panel.values[np.where(inside, positions, 0)], np.nan)


def cutoffs(panel: Panel, origins: Origins) -> NDArray[np.int64]:
    """The calendar position [W] of the last step before each stop."""
    return panel.starts[origins.series] + origins.stops - panel.offsets[origins.series] - 1


def look_around(panel: Panel, origins: Origins, length: int, horizon: int) -> Surroundings | None:
    """The covariates of `length` steps before each stop and `horizon` after it; None without any.

    After it those that are not known ahead are NaN, whatever the data hold.
    """
    if panel.covariates is None:
        return None
    positions = cutoffs(panel, origins)[:, None] + np.arange(1 - length, horizon + 1)
    varying = panel.covariates.at(origins.series, positions)
    static = panel.covariates.static[origins.series]
    if panel.covariates.siblings:
        seen = _values_of_siblings(panel, origins.series, positions)
        varying = np.concatenate((varying, seen), axis=2)
        static = np.column_stack((static, panel.family.identity[origins.series]))
    roles = np.array([column.role for column in panel.covariates.varying])
    varying[:, length:, np.isin(roles, ("past", "sibling"))] = np.nan
    return Surroundings(before=varying[:, :length], after=varying[:, length:], static=static)


def _values_of_siblings(
    panel: Panel, series: NDArray[np.int64], positions: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The values [W, K, M] of all M targets beside series [W] at calendar positions [W, K]."""
    members = panel.family.members[series]
    rows = positions[:, :, None] - panel.starts[members][:, None]
    inside = (rows >= 0) & (rows < panel.lengths[members][:, None]) & (members >= 0)[:, None]
    indices = np.where(inside, rows + panel.offsets[members][:, None], 0)
    return np.where(inside, panel.values[indices], np.nan)


def without_season(panel: Panel, limits: NDArray[np.int64], season_length: int) -> Panel:
    """The panel with its season taken out, as each series shows it before its limit [N]."""
    season = estimate_season(histories(panel, origins_at(limits)), season_length)
    series = np.repeat(np.arange(panel.n_series), panel.lengths)
    steps = np.arange(len(panel.values)) - limits[series]
    return replace(panel, values=season.remove_at(panel.values, series, steps))


@dataclass(frozen=True, kw_only=True)
class WindowSampler:
    """Draws training windows so that every series counts the same, whatever its length.

    A series is drawn uniformly, then a stop uniformly among those with at least `least` values
    before them and one target behind them. `limits` [N] end what may be seen.
    """

    first: NDArray[np.int64]
    limits: NDArray[np.int64]
    eligible: NDArray[np.int64]

    @classmethod
    def over(cls, panel: Panel, limits: NDArray[np.int64], least: int) -> "WindowSampler":
        """A sampler over all series of `panel` up to `limits`."""
        first = panel.offsets[:-1] + least
        return cls(first=first, limits=limits, eligible=np.flatnonzero(limits > first))

    @property
    def n_windows(self) -> int:
        """How many different windows there are."""
        return int((self.limits - self.first)[self.eligible].sum())

    def draw(self, generator: np.random.Generator, count: int) -> Origins:
        """Draw `count` windows with replacement."""
        series = self.eligible[generator.integers(len(self.eligible), size=count)]
        stops = generator.integers(self.first[series], self.limits[series])
        return Origins(series=series, stops=stops, limits=self.limits[series])


def count_windows(panel: Panel, season_length: int) -> int:
    """How many different windows a network can learn from in the whole panel."""
    least = minimum_context(season_length)
    return WindowSampler.over(panel, panel.offsets[1:], least).n_windows
