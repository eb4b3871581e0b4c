"""Panel -> cutoffs: which values a fit may see, and from where forecasts are scored.

A cutoff is kept as a *stop*: the index into `Panel.values` just behind the last value that may be
seen. What lies before a stop is known, what lies from it on is the future.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.panel import Panel

FEWEST_TRAINING_WINDOWS = 16
"""With fewer windows than this a network only learns noise; simple forecasts take over."""

_BLOCK = 1024
"""Origins worked on at a time."""

_WANTED_ORIGINS = 24
_LENGTH_PER_WINDOW = 20


@dataclass(frozen=True, kw_only=True)
class Origins:
    """W forecast origins: the series of each [W], its stop [W] and the end of what is known [W].

    `limits` are indices into `Panel.values`, exclusive: values from there on do not exist for
    these origins, not even as targets.
    """

    series: NDArray[np.int64]
    stops: NDArray[np.int64]
    limits: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.series)

    def rows(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> "Origins":
        """Some of the origins, by number or by whether they are wanted."""
        return Origins(series=self.series[rows], stops=self.stops[rows], limits=self.limits[rows])

    def blocks(self) -> Iterator["Origins"]:
        """The origins in blocks, which bounds the memory that large panels take."""
        for start in range(0, len(self), _BLOCK):
            yield self.rows(slice(start, start + _BLOCK))

    def thinned(self, most: int) -> "Origins":
        """At most so many of the origins, evenly spread."""
        return self.rows(slice(None, None, max(1, -(-len(self) // most))))


@dataclass(frozen=True, kw_only=True)
class Split:
    """One panel cut three ways: fit, validation and test, each later than the one before.

    `fit_limits` [N] end what the first fit may learn from, `validation_limits` [N] what the choice
    of training length and weights may see. Test is only scored.
    """

    fit_limits: NDArray[np.int64]
    validation_limits: NDArray[np.int64]
    validation: Origins
    test: Origins
    span: int
    n_windows: int


def minimum_context(season_length: int) -> int:
    """Values that must stand before the first cutoff of a series.

    >>> minimum_context(1), minimum_context(12)
    (3, 13)
    """
    return 3 if season_length == 1 else season_length + 1


def origins_at_end(panel: Panel) -> Origins:
    """The origin from which the future is forecast: behind the last value of every series."""
    return origins_at(panel.offsets[1:])


def origins_at(limits: NDArray[np.int64]) -> Origins:
    """One origin for each series, where what may be seen of it ends: its limit [N]."""
    return Origins(series=np.arange(len(limits)), stops=limits, limits=limits)


def origins_before(
    limits: NDArray[np.int64], first: NDArray[np.int64], back: NDArray[np.int64]
) -> Origins:
    """Origins that lie `back` [K] steps before the `limits` [N] of the series.

    Those before `first` [N], the earliest stop allowed, are left out; so a short series has fewer
    origins, or none.
    """
    stops = limits[:, None] - back
    series, window = np.nonzero(stops >= first[:, None])
    return Origins(series=series, stops=stops[series, window], limits=limits[series])


def rolling_back(span: int, n_windows: int, step: int = 1) -> NDArray[np.int64]:
    """How far back the latest `n_windows` origins lie that have `span` known steps behind them.

    >>> rolling_back(3, 2).tolist(), rolling_back(3, 2, step=3).tolist()
    ([4, 3], [6, 3])
    """
    return span + step * np.arange(n_windows - 1, -1, -1)


def step_between(span: int, n_windows: int, n_steps: float) -> int:
    """How far apart origins may lie, so that they and what is behind them take so many steps.

    >>> step_between(24, 24, 432), step_between(24, 24, 30), step_between(24, 1, 432)
    (17, 1, 1)
    """
    return 1 if n_windows == 1 else max(1, int(n_steps - span) // (n_windows - 1))


def split_panel(panel: Panel, *, horizon: int, season_length: int) -> Split | None:
    """Cut a panel into fit, validation and test parts, or None where it is too short for that.

    The parts held back span the whole horizon if enough windows remain to learn from, else a half
    of it, a quarter and so on. A panel of few series is scored at several cutoffs.
    """
    ends = panel.offsets[1:]
    first = panel.offsets[:-1] + minimum_context(season_length)
    n_windows = _count_windows(panel)
    span = horizon
    while True:
        for windows in dict.fromkeys((n_windows, 1)):
            part = span + windows - 1
            fit_limits = ends - 2 * part
            if np.clip(fit_limits - first, 0, None).sum() >= FEWEST_TRAINING_WINDOWS:
                return Split(
                    fit_limits=fit_limits,
                    validation_limits=ends - part,
                    validation=origins_before(ends - part, first, rolling_back(span, windows)),
                    test=origins_before(ends, first, rolling_back(span, windows)),
                    span=span,
                    n_windows=windows,
                )
        if span == 1:
            return None
        span //= 2


def _count_windows(panel: Panel) -> int:
    affordable = int(np.median(panel.lengths)) // _LENGTH_PER_WINDOW
    return max(1, min(-(-_WANTED_ORIGINS // panel.n_series), affordable))


def seen_values(
    panel: Panel, stops: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The values before each series' stop [N], one series after the other, and offsets [N + 1]."""
    lengths = np.clip(stops - panel.offsets[:-1], 0, panel.lengths)
    kept = np.arange(len(panel.values)) < np.repeat(panel.offsets[:-1] + lengths, panel.lengths)
    return panel.values[kept], np.concatenate(([0], np.cumsum(lengths)))


def panel_before(panel: Panel, stops: NDArray[np.int64]) -> Panel:
    """The panel as it was before each series' stop [N]: series without a value yet are left out."""
    steps = np.arange(len(panel.values))
    known_until = np.maximum.accumulate(np.where(np.isnan(panel.values), 0, steps + 1))
    begun = stops > panel.offsets[:-1]
    # As in any panel, the last value of a series is known.
    ends = np.where(begun, known_until[np.where(begun, stops, 1) - 1], panel.offsets[:-1])
    values, offsets = seen_values(panel, ends)
    return replace(
        panel,
        values=values,
        offsets=np.concatenate((offsets[:1], offsets[1:][begun])),
        ids=panel.ids[begun],
        starts=panel.starts[begun],
        covariates=(
            None if panel.covariates is None else panel.covariates.select(np.flatnonzero(begun))
        ),
        places=None,
    )


def last_values(panel: Panel, longest: int) -> Panel:
    """The panel with at most `longest` values of each series, the latest."""
    lengths = np.minimum(panel.lengths, longest)
    skipped = panel.lengths - lengths
    kept = np.arange(len(panel.values)) >= np.repeat(panel.offsets[:-1] + skipped, panel.lengths)
    return replace(
        panel,
        values=panel.values[kept],
        offsets=np.concatenate(([0], np.cumsum(lengths))),
        starts=panel.starts + skipped,
        covariates=(
            None if panel.covariates is None else panel.covariates.after(panel.starts + skipped)
        ),
        places=None,
    )
