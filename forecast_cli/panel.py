"""Table -> Panel: series on one calendar, sorted, unique, regular, gaps explicit."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariates
from forecast_cli.notices import Notice, Tell
from forecast_cli.outliers import OutlierRule
from forecast_cli.read_config import Aggregate, Missing, ReadConfig
from forecast_cli.reading.alignment import align
from forecast_cli.reading.calendar_columns import with_calendar_columns
from forecast_cli.reading.ends import Ends
from forecast_cli.reading.family import Family, find_family, with_siblings
from forecast_cli.reading.frequencies import check_frequencies, each_on_its_grid, of_frequency
from forecast_cli.reading.layout import (
    SEVERAL_TARGETS,
    Columns,
    Observations,
    observe,
    shown_columns,
)
from forecast_cli.reading.missing import treatment, with_zeros
from forecast_cli.reading.places import Numbered, Places
from forecast_cli.reading.repairs import arrange, series_name
from forecast_cli.reading.role_guess import guess_roles
from forecast_cli.reading.roles import FILE_ID, Roles, check_ties
from forecast_cli.reading.sentinels import sentinel_notice
from forecast_cli.reading.spans import find_spans
from forecast_cli.reading.stack import read_tables
from forecast_cli.reading.steps import Steps, find_steps
from forecast_cli.reading.table import Table
from forecast_cli.reading.timesource import IrregularTimesError, LaterReadConfig
from forecast_cli.times.calendar import Calendar

__all__ = ["Columns", "Panel", "panel_from_table", "read_again", "read_panel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValuePlaces:
    """Where values stand in a file: value `indices[r]`, in ascending order, in row `rows[r]`.

    Without `indices` value r is in row `rows[r]`.
    """

    indices: Numbered | None
    rows: Numbered
    places: Places

    def line(self, index: int) -> str:
        """The line of a value."""
        return self.places.line(int(self.rows_of(np.array([index]))[0]))

    def rows_of(self, indices: NDArray[np.int64]) -> Numbered:
        """The rows of values."""
        if self.indices is not None:
            indices = np.searchsorted(self.indices, indices)
        return self.rows[indices]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """N series one after the other, on one calendar.

    `values` [sum of T] are in the user's units, NaN where missing; the first and the last value of
    a series are never NaN. Series n is `values[offsets[n]:offsets[n + 1]]`, its first value lies at
    calendar position `starts[n]`. `ids` [N, K] holds the text of the K id columns; series are
    sorted by it, whole numbers as numbers. `covariates` are on the same calendar, if there are any.
    `outlier_rule` and `missing` say how `values` are seen by what forecasts, `places` where they
    stand in the file, as long as they are those of the file. Contexts have `least_context` steps at
    least, so that what is seen of a series does not depend on how long the others are.
    """

    values: NDArray[np.float64]
    offsets: NDArray[np.int64]
    ids: NDArray[np.object_]
    starts: NDArray[np.int64]
    calendar: Calendar
    columns: Columns
    layout: str
    source: str
    covariates: Covariates | None = None
    aggregate: Aggregate | None = None
    by_frequency: bool = False
    missing: Missing = "mask"
    outlier_rule: OutlierRule | None = None
    places: ValuePlaces | None = None
    least_context: int = 1

    @property
    def n_series(self) -> int:
        """The number of series N."""
        return len(self.starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of steps T [N] of each series, missing values included."""
        return np.diff(self.offsets)

    @property
    def ends(self) -> NDArray[np.int64]:
        """The calendar position [N] of the last value of each series."""
        return self.starts + self.lengths - 1

    @property
    def n_missing(self) -> int:
        """How many values are NaN."""
        return int(np.isnan(self.values).sum())

    @cached_property
    def family(self) -> Family:
        """Which series are targets of the same thing, where several targets were asked for."""
        identity = self.covariates.columns[-1] if self.covariates is not None else None
        names = None if identity is None else identity.categories
        return find_family(self.ids, names or ())

    def series(self, index: int) -> NDArray[np.float64]:
        """The values [T] of one series, as a view."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def name(self, index: int) -> str:
        """The name of a series for messages, escaped."""
        return series_name(self.ids[index])


def read_panel(source: str, config: ReadConfig, tell: Tell) -> Panel:
    """Read a file, a folder or a pattern of file names, or standard input for "-".

    What is guessed, repaired or doubtful is told, one notice for each kind of thing.

    Raises:
        DataError: The file cannot be read, or not in one way only.
        ConfigError: An option does not fit the file.
    """
    return panel_from_table(read_tables(source, config, tell), config, tell)


def panel_from_table(table: Table, config: ReadConfig, tell: Tell) -> Panel:
    """The panel of a table; tells and raises as `read_panel` does."""
    # The text of the file is large, and no longer needed once its columns are read.
    table = table.for_one_use()
    observed = _observed(table, config, tell)
    del table
    arranged = arrange(observed, tell)
    del observed
    if config.by_frequency:
        arranged = of_frequency(arranged, config, tell)
    else:
        check_frequencies(arranged, config)
    spans = find_spans(arranged, config, tell)
    steps = find_steps(arranged, spans, config, tell)
    covariates = with_calendar_columns(
        align(arranged, tell),
        calendar=arranged.calendar,
        starts=steps.starts,
        lengths=steps.lengths,
        config=config,
    )
    sentinels = sentinel_notice(arranged)
    # Each of these is as large as the file, and let go before more is cut.
    nothing = np.empty(0, dtype=np.int64)
    arranged = replace(arranged, series=nothing, positions=nothing)
    arranged = replace(arranged, values=steps.spread(spans.cut(arranged.values)))
    arranged = replace(arranged, rows=spans.cut(arranged.rows))
    panel = _regular(arranged, steps, config)
    if panel.layout == "wide" and panel.columns.id[-1] == SEVERAL_TARGETS:
        covariates = with_siblings(covariates, panel.calendar, panel.starts, panel.ids)
    panel = replace(panel, covariates=covariates)
    _tell_ends(panel, tell)
    if sentinels is not None:
        tell(sentinels)
    return panel


def _observed(table: Table, config: ReadConfig, tell: Tell) -> Observations:
    """The observations of a table for one use."""
    roles = guess_roles(table, config)
    check_ties(table, roles)
    if roles.layout == "long":
        table.preload((*roles.id, *roles.time), roles.targets)
    # A frequency that is to be taken out of several is not that of all times.
    asked = replace(config, freq=None) if config.by_frequency else config
    try:
        observed = observe(table, roles, asked, tell)
    except IrregularTimesError:
        check_frequencies(each_on_its_grid(table, roles, config), config)
        raise
    _tell_roles(roles, observed, tell)
    return observed


def read_again(panel: Panel, config: ReadConfig) -> ReadConfig:
    """How to read more data of the kind that a panel was read from; `config` comes first.

    Messages do not blame an option for what comes from the panel.
    """
    columns = panel.columns
    identifiers: tuple[str, ...] = columns.id
    targets: tuple[str, ...] = (columns.target,)
    time: str | None = columns.time
    if panel.layout == "rows":
        # A column without a name cannot be asked for by one.
        identifiers = () if FILE_ID in columns.id else columns.id
        time, targets = None, ()
    elif panel.layout == "wide":
        asked = columns.id[-1] == SEVERAL_TARGETS
        identifiers = columns.id[:-1]
        targets = tuple(columns.target.split(",")) if asked else ()
    known: dict[str, Any] = {
        "id": identifiers,
        "time": time,
        "target": targets,
        "freq": panel.calendar.freq,
        "aggregate": panel.aggregate,
        "by_frequency": panel.by_frequency,
        "missing": None if panel.missing == "mask" else panel.missing,
        **_named_covariates(panel),
    }
    inherited = {name: value for name, value in known.items() if not getattr(config, name)}
    settings = {item.name: getattr(config, item.name) for item in fields(ReadConfig)}
    return LaterReadConfig(
        **settings | inherited, inherited=frozenset(inherited), grid=panel.calendar.grid
    )


def _named_covariates(panel: Panel) -> dict[str, tuple[str, ...]]:
    """The covariates of a panel by the option that names them."""
    columns = () if panel.covariates is None else panel.covariates.columns
    named = {
        role: tuple(column.name for column in columns if column.role == role)
        for role in ("past", "future", "static")
    }
    in_file = [column for column in columns if column.role in named]
    named["categorical"] = tuple(c.name for c in in_file if c.categories is not None)
    of_calendar = tuple(column.name for column in columns if column.role == "calendar")
    named["calendar"] = of_calendar or ("none",)
    return {option: names for option, names in named.items() if names}


def _tell_roles(roles: Roles, observed: Observations, tell: Tell) -> None:
    layouts = {"rows": ", one row per series", "wide": ", one series per column", "long": ""}
    if roles.guessed and (roles.time or roles.layout == "rows"):
        shown = shown_columns(observed.columns) + layouts[roles.layout]
        tell(Notice("guess", f"columns: {shown} (--time, --target, --id)"))
    for note in roles.notes:
        tell(Notice("guess", note))


def _regular(observed: Observations, steps: Steps, config: ReadConfig) -> Panel:
    """A panel of values for each step and the rows that they stand in."""
    mode = treatment(config)
    return Panel(
        values=with_zeros(observed.values, config),
        offsets=steps.offsets,
        ids=observed.ids,
        starts=steps.starts,
        calendar=observed.calendar,
        columns=observed.columns,
        layout=observed.layout,
        source=observed.source,
        aggregate=observed.aggregate,
        by_frequency=observed.by_frequency,
        missing=mode,
        places=None
        if mode == "zero"
        else ValuePlaces(indices=steps.indices, rows=observed.rows, places=observed.places),
    )


def _tell_ends(panel: Panel, tell: Tell) -> None:
    """Tell of series that end before the others."""
    # Where steps are counted for each series from its own start, ends tell nothing.
    if panel.layout == "rows" and panel.calendar.kind == "step":
        return
    ends = Ends(panel.calendar)
    ends.note(panel.ends, panel.name)
    ends.tell(tell)
