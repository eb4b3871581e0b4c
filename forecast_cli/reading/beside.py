"""Table, roles -> the columns beside the target as numbers, one row each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate, CovariateRole
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.numbers import is_bool, is_missing, is_plain
from forecast_cli.reading.places import Numbered
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.table import Table
from forecast_cli.wording import escape


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """Covariates by row: `values` [R, C], NaN where missing; the static ones come last."""

    columns: tuple[Covariate, ...]
    values: NDArray[np.float64]

    def rows(self, rows: Numbered | NDArray[np.bool_]) -> "Beside":
        """Some of the rows."""
        if not self.columns:
            # An index of millions of rows is copied, whatever it takes.
            n_rows = np.count_nonzero(rows) if rows.dtype == np.bool_ else len(rows)
            return Beside(columns=(), values=np.empty((n_rows, 0)))
        return Beside(columns=self.columns, values=self.values[rows])


def read_beside(table: Table, roles: Roles, config: ReadConfig) -> Beside:
    """The covariates of a table; text is categorical, and so is what `--categorical` names.

    Raises:
        ConfigError: A covariate has another role too, or `--categorical` names none.
        DataError: A numeric covariate holds a value that is no number.
    """
    _check_one_role(table, roles)
    categorical = {name.casefold() for name in config.categorical}
    strangers = categorical - {table.columns[column].casefold() for column in roles.covariates}
    if strangers:
        raise ConfigError(
            f"--categorical names column '{escape(min(strangers))}', which is no covariate; name "
            "it with --past, --future or --static too"
        )
    columns, values = [], []
    by_role: tuple[tuple[CovariateRole, tuple[int, ...]], ...] = (
        ("past", roles.past),
        ("future", roles.future),
        ("static", roles.static),
    )
    for role, column in ((role, column) for role, found in by_role for column in found):
        name = table.columns[column]
        by_name = name.casefold() in categorical or not _is_numeric(table, column)
        texts, numbers = (
            _categories(table, column, blank_is_one=role != "static")
            if by_name
            else (None, _numbers(table, column))
        )
        columns.append(Covariate(name=name, role=role, categories=texts))
        values.append(numbers)
    matrix = np.column_stack(values) if values else np.empty((table.n_rows, 0))
    return Beside(columns=tuple(columns), values=matrix)


def check_constant(
    beside: Beside, series: Numbered, names: list[str], source: str
) -> NDArray[np.float64]:
    """The static columns [N, S] of rows with their series [R], NaN where all are missing.

    Raises:
        DataError: One of them changes within a series.
    """
    first = sum(column.role != "static" for column in beside.columns)
    lowest = np.full((len(names), len(beside.columns) - first), np.inf)
    highest = -lowest
    for number, values in enumerate(beside.values[:, first:].T):
        known = ~np.isnan(values)
        np.minimum.at(lowest[:, number], series[known], values[known])
        np.maximum.at(highest[:, number], series[known], values[known])
    changing = np.argwhere(lowest < highest)
    if len(changing):
        n, s = changing[0].tolist()
        column = beside.columns[first + s]
        one, other = (_shown(column, bound[n, s]) for bound in (lowest, highest))
        raise DataError(
            f"{source}: column {escape(column.name)} (--static) changes within {names[n]}: it is "
            f"{one} and {other}; a column that changes with time belongs to --past or --future"
        )
    return np.where(np.isfinite(lowest), lowest, np.nan)


def _check_one_role(table: Table, roles: Roles) -> None:
    """Names in other letter case may mean one column, so that the settings alone do not show it."""
    named = {
        "past": roles.past,
        "future": roles.future,
        "static": roles.static,
        "target": roles.targets,
        "id": roles.id,
        "time": roles.time,
    }
    for column in roles.covariates:
        options = [option for option, columns in named.items() for c in columns if c == column]
        if len(options) > 1:
            raise ConfigError(
                f"column {table.label(column)} is named by --{options[0]} and --{options[1]}; it "
                "can have one role"
            )


def _is_numeric(table: Table, column: int) -> bool:
    if any(is_bool(text) for text in table.sample(column)):
        return False
    if table.kind(column) == "number":
        return True
    # An event may be named for the first time far down the file; digits may look like a time.
    return all(is_missing(text) or is_plain(text) for text in table.texts(column).values)


def _numbers(table: Table, column: int) -> NDArray[np.float64]:
    try:
        return table.numbers(column)
    except DataError as error:
        raise DataError(
            f"{error}; where the column holds names, name it with --categorical"
        ) from error


def _categories(
    table: Table, column: int, *, blank_is_one: bool
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The distinct texts of a column in order, and the number [R] of each row's.

    No text is missing but a blank, none and NA are names too. Where a blank is a category as well,
    a column that names events says that there was none.
    """
    texts = table.texts(column)
    stripped = [text.strip() for text in texts.values]
    present = tuple(sorted(set(stripped) - (set() if blank_is_one else {""})))
    number = {text: float(code) for code, text in enumerate(present)}
    codes = np.array([number.get(text, np.nan) for text in stripped])
    return present, codes[texts.codes]


def _shown(column: Covariate, value: float) -> str:
    if column.categories is None:
        return f"{value:g}"
    return f"'{escape(column.categories[int(value)])}'"
