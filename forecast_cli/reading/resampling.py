"""Observations -> observations: one value for each period, made of all values in it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import Aggregate
from forecast_cli.reading.beside import Beside
from forecast_cli.reading.layout import Observations
from forecast_cli.times.periods import is_end_stamped, period_ends, period_starts
from forecast_cli.wording import counted, escape

# A first or last period is incomplete where its values begin later or end earlier than in the
# periods between, all but so many of a hundred, by more than this share of its length.
_UNUSUAL = 0.01
_MARGIN = 0.05
_FEWEST_PERIODS = 3

Rows = NDArray[np.int64]


def resample(observed: Observations, tell: Tell) -> Observations:
    """One row for each period of a series, where rows are sorted by series and time.

    Empty cells are skipped; a period of them alone is missing. A sum leaves out a first and a last
    period that the values do not cover. Nothing changes, and nothing is told, where every value has
    a time of its own on the grid.
    """
    times = observed.times
    if observed.aggregate is None or times is None:
        return observed
    starts = _group_starts(observed)
    if len(starts) == len(times) and observed.calendar.grid.holds(times).all():
        return observed
    known = ~np.isnan(observed.values)
    values = _made_one(observed.values, known, starts, observed.aggregate)
    made = replace(
        observed,
        values=values,
        positions=observed.positions[starts],
        series=observed.series[starts],
        rows=observed.rows[starts],
        beside=_beside_made_one(observed, starts),
        times=None,
    )
    _tell_resampled(observed, made, tell)
    # Where most periods hold one value, none of them can be told to be covered in part.
    if not known.any() or known.sum() < 2 * np.isfinite(values).sum():
        return made
    covered = np.flatnonzero(np.isfinite(values))
    spans = _spans(observed, made, covered, starts)
    if observed.aggregate == "sum":
        return _without_incomplete(made, covered[spans.late | spans.early], tell)
    _tell_incomplete(made, covered[spans.early], tell)
    return made


def _group_starts(observed: Observations) -> Rows:
    changes = (np.diff(observed.series) != 0) | (np.diff(observed.positions) != 0)
    return np.concatenate([[0], np.flatnonzero(changes) + 1])


def _made_one(
    values: NDArray[np.float64], known: NDArray[np.bool_], starts: Rows, how: Aggregate
) -> NDArray[np.float64]:
    """The values [P] of periods that begin at rows `starts` [P], NaN where nothing is known."""
    counts = np.add.reduceat(known.astype(np.int64), starts)
    if how == "last":
        rows = np.where(known, np.arange(len(values)), 0)
        found = values[np.maximum.reduceat(rows, starts)]
    else:
        found = np.add.reduceat(np.where(known, values, 0.0), starts)
        found = found / np.maximum(counts, 1) if how == "mean" else found
    return np.where(counts > 0, found, np.nan)


def _beside_made_one(observed: Observations, starts: Rows) -> Beside:
    """The covariates of periods: the mean of numbers, the last of categories."""
    made = [
        _made_one(values, ~np.isnan(values), starts, how)
        for column, values in zip(observed.beside.columns, observed.beside.values.T, strict=True)
        for how in (("last" if column.categories or observed.aggregate == "last" else "mean"),)
    ]
    values = np.column_stack(made) if made else np.empty((len(starts), 0))
    return replace(observed.beside, values=values)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Spans:
    """Which periods [P] begin late or end early, among the first and the last of a series."""

    late: NDArray[np.bool_]
    early: NDArray[np.bool_]


def _spans(observed: Observations, made: Observations, covered: Rows, starts: Rows) -> _Spans:
    """What the values cover of the periods `covered` [P], beside what is usual in the others."""
    times, grid = observed.times, observed.calendar.grid
    assert times is not None
    known = ~np.isnan(observed.values)
    first = np.minimum.reduceat(np.where(known, times, np.iinfo(np.int64).max), starts)[covered]
    last = np.maximum.reduceat(np.where(known, times, np.iinfo(np.int64).min), starts)[covered]
    series, positions = made.series[covered], made.positions[covered]
    begins, ends = period_starts(grid, positions), period_ends(grid, positions)
    is_first = np.diff(series, prepend=-1) != 0
    is_last = np.diff(series, append=-1) != 0
    inner = ~is_first & ~is_last
    enough = (np.bincount(series) >= _FEWEST_PERIODS)[series]
    late = first - begins > _usual(first - begins, series, inner) + _MARGIN * (ends - begins)
    early = ends - last > _usual(ends - last, series, inner) + _MARGIN * (ends - begins)
    together = _edges_of_all(first, last, positions, begins, ends)
    return _Spans(
        late=is_first & enough & (late | together.late),
        early=is_last & enough & (early | together.early),
    )


def _edges_of_all(first: Rows, last: Rows, positions: Rows, begins: Rows, ends: Rows) -> _Spans:
    """Which periods [P] begin late or end early for all series together."""
    order = np.argsort(positions, kind="stable")
    cuts = np.flatnonzero(np.diff(positions[order], prepend=positions.min() - 1))
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(np.diff(positions[order], prepend=positions.min() - 1) != 0) - 1
    lead = np.minimum.reduceat((first - begins)[order], cuts)
    slack = np.minimum.reduceat((ends - last)[order], cuts)
    size = np.minimum.reduceat((ends - begins)[order], cuts)
    inner = np.ones(len(cuts), dtype=np.bool_)
    inner[[0, -1]] = False
    alone = np.zeros(len(cuts), dtype=np.int64)
    late, early = (
        ~inner & inner.any() & (gap > _usual(gap, alone, inner) + _MARGIN * size)
        for gap in (lead, slack)
    )
    late[1:], early[:-1] = False, False
    return _Spans(late=late[group], early=early[group])


def _usual(gaps: Rows, series: Rows, inner: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The gap [P] that the inner periods of the same series stay within, but for unusual ones."""
    chosen = np.flatnonzero(inner)
    chosen = chosen[np.lexsort((gaps[chosen], series[chosen]))]
    counts = np.bincount(series[chosen], minlength=int(series.max()) + 1)
    at = np.cumsum(counts) - 1 - (_UNUSUAL * counts).astype(np.int64)
    usual = np.full(len(counts), np.inf)
    usual[counts > 0] = gaps[chosen][at[counts > 0]]
    return usual[series]


