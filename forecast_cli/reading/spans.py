"""Arranged rows -> spans: each series from its first to its last known value, all else told."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.notices import Tell, first_of
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.missing import missing_rows, tell_missing
from forecast_cli.reading.repairs import bounds, place, time_label
from forecast_cli.wording import counted, escape

_Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spans:
    """The rows `first` [N] and `last` [N] of N series, between which their steps are.

    `kept` [R] tells which rows these are; None where all are.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    kept: NDArray[np.bool_] | None = None

    @property
    def n_rows(self) -> int:
        """How many rows are kept."""
        return int((self.last - self.first + 1).sum())

    def cut(self, array: _Array) -> _Array:
        """What is kept of an array [R]."""
        return array if self.kept is None else array[self.kept]


def find_spans(observed: Observations, config: ReadConfig, tell: Tell) -> Spans:
    """Arranged rows from the first to the last known value of each series, which has one.

    Raises:
        DataError: Values are missing, and `config` is to refuse them.
    """
    first, last = bounds(observed)
    missing = missing_rows(observed.values)
    if not len(missing):
        return Spans(first=first, last=last)
    spans = _known(first, last, missing)
    series = observed.series[missing]
    behind = missing > spans.last[series]
    outside = missing[behind | (missing < spans.first[series])]
    # Behind the last value a file with columns known ahead says what they will be.
    if not any(column.role == "future" for column in observed.beside.columns):
        _tell_trimmed(observed, last, spans.last, tell)
    _tell_missing(observed, missing[~behind], config, tell)
    if not len(outside):
        return spans
    kept = np.ones(len(observed.values), dtype=np.bool_)
    kept[outside] = False
    return Spans(first=spans.first, last=spans.last, kept=kept)


def _known(first: NDArray[np.int64], last: NDArray[np.int64], missing: NDArray[np.int64]) -> Spans:
    """The spans of series [N] between rows, without those among `missing` [M] at their ends."""
    breaks = np.flatnonzero(np.diff(missing) > 1)
    starts, stops = missing[np.append(0, breaks + 1)], missing[np.append(breaks, -1)]

    def run_of(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The run of missing rows that rows may lie in, and whether they do."""
        run = np.minimum(np.searchsorted(stops, rows), len(stops) - 1)
        return run, (starts[run] <= rows) & (rows <= stops[run])

    # A run may go over the border of two series, but each has a known value on its side of it.
    leading, is_leading = run_of(first)
    trailing, is_trailing = run_of(last)
    return Spans(
        first=np.where(is_leading, stops[leading] + 1, first),
        last=np.where(is_trailing, starts[trailing] - 1, last),
    )


def _tell_missing(
    observed: Observations, rows: NDArray[np.int64], config: ReadConfig, tell: Tell
) -> None:
    """Tell of missing values, but for the newest ones, which were told."""
    if len(rows):
        first = int(rows[observed.rows[rows].argmin()])
        column = escape(observed.columns.target)
        missing = first_of(
            "missing values",
            len(rows),
            place(observed, first),
            lambda count, where: (
                f"{observed.source}: {counted(count, 'value')} missing in column {column}, "
                f"first {where}"
            ),
        )
        tell_missing(missing, config, tell)


def _tell_trimmed(
    observed: Observations, last: NDArray[np.int64], known: NDArray[np.int64], tell: Tell
) -> None:
    """Tell of series whose newest values, behind the last `known` one [N], are missing."""
    cut = np.flatnonzero(last != known)
    if not len(cut):
        return
    one = int(cut[0])
    position = int(observed.positions[known[one]])
    end, start = time_label(observed, position), time_label(observed, position + 1)
    alone = len(observed.ids) == 1

    def say(count: int, first: str) -> str:
        whose = "" if alone and count == 1 else f"of {counted(count, 'series', 'series')} "
        return (
            f"{observed.source}: the newest value {whose}is missing, first {first}; the last known "
            f"one is of {end}, so the forecast starts at {start}"
        )

    where = place(observed, int(last[one]))
    tell(first_of("newest values", len(cut), where, say).notice("warning"))
