"""Observations -> observations: sorted, without doubles, without what has no value, all told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Headcount, Tell, first_of
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.missing import missing_rows
from forecast_cli.reading.places import Numbered, number_rows
from forecast_cli.reading.resampling import resample
from forecast_cli.reading.timesource import AGGREGATE
from forecast_cli.wording import counted, escape, some_of

_NAMED_SERIES = 3
# A panel may have this many steps for each value in the file before it is refused.
_STEPS_PER_VALUE = 200
_ALWAYS_ALLOWED_STEPS = 10_000_000
_ROWS = 1 << 14
_LARGEST_UINT16 = 2**16 - 1


def arrange(observed: Observations, tell: Tell) -> Observations:
    """Rows sorted by series and time, one for each time, without series that have no value.

    Several values of a period become one where that is asked for.

    Raises:
        DataError: A series has two values for one time, or there is no value at all.
    """
    return _without_empty_series(in_order(observed, tell), tell)


def in_order(observed: Observations, tell: Tell) -> Observations:
    """Rows sorted by series and time, one for each time; raises as `arrange` does."""
    observed = resample(_sorted(observed, tell), tell)
    return observed if observed.aggregate is not None else _without_doubles(observed, tell)


def check_extent(observed: Observations, n_values: int, n_steps: int) -> None:
    """Refuse so many rows that spread over far more steps of the calendar.

    Raises:
        DataError: with the advice to name another frequency.
    """
    if n_steps > max(_STEPS_PER_VALUE * n_values, _ALWAYS_ALLOWED_STEPS):
        raise DataError(
            f"{observed.source} holds {n_values} values on {n_steps} steps "
            f"({observed.calendar.describe()}); name a coarser frequency with --freq"
        )


def bounds(observed: Observations) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last row [N] of each series among sorted rows."""
    series = observed.series
    last = np.append(np.flatnonzero(series[1:] != series[:-1]), len(series) - 1)
    return np.concatenate([[0], last[:-1] + 1]), last


def series_name(identifiers: NDArray[np.object_]) -> str:
    """The ids [K] of one series for messages."""
    return ", ".join(escape(str(text)) for text in identifiers) or "the series"


def _kept(observed: Observations, keep: NDArray[np.bool_] | Numbered) -> Observations:
    return replace(
        observed,
        values=observed.values[keep],
        positions=observed.positions[keep],
        series=observed.series[keep],
        rows=observed.rows[keep],
        beside=observed.beside.rows(keep),
        times=None if observed.times is None else observed.times[keep],
    )


def time_label(observed: Observations, position: int) -> str:
    """The time of a position for messages."""
    return escape(str(observed.calendar.labels([position])[0]))


def place(observed: Observations, row: int) -> str:
    """The line of a row with its time, and its series where there are several."""
    series = f", {series_name(observed.ids[observed.series[row]])}" if len(observed.ids) > 1 else ""
    time = time_label(observed, int(observed.positions[row]))
    return f"{observed.places.line(int(observed.rows[row]))} ({time}{series})"


def _sorted(observed: Observations, tell: Tell) -> Observations:
    """By series, then time; how many rows were out of time order within their series is told."""
    # Only for the last value of a period the order within it matters.
    series, positions = observed.series, observed.positions
    if observed.aggregate == "last" and observed.times is not None:
        positions = observed.times
    if _in_order(series, positions):
        return observed
    by_series = _stable_order(series)
    grouped = positions[by_series]
    late = (np.diff(grouped) < 0) & (np.diff(series[by_series]) == 0)
    if late.any():
        rows = np.sort(by_series[1:][late])
        late_rows = first_of(
            "time order",
            len(rows),
            place(observed, int(rows[0])),
            lambda count, first: (
                f"{observed.source}: rows were put in time order; {counted(count, 'row')} came "
                f"before an earlier time, first {first}"
            ),
        )
        tell(late_rows.notice("warning"))
    order = by_series
    if late.any():
        by_time = _stable_order(positions)
        order = by_time[_stable_order(series[by_time])]
    return _kept(observed, order)


def _stable_order(numbers: NDArray[np.signedinteger[Any]]) -> NDArray[np.intp]:
    """The rows [R] by their numbers, and as they come where these are equal."""
    lowest = numbers.min()
    if numbers.max() - lowest <= _LARGEST_UINT16:
        # NumPy sorts numbers of 16 bits digit by digit, in a tenth of the time.
        return np.argsort((numbers - lowest).astype(np.uint16), kind="stable")
    return np.argsort(numbers, kind="stable")


