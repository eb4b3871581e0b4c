"""Table -> observations: one long form for long, wide and one-row-per-series tables."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import Aggregate, ReadConfig
from forecast_cli.reading.beside import Beside, read_beside
from forecast_cli.reading.doubts import tell_grouped, tell_left_out
from forecast_cli.reading.ids import read_ids, sort_ids
from forecast_cli.reading.numbers import is_plain
from forecast_cli.reading.places import Numbered, Places, number_rows
from forecast_cli.reading.preamble import plain_heading
from forecast_cli.reading.roles import FILE_ID, STEP_TIME, Roles
from forecast_cli.reading.row_spans import by_rows, each_row, row_spans
from forecast_cli.reading.table import Table, kind_of
from forecast_cli.reading.timeline import place_times, read_timeline
from forecast_cli.reading.timesource import Timeline, TimeSource
from forecast_cli.times.calendar import Calendar
from forecast_cli.wording import escape

_LARGEST_NARROW = 2**30
# What the output calls columns that the file does not name.
WIDE_ID, WIDE_TARGET, SEVERAL_TARGETS = FILE_ID, "y", "target"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The user's own column names; `id` is empty for one unnamed series."""

    id: tuple[str, ...]
    time: str
    target: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Observations:
    """R values, each with its series, its calendar position and its row.

    They are in file order, or by series and time where no row is out of order.

    `values` [R] are NaN where missing; `series` [R] are rows of `ids` [N, K], which are sorted;
    `beside` are the covariates of each row; `places` names the `rows` [R] of the table. Only where
    values are to be made one by `aggregate` there are the `times` [R] within their periods.
    """

    values: NDArray[np.float64]
    positions: Numbered
    series: Numbered
    rows: Numbered
    beside: Beside
    ids: NDArray[np.object_]
    calendar: Calendar
    columns: Columns
    layout: str
    source: str
    places: Places
    aggregate: Aggregate | None = None
    times: NDArray[np.int64] | None = None
    by_frequency: bool = False


def observe(table: Table, roles: Roles, config: ReadConfig, tell: Tell) -> Observations:
    """The values of the target columns with their series and times."""
    if config.decimal is None and config.thousands is None:
        tell_grouped(table, roles.targets)
    if roles.layout == "rows":
        return _observe_rows(table, roles, config, tell)
    if "target" in roles.guessed:
        tell_left_out(table, roles, tell)
    if roles.layout == "wide":
        return _observe_wide(table, roles, config, tell)
    return _observe_long(table, roles, config, tell)


def _observe_long(table: Table, roles: Roles, config: ReadConfig, tell: Tell) -> Observations:
    if not roles.covariates and table.has_read((*roles.id, *roles.time), roles.targets):
        table.let_go()
    ids, series = read_ids(table, roles.id)
    timeline = _read_times(table, roles, series, config, tell)
    return Observations(
        values=table.numbers(roles.targets[0]),
        positions=timeline.positions,
        series=series,
        rows=number_rows(table.n_rows),
        beside=read_beside(table, roles, config),
        ids=ids,
        calendar=timeline.calendar,
        columns=Columns(
            id=_id_names(table, roles),
            time=_time_name(table, roles),
            target=table.columns[roles.targets[0]] or WIDE_TARGET,
        ),
        layout="long",
        source=table.source,
        places=table.places,
        aggregate=config.aggregate,
        times=timeline.times if config.aggregate else None,
    )


def observe_ahead(table: Table, roles: Roles, config: ReadConfig, tell: Tell) -> Observations:
    """The rows of a table without a target, for its covariates; the values are zeros."""
    ids, series = read_ids(table, roles.id)
    timeline = _read_times(table, roles, series, config, tell)
    return Observations(
        values=np.zeros(table.n_rows),
        positions=timeline.positions,
        series=series,
        rows=number_rows(table.n_rows),
        beside=read_beside(table, roles, config),
        ids=ids,
        calendar=timeline.calendar,
        columns=Columns(id=_id_names(table, roles), time=_time_name(table, roles), target=""),
        layout="long",
        source=table.source,
        places=table.places,
    )


def _observe_wide(table: Table, roles: Roles, config: ReadConfig, tell: Tell) -> Observations:
    """One series for each target column (and id)."""
    base_ids, base = read_ids(table, roles.id)
    timeline = _read_times(table, roles, base, config, tell)
    id_names = _id_names(table, roles)
    names = [table.columns[column] or table.label(column) for column in roles.targets]
    n_targets = len(names)
    labels = np.array(names, dtype=np.object_)[:, None]
    ids = np.hstack(
        [np.repeat(base_ids, n_targets, axis=0), np.tile(labels, (len(base_ids), 1))],
    )
    order, rank = sort_ids(ids)
    columns = order if len(base_ids) == 1 and _rises(timeline) else number_rows(n_targets)
    matrix, beside = table.matrix(roles.targets), read_beside(table, roles, config)
    table.let_go()
    values = matrix.T[columns].ravel()
    # As large as the file, as all that follows is.
    del matrix
    rows = np.tile(number_rows(table.n_rows), n_targets)
    # A second column of ids needs another name.
    asked = "target" not in roles.guessed or WIDE_ID in id_names
    return Observations(
        values=values,
        positions=np.tile(_narrowed(timeline.positions, config), n_targets),
        series=_series(base, columns, rank),
        rows=rows,
        beside=beside.rows(rows),
        ids=ids[order],
        calendar=timeline.calendar,
        columns=Columns(
            id=(*id_names, SEVERAL_TARGETS if asked else WIDE_ID),
            time=_time_name(table, roles),
            target=",".join(table.columns[i] for i in roles.targets) if asked else WIDE_TARGET,
        ),
        layout="wide",
        source=table.source,
        places=table.places,
        aggregate=config.aggregate,
        times=np.tile(timeline.times, n_targets) if config.aggregate else None,
    )


