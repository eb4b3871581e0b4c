"""Table, roles -> the columns beside the target as numbers, one row each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import ReadConfig
from forecast_cli.covariates import Covariate, CovariateRole
from forecast_cli.errors import ConfigError, DataError, escape
from forecast_cli.reading.numbers import is_missing, is_plain
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """Covariates by row: `values` [R, C], NaN where missing; the static ones come last."""

    columns: tuple[Covariate, ...]
    values: NDArray[np.float64]

    def rows(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Beside":
        """Some of the rows."""
        return Beside(columns=self.columns, values=self.values[rows])


def read_beside(table: Table, roles: Roles, config: ReadConfig) -> Beside:
    """The covariates of a table; text is categorical, and so is what `--categorical` names.

    Raises:
        ConfigError: `--categorical` names a column that is no covariate.
        DataError: A numeric covariate holds a value that is no number.
    """
    categorical = {name.casefold() for name in config.categorical}
    strangers = categorical - {table.columns[column].casefold() for column in roles.covariates}
    if strangers:
        raise ConfigError(
            f"--categorical names column '{escape(min(strangers))}', which is no covariate; name "
            "it with --past, --future or --static too"
        )
    columns, values = [], []
    for column in roles.covariates:
        role = roles.role_of(column)
        name = table.columns[column]
        by_name = name.casefold() in categorical or not _is_numeric(table, column)
        texts, numbers = _categories(table, column) if by_name else (None, table.numbers(column))
        columns.append(Covariate(name=name, role=_covariate_role(role), categories=texts))
        values.append(numbers)
    matrix = np.column_stack(values) if values else np.empty((table.n_rows, 0))
    return Beside(columns=tuple(columns), values=matrix)


def check_constant(
    beside: Beside, series: NDArray[np.int64], names: list[str], source: str
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


def _covariate_role(role: str) -> CovariateRole:
    assert role in ("past", "future", "static")
    return role  # type: ignore[return-value]


def _is_numeric(table: Table, column: int) -> bool:
    if table.kind(column) in ("number", "empty"):
        return True
    return all(is_missing(text) or is_plain(text) for text in table.sample(column))


def _categories(table: Table, column: int) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The distinct texts of a column in order, and the number [R] of each row's.

    Only an empty cell is missing: none and NA are names like any other here.
    """
    texts = table.texts(column)
    stripped = [text.strip() for text in texts.values]
    present = tuple(sorted(set(stripped) - {""}))
    number = {text: float(code) for code, text in enumerate(present)}
    codes = np.array([number.get(text, np.nan) for text in stripped])
    return present, codes[texts.codes]


def _shown(column: Covariate, value: float) -> str:
    if column.categories is None:
        return f"{value:g}"
    return f"'{escape(column.categories[int(value)])}'"