def _in_order(series: Numbered, positions: NDArray[np.int64]) -> bool:
    """Whether rows [R] are by series, then time."""
    return all(
        ((s[1:] > s[:-1]) | ((s[1:] == s[:-1]) & (p[1:] >= p[:-1]))).all()
        for s, p in _parts(series, positions)
    )


def _parts(
    series: Numbered, positions: NDArray[np.int64]
) -> Iterator[tuple[Numbered, NDArray[np.int64]]]:
    """Some rows at a time, with that after them: what is made of all would be large."""
    for first in range(0, len(series) - 1, _ROWS):
        rows = slice(first, first + _ROWS + 1)
        yield series[rows], positions[rows]


def _without_doubles(observed: Observations, tell: Tell) -> Observations:
    """Rows that repeat another are dropped; two values for one time are refused."""
    series, positions = observed.series, observed.positions
    pairs = _parts(series, positions)
    if not any(((s[1:] == s[:-1]) & (p[1:] == p[:-1])).any() for s, p in pairs):
        return observed
    same = (series[1:] == series[:-1]) & (positions[1:] == positions[:-1])
    conflict = same & _differ(observed.values)
    if conflict.any():
        raise _conflict(observed, int(np.argmax(conflict)))
    _refuse_two_covariates(observed, same)
    rows = np.flatnonzero(same) + 1
    first = int(rows[observed.rows[rows].argmin()])
    repeated = first_of(
        "repeated rows",
        len(rows),
        place(observed, first),
        lambda count, where: (
            f"{observed.source}: {counted(count, 'repeated row')} left out, first {where}"
        ),
    )
    tell(repeated.notice("warning"))
    return _kept(observed, np.concatenate([[True], ~same]))


def _differ(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values [R] are not the one after them; two missing ones are the same."""
    before, after = values[:-1], values[1:]
    return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))


def _refuse_two_covariates(observed: Observations, same: NDArray[np.bool_]) -> None:
    for column, values in zip(observed.beside.columns, observed.beside.values.T, strict=True):
        conflict = same & _differ(values)
        if conflict.any():
            row = int(np.argmax(conflict))
            lines = observed.places.both(int(observed.rows[row]), int(observed.rows[row + 1]))
            raise DataError(
                f"{observed.source}, {lines}: two values of column {escape(column.name)} "
                f"(--{column.role}) for {time_label(observed, int(observed.positions[row]))}; "
                "keep one"
            )


def _conflict(observed: Observations, row: int) -> DataError:
    name = f" of {series_name(observed.ids[observed.series[row]])}" if observed.columns.id else ""
    time = time_label(observed, int(observed.positions[row]))
    lines = observed.places.both(int(observed.rows[row]), int(observed.rows[row + 1]))
    return DataError(
        f"{observed.source}, {lines}: two values for {time}{name}, "
        f"{observed.values[row]:.12g} and {observed.values[row + 1]:.12g}; keep one, make them one "
        f"with {AGGREGATE}, or name the column that tells the series apart with --id"
    )


def _without_empty_series(observed: Observations, tell: Tell) -> Observations:
    missing = missing_rows(observed.values)
    if not len(missing):
        return observed
    n_rows = len(observed.values)
    if len(missing) == n_rows:
        raise DataError(
            f"{observed.source}: column {escape(observed.columns.target)} has no values; all "
            f"{n_rows} rows are missing"
        )
    n_series = len(observed.ids)
    n_missing = np.bincount(observed.series[missing], minlength=n_series)
    # Numbers of another kind would make a copy of all series.
    sizes = np.diff(np.searchsorted(observed.series, number_rows(n_series + 1)))
    is_empty = n_missing == sizes
    if not is_empty.any():
        return observed
    rows = is_empty[observed.series]
    line = observed.places.line(int(observed.rows[rows].min()))
    tell_empty_series(observed.source, observed.ids[is_empty], line, tell)
    kept = _kept(observed, ~rows)
    rank = np.cumsum(~is_empty) - 1
    return replace(kept, series=rank[kept.series], ids=observed.ids[~is_empty])


def tell_empty_series(source: str, ids: NDArray[np.object_], line: str, tell: Tell) -> None:
    """Tell of series with the `ids` [N, K] without any value, the first of them on a line."""

    def say(count: int, named: tuple[str, ...]) -> str:
        return (
            f"{source}: {counted(count, 'series', 'series')} without any value left out: "
            f"{some_of(count, named)}, first {line}"
        )

    named = tuple(series_name(identifiers) for identifiers in ids[:_NAMED_SERIES])
    headcount = Headcount(topic="empty series", count=len(ids), named=named, say=say)
    tell(headcount.notice("warning"))