def _series(base: Numbered, columns: Numbered, rank: Numbered) -> Numbered:
    """The series of all rows [R], which are of `base` [R], in one column after the other."""
    if not base.any():
        return np.repeat(rank[columns], len(base))
    series = np.empty((len(columns), len(base)), dtype=rank.dtype)
    for row, column in zip(series, columns.tolist(), strict=True):
        row[:] = rank[base * len(columns) + column]
    return series.ravel()


def _observe_rows(table: Table, roles: Roles, config: ReadConfig, tell: Tell) -> Observations:
    """One series for each row; blanks before its first and after its last value are no steps."""
    if roles.past or roles.future:
        raise DataError(
            f"{table.source} has one row per series, which leaves no room for columns that change "
            "with time; --past and --future need one row per series and time"
        )
    ids, series = read_ids(table, roles.id)
    timeline, time = _read_headings(table, roles.targets, config, tell)
    alone = len(ids) == table.n_rows and _rises(timeline)
    order = np.argsort(series).astype(series.dtype) if alone else number_rows(table.n_rows)
    matrix, beside = table.matrix(roles.targets), read_beside(table, roles, config)
    table.let_go()
    matrix = by_rows(matrix, order)
    sizes, keep = row_spans(matrix)
    values = matrix.ravel() if keep is None else matrix[keep]
    # As large as the file, as all that follows is.
    del matrix
    rows = np.repeat(order, sizes)
    return Observations(
        values=values,
        positions=each_row(_narrowed(timeline.positions, config), keep, len(order)),
        series=np.repeat(series[order], sizes),
        rows=rows,
        beside=beside.rows(rows),
        ids=ids,
        calendar=timeline.calendar,
        columns=Columns(id=_id_names(table, roles), time=time, target=WIDE_TARGET),
        layout="rows",
        source=table.source,
        places=table.places,
        aggregate=config.aggregate,
        times=each_row(timeline.times, keep, len(order)) if config.aggregate else None,
    )


def _narrowed(positions: NDArray[np.int64], config: ReadConfig) -> Numbered:
    """Positions that come again in each series, in four bytes where they, and differences, fit."""
    # Where they are put into other periods, numbers beyond are computed from them.
    if config.aggregate is not None or config.by_frequency:
        return positions
    furthest = max(positions.max(initial=0), -positions.min(initial=0))
    return positions.astype(np.int32) if furthest <= _LARGEST_NARROW else positions


def _rises(timeline: Timeline) -> bool:
    """Whether no time comes before the one above it."""
    return bool((np.diff(timeline.times) >= 0).all())


def _read_headings(
    table: Table, targets: tuple[int, ...], config: ReadConfig, tell: Tell
) -> tuple[Timeline, str]:
    """The times of the headings, and a name for the time column."""
    headings = [plain_heading(table.columns[column]) for column in targets]
    if all(is_plain(h) for h in headings) or kind_of(headings) == "time":
        source = TimeSource(
            texts=headings,
            name="heading",
            origin=table.source,
            where=lambda i: table.heading(targets[i]),
        )
        timeline = place_times(source, config, tell)
        name = {"year": "year", "step": STEP_TIME}.get(timeline.calendar.kind, "date")
        return timeline, name
    return Timeline.placed(Calendar.steps(), np.arange(1, len(targets) + 1)), STEP_TIME


def _read_times(
    table: Table, roles: Roles, series: Numbered, config: ReadConfig, tell: Tell
) -> Timeline:
    if roles.time:
        return read_timeline(table, roles.time, config, tell)
    tell(
        Notice(
            "warning",
            f"{table.source} has no time column: the order of the rows is taken as time, "
            "steps 1, 2, 3, … (--time)",
        )
    )
    order = np.argsort(series, kind="stable")
    _, starts, counts = np.unique(series[order], return_index=True, return_counts=True)
    positions = np.empty(len(series), dtype=np.int64)
    positions[order] = np.arange(len(series)) - np.repeat(starts, counts) + 1
    return Timeline.placed(Calendar.steps(), positions)


def _id_names(table: Table, roles: Roles) -> tuple[str, ...]:
    return tuple(table.columns[column] or WIDE_ID for column in roles.id)


def _time_name(table: Table, roles: Roles) -> str:
    return "-".join(table.columns[column] for column in roles.time) or STEP_TIME


def shown_columns(columns: Columns) -> str:
    """The roles in words, for a notice."""
    ids = ", ".join(escape(name) for name in columns.id)
    shown = f"time = {escape(columns.time)}, target = {escape(columns.target)}"
    return shown + (f", id = {ids}" if ids else "")
