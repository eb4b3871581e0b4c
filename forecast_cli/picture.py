"""Panel, forecast -> what a picture of them shows, series by series."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.times.calendar import Calendar

Array = NDArray[np.float64]

_LEAST_CHANGE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """Values [T] at the calendar positions from `start` on."""

    start: int
    values: Array

    @property
    def positions(self) -> NDArray[np.int64]:
        """The positions [T]."""
        return self.start + np.arange(len(self.values))


@dataclass(frozen=True, kw_only=True, eq=False)
class SeriesPicture:
    """One series: known values, what was forecast earlier on, the forecast and its intervals.

    `name` is text as the file has it, empty for a single unnamed series. `bounds` hold [H] for each
    level. `error` is the mean absolute error of the latest `earlier` forecast in seasonal errors.
    """

    name: str
    history: Path
    earlier: tuple[Path, ...]
    forecast: Path
    bounds: Mapping[int, tuple[Array, Array]]
    error: float | None

    @property
    def first(self) -> int:
        """The first position that is shown."""
        return self.history.start

    @property
    def last(self) -> int:
        """The last position that is shown."""
        return int(self.forecast.positions[-1])

    def joined(self, path: Path) -> Path:
        """A forecast from the last value on that it knew, so that no gap parts them in a line."""
        before = path.start - 1 - self.history.start
        if not 0 <= before < len(self.history.values):
            return path
        known = self.history.values[before : before + 1]
        return Path(start=path.start - 1, values=np.concatenate((known, path.values)))

    def extent(self) -> tuple[float, float]:
        """The lowest and the highest value that is shown; never nearly the same."""
        paths = (self.history, self.forecast, *self.earlier)
        shown = [path.values for path in paths]
        shown += [bound for pair in self.bounds.values() for bound in pair]
        values = np.concatenate(shown)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        size = max(abs(low), abs(high))
        room = (size or 1.0) / 10 if high - low <= _LEAST_CHANGE * size else 0.0
        return low - room, high + room


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """Series to show beside each other, and what the picture says of all of them.

    `target` and `source` are text as the file has it; `note` names the frequency, the model and
    how far it looks. `earlier_note` says what the earlier forecasts are, such as in-sample.
    """

    target: str
    source: str
    note: str
    calendar: Calendar
    series: tuple[SeriesPicture, ...]
    earlier_note: str

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels of the intervals, ascending."""
        return tuple(sorted(self.series[0].bounds))
