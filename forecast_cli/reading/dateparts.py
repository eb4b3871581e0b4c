"""Table -> time columns: a date and a clock, or a year with month and day, by name or content."""

import re
from collections.abc import Sequence, Set

from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.clocks import is_clock_column
from forecast_cli.reading.keys import Columns, are_whole, find_column
from forecast_cli.reading.numbers import is_missing
from forecast_cli.reading.preamble import normal_name
from forecast_cli.reading.table import Table
from forecast_cli.times.dates import month_number

_YEAR, _MONTH, _DAY = ("year", "jahr", "yr"), ("month", "monat", "mon"), ("day", "tag")
_QUARTER = ("quarter", "qtr", "quartal")
_MOST_PARTS = 4


def date_parts(table: Table) -> Columns:
    """A year column with a month (a day, an hour) or a quarter column; months may be names."""
    year, day, quarter = (_whole(table, names) for names in (_YEAR, _DAY, _QUARTER))
    month = _whole(table, _MONTH)
    if year is None:
        return ()
    if month is None:
        months = [i for i in _named(table, _MONTH) if _are_month_names(table.sample(i))]
        month = months[0] if months else None
    elif not _within(table, month, 12):
        month = None
    if month is not None:
        whole = day is not None and _within(table, day, 31)
        if not whole or day is None:
            return (year, month)
        return (year, month, day, *_clock_columns(table, set(range(len(table.columns)))))
    return (year, quarter) if quarter is not None and _within(table, quarter, 4) else ()


def with_clock(table: Table, date: int, free: Sequence[int]) -> Columns:
    """A column of dates, with the free column of times of day that it needs to tell rows apart."""
    days = [text for text in table.sample(date) if not is_missing(text)]
    if len(set(days)) == len(days) or any(":" in text for text in days):
        return (date,)
    return (date, *_clock_columns(table, set(free) - {date}))


def _clock_columns(table: Table, columns: Set[int]) -> Columns:
    """The first column of times of day, if there is one."""
    clocks = (i for i in sorted(columns) if is_clock_column(table.columns[i], table.sample(i)))
    return tuple(clocks)[:1]


def time_columns(table: Table, time: str, config: ReadConfig) -> Columns:
    """The columns that `--time` names: one, or parts of a date as in Year,Month or Year-Month.

    Raises:
        ConfigError: There is no such column.
    """
    parts = date_parts(table)
    if parts and "-".join(table.columns[i] for i in parts) == time:
        return parts
    if time.strip() not in table.columns:
        names = [name.strip() for name in re.split("[,-]", time)]
        columns = tuple(table.columns.index(name) for name in names if name in table.columns)
        if 1 < len(names) <= _MOST_PARTS and len(set(columns)) == len(names):
            return parts if set(parts) == set(columns) else columns
    if "," in time and time.strip() not in table.columns:
        return tuple(find_column(table, name, "time", config) for name in time.split(","))
    return (find_column(table, time, "time", config),)


def _named(table: Table, names: tuple[str, ...]) -> list[int]:
    return [i for i, column in enumerate(table.columns) if normal_name(column) in names]


def _whole(table: Table, names: tuple[str, ...]) -> int | None:
    """The first column of whole numbers with one of the names."""
    return next((i for i in _named(table, names) if are_whole(table.sample(i))), None)


def _within(table: Table, column: int, highest: int) -> bool:
    return all(1 <= int(t) <= highest for t in table.sample(column) if not is_missing(t))


def _are_month_names(texts: list[str]) -> bool:
    return all(month_number(text) is not None for text in texts if not is_missing(text))
