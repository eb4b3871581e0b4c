"""Arranged rows, spans -> steps: where the values of each series stand, with steps for gaps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.notices import Tell, first_of
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.missing import tell_missing
from forecast_cli.reading.repairs import check_extent, place, time_label
from forecast_cli.reading.spans import Spans
from forecast_cli.wording import counted


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """The steps of N series one after the other: those of series n are `offsets[n]` to the next.

    The first one lies at calendar position `starts[n]`. `indices` [R] are the steps of the rows;
    None where each row is the next step.
    """

    starts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    indices: NDArray[np.int64] | None

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many steps [N] each series has."""
        return np.diff(self.offsets)

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values of rows [R] or [R, K] by step, NaN for those that no row has."""
        if self.indices is None:
            return values
        spread = np.full((self.offsets[-1], *values.shape[1:]), np.nan)
        spread[self.indices] = values
        return spread


def find_steps(observed: Observations, spans: Spans, config: ReadConfig, tell: Tell) -> Steps:
    """The steps of arranged rows within spans; those that are not in the file are told.

    Raises:
        DataError: There are far more steps than rows, or gaps that `config` is to refuse.
    """
    steps = lay_out(observed, spans)
    if steps.indices is not None:
        _tell_gaps(observed, spans, int(steps.offsets[-1]) - spans.n_rows, config, tell)
    return steps


def lay_out(observed: Observations, spans: Spans) -> Steps:
    """The steps of arranged rows within spans, of which nothing is told.

    Raises:
        DataError: There are far more steps than rows.
    """
    starts = observed.positions[spans.first].astype(np.int64)
    lengths = observed.positions[spans.last] - starts + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    total, n_rows = int(offsets[-1]), spans.n_rows
    check_extent(observed, n_rows, total)
    indices = None
    if n_rows < total:
        series = spans.cut(observed.series)
        indices = (offsets[:-1] - starts)[series]
        indices += spans.cut(observed.positions)
    return Steps(starts=starts, offsets=offsets, indices=indices)


def _tell_gaps(
    observed: Observations, spans: Spans, n_absent: int, config: ReadConfig, tell: Tell
) -> None:
    jumps = (np.diff(observed.positions) > 1) & (observed.series[1:] == observed.series[:-1])
    rows = np.flatnonzero(jumps)
    series = observed.series[rows]
    rows = rows[(rows >= spans.first[series]) & (rows < spans.last[series])]
    row = int(rows[observed.rows[rows + 1].argmin()])
    missing = time_label(observed, int(observed.positions[row]) + 1)
    headcount = first_of(
        "absent times",
        n_absent,
        f"{missing} before {place(observed, row + 1)}",
        lambda count, first: (
            f"{observed.source}: {counted(count, 'time')} of the calendar "
            f"({observed.calendar.describe()}) absent, first {first}"
        ),
    )
    tell_missing(headcount, config, tell)
