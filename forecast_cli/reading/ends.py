"""Ends of series, noted part by part -> a warning of those that end before the others."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecast_cli.notices import Headcount, Tell
from forecast_cli.times.calendar import Calendar
from forecast_cli.wording import counted, escape, some_of

TOPIC = "early ends"
_NAMED_SERIES = 3


class Ends:
    """How many series end at which position, with the names of the first few."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._counts: dict[int, int] = {}
        self._named: dict[int, list[tuple[int, str]]] = {}
        self._n_series = 0

    def note(self, ends: NDArray[np.int64], name: Callable[[int], str]) -> None:
        """Take the last positions [N] of series, which are numbered on, and how they are called."""
        positions, counts = np.unique(ends, return_counts=True)
        for position, count in zip(positions.tolist(), counts.tolist(), strict=True):
            self._counts[position] = self._counts.get(position, 0) + count
            named = self._named.setdefault(position, [])
            if len(named) < _NAMED_SERIES:
                which = np.flatnonzero(ends == position)[: _NAMED_SERIES - len(named)]
                named.extend((self._n_series + i, name(i)) for i in which.tolist())
        self._n_series += len(ends)

    def tell(self, tell: Tell) -> None:
        """Tell of the series that end before the latest, if that says anything."""
        latest = max(self._counts)
        early = self._n_series - self._counts[latest]
        own_count = self._calendar.kind == "step" and 2 * early > self._n_series
        if not early or own_count:
            return
        found = sorted(
            (*series, position)
            for position, named in self._named.items()
            if position < latest
            for series in named
        )
        named = tuple(f"{name} ({self._label(position)})" for _, name, position in found)
        end = self._label(latest)

        def say(count: int, named: tuple[str, ...]) -> str:
            verb = "ends" if count == 1 else "end"
            return (
                f"{counted(count, 'series', 'series')} {verb} before {end}: "
                f"{some_of(count, named)}; each forecast starts after the end of its own series"
            )

        first = named[:_NAMED_SERIES]
        tell(Headcount(topic=TOPIC, count=early, named=first, say=say).notice("warning"))

    def _label(self, position: int) -> str:
        return escape(str(self._calendar.labels([position])[0]))
