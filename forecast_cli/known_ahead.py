"""Model, data -> the covariates of a forecast: known categories, and what is known ahead."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate, recode, without_columns
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.dateparts import time_columns
from forecast_cli.reading.keys import find_column
from forecast_cli.reading.layout import Observations, observe_ahead
from forecast_cli.reading.repairs import bounds, in_order
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.stack import read_tables
from forecast_cli.reading.table import Table
from forecast_cli.wording import counted, escape

_MOST_NAMED = 3


def with_known_categories(panel: Panel, trained: Panel, tell: Tell) -> Panel:
    """The panel with the category numbers and the holidays of the training data.

    A category that was not seen in training is told, and becomes -1.

    Raises:
        ConfigError: There are other covariates here, by their number or roles.
        DataError: A covariate is numeric here and categorical there.
    """
    found, known = panel.covariates, trained.covariates
    if found is not None:
        _check_same_roles(found.columns, known.columns if known is not None else ())
    if known is None:
        return replace(panel, covariates=None)
    if found is None:
        found = without_columns(panel.calendar, panel.starts)
    covariates = replace(
        found,
        columns=known.columns,
        values=_like(found.given, found.values, known.given, panel.source, tell),
        static=_like(found.constant, found.static, known.constant, panel.source, tell),
        special_days=known.special_days,
    )
    return replace(panel, covariates=covariates)


def with_future(
    panel: Panel, source: str | None, read: ReadConfig, tell: Tell, *, horizon: int
) -> Panel:
    """The panel with what a file says of the covariates known `horizon` steps ahead.

    The file needs the times and the columns; where it has no ids it speaks of every series. What it
    says of times before a series or beyond the horizon is not used.

    Raises:
        ConfigError: The panel has no such covariates, or a column is not in the file.
        DataError: The file cannot be read, or lies on another calendar.
    """
    if source is None:
        return panel
    known = panel.covariates
    if known is None or not len(known.known_ahead):
        raise ConfigError(
            "--future-data: the model was trained without columns that are known ahead (--future)"
        )
    wanted = [known.varying[number] for number in known.known_ahead]
    categorical = tuple(column.name for column in wanted if column.categories is not None)
    config = replace(read_again(panel, read), categorical=categorical)
    table = read_tables(source, config, tell)
    roles = _roles_ahead(table, panel, config)
    observed = in_order(observe_ahead(table, roles, config, tell), tell)
    if observed.calendar.grid != panel.calendar.grid:
        raise DataError(
            f"{table.source}: the times are {observed.calendar.describe()}, but those of the data "
            f"are {panel.calendar.describe()}; give future values at the same times"
        )
    beside = observed.beside
    found = _like(beside.columns, beside.values, wanted, table.source, tell)
    named = [number for number, _ in _shared_ids(table, panel)]
    rows, series = _rows_of_series(observed, panel.ids[:, named], tell)
    positions = observed.positions[rows]
    useful = (positions >= panel.starts[series]) & (positions <= panel.ends[series] + horizon)
    rows, series, positions = rows[useful], series[useful], positions[useful]
    values = np.full((len(rows), len(known.given)), np.nan)
    values[:, known.known_ahead] = found[rows]
    return replace(panel, covariates=known.overlaid(series, positions, values))


def _check_same_roles(found: Sequence[Covariate], known: Sequence[Covariate]) -> None:
    for role in ("past", "future", "static"):
        here, there = ([c.name for c in columns if c.role == role] for columns in (found, known))
        if len(here) != len(there):
            trained = f"on {', '.join(map(escape, there))}" if there else "without such columns"
            raise ConfigError(
                f"--{role} names {', '.join(map(escape, here))}, but the model was trained "
                f"{trained}; leave --{role} out, or name the same columns"
            )


def _roles_ahead(table: Table, panel: Panel, config: ReadConfig) -> Roles:
    columns = () if panel.covariates is None else panel.covariates.given
    return Roles(
        layout="long",
        id=tuple(column for _, column in _shared_ids(table, panel)),
        time=time_columns(table, panel.columns.time, config),
        future=tuple(
            find_column(table, column.name, "future", config)
            for column in columns
            if column.role == "future"
        ),
    )


def _shared_ids(table: Table, panel: Panel) -> list[tuple[int, int]]:
    """The id columns of a panel that a table has as well: their numbers there and here."""
    columns = [name.casefold() for name in table.columns]
    return [
        (number, columns.index(name.casefold()))
        for number, name in enumerate(panel.columns.id)
        if name.casefold() in columns
    ]


def check_known_ahead(panel: Panel, horizon: int) -> None:
    """Refuse a forecast for which covariates are not known, after the last value of a series.

    Raises:
        DataError: naming the series, the column and the times.
    """
    if panel.covariates is None:
        return
    lacking = panel.covariates.missing_ahead(panel.ends, horizon)
    if not lacking:
        return
    series, column, positions = lacking[0]
    first, last = panel.calendar.labels([positions[0], positions[-1]])
    times = f"{first}" if len(positions) == 1 else f"{first} to {last} ({len(positions)} steps)"
    n_series = len({entry[0] for entry in lacking})
    more = f", and for {n_series - 1} more series" if n_series > 1 else ""
    whose = f" of {panel.name(series)}" if panel.columns.id else ""
    raise DataError(
        f"{panel.source}: column {escape(panel.covariates.columns[column].name)}{whose} is known "
        f"ahead (--future), but its values for {times} are missing{more}; give them in rows after "
        "the last target value, or in a file with --future-data"
    )


def _like(
    columns: Sequence[Covariate],
    values: NDArray[np.float64],
    expected: Sequence[Covariate],
    source: str,
    tell: Tell,
) -> NDArray[np.float64]:
    """Covariates [R, C] with the category numbers of the `expected` columns.

    A category that is not among them becomes -1, and is told.

    Raises:
        DataError: One is numeric here and categorical there.
    """
    parts = [np.empty((len(values), 0))]
    for column, found, want in zip(columns, values.T, expected, strict=True):
        if (column.categories is None) != (want.categories is None):
            kinds = ("numbers", "categories")
            here, there = kinds[column.categories is not None], kinds[want.categories is not None]
            raise DataError(
                f"{source}: column {escape(column.name)} holds {here}, but the model was trained "
                f"on {there}"
            )
        if column.categories is None or want.categories is None:
            parts.append(found[:, None])
            continue
        _tell_unseen(column, want.categories, source, tell)
        parts.append(recode(found, column.categories, want.categories)[:, None])
    return np.hstack(parts)


def _tell_unseen(column: Covariate, seen: Sequence[str], source: str, tell: Tell) -> None:
    unseen = [text for text in column.categories or () if text not in seen]
    if unseen:
        shown = ", ".join(f"'{escape(text)}'" for text in unseen[:_MOST_NAMED])
        more = f" and {len(unseen) - _MOST_NAMED} more" if len(unseen) > _MOST_NAMED else ""
        tell(
            Notice(
                "warning",
                f"{source}: column {escape(column.name)} holds {shown}{more}, not seen in "
                "training; the model treats it as unknown",
            )
        )


def _rows_of_series(
    observed: Observations, keys: NDArray[np.object_], tell: Tell
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows that speak of each series with the keys [N, K], and the number of the series."""
    owner = {tuple(row): number for number, row in enumerate(observed.ids.tolist())}
    owners = np.array([owner.get(tuple(key), -1) for key in keys.tolist()], dtype=np.int64)
    strangers = len(observed.ids) - len(np.unique(owners[owners >= 0]))
    if strangers:
        left_out = counted(strangers, "series", "series")
        tell(Notice("guess", f"{observed.source}: {left_out} that the data lacks left out"))
    first, last = bounds(observed)
    lengths = np.where(owners >= 0, (last - first + 1)[owners], 0)
    starts = np.where(owners >= 0, first[owners], 0)
    ends = np.cumsum(lengths)
    series = np.repeat(np.arange(len(keys)), lengths)
    return np.arange(len(series)) + np.repeat(starts - (ends - lengths), lengths), series