def _tell_resampled(observed: Observations, made: Observations, tell: Tell) -> None:
    n_known = int((~np.isnan(observed.values)).sum())
    how = {"mean": "by their mean", "sum": "by their sum", "last": "by their last value"}
    grid = observed.calendar.grid
    ends = ", called by their last day" if is_end_stamped(grid) and grid.unit == "day" else ""
    tell(
        Notice(
            "guess",
            f"{observed.source}: {counted(n_known, 'value')} put into "
            f"{counted(int(np.isfinite(made.values).sum()), 'period')} "
            f"({observed.calendar.describe()}{ends}) {how[observed.aggregate or 'mean']} "
            "(--aggregate)",
        )
    )


def _without_incomplete(made: Observations, incomplete: Rows, tell: Tell) -> Observations:
    if not len(incomplete):
        return made
    many = len(incomplete) > 1
    tell(
        Notice(
            "warning",
            f"{made.source}: {counted(len(incomplete), 'period')} at the start or the end of a "
            f"series {'are' if many else 'is'} covered in part and left out, as "
            f"{'their sums' if many else 'its sum'} would be too small; first "
            f"{_place(made, incomplete)}",
        )
    )
    keep = np.ones(len(made.values), dtype=np.bool_)
    keep[incomplete] = False
    return replace(
        made,
        values=made.values[keep],
        positions=made.positions[keep],
        series=made.series[keep],
        rows=made.rows[keep],
        beside=made.beside.rows(keep),
    )


def _tell_incomplete(made: Observations, incomplete: Rows, tell: Tell) -> None:
    if len(incomplete):
        whose = f" of {len(incomplete)} series" if len(made.ids) > 1 else ""
        text = f"the last period{whose} is covered in part, first {_place(made, incomplete)}"
        tell(Notice("warning", f"{made.source}: {text}"))


def _place(made: Observations, periods: Rows) -> str:
    """The period whose first row stands first in the file, and where that is."""
    period = int(periods[made.rows[periods].argmin()])
    time = escape(str(made.calendar.labels([int(made.positions[period])])[0]))
    names = [escape(str(text)) for text in made.ids[made.series[period]]]
    whose = f" of {', '.join(names)}" if len(made.ids) > 1 else ""
    return f"{time}{whose}, from {made.places.line(int(made.rows[period]))} on"
