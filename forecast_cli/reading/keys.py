"""Columns -> key: which columns tell the series of a table apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import paired
from forecast_cli.reading.numbers import is_missing, plain_texts
from forecast_cli.reading.preamble import normal_name
from forecast_cli.reading.table import Table
from forecast_cli.reading.timeline import joined_texts
from forecast_cli.reading.timesource import is_inherited
from forecast_cli.times.dates import distinct
from forecast_cli.wording import escape

_SUREST_NAME = "uniqueid"
_STRONG_NAMES = ("uniqueid", "itemid", "seriesid", "tsid", "seriesname", "series", "id")
_NAMES = (
    *("store", "shop", "item", "sku", "product", "dept", "department", "region", "state"),
    *("country", "countryname", "city", "location", "sensor", "station", "meter", "customer"),
    *("category", "symbol", "ticker", "name", "group", "code"),
)
# A key that leaves more duplicates than this is no key.
_SHARE = 0.95
_MOST_COLUMNS = 3
_MOST_TRIED = 8
_LISTED = 20
_MOST_DIGITS = 18
_WHOLE = re.compile(rf"[+-]?\d{{1,{_MOST_DIGITS}}}", re.ASCII)
_FRACTION_MARKS = frozenset(".eE")

Columns = tuple[int, ...]


@dataclass(frozen=True)
class Key:
    """The id columns; the columns that would do as well, if any; and what else was decided."""

    columns: Columns = ()
    tied: Columns = ()
    notes: tuple[str, ...] = ()


def guess_key(table: Table, free: Sequence[int], kinds: Sequence[str], time: Columns) -> Key:
    """The coarsest key among the free columns that leaves no time twice in a series.

    A column with the name of an id is taken at once. There is no key where all times differ.
    """
    usable = [i for i in free if kinds[i] == "text" or are_whole(table.sample(i))]
    # Ids such as NA and null look empty.
    looks_empty = [i for i in free if kinds[i] == "empty" and any(table.sample(i))]
    # Ids that read as times, as 1e3 and inf, or have many digits, are ids all the same.
    looks_else = [
        i
        for i in free
        if kinds[i] == "time"
        or normal_name(table.columns[i]) == _SUREST_NAME
        or all(map(str.isdigit, table.sample(i)))
    ]
    strong = best_named(table, [*usable, *looks_empty, *looks_else], _STRONG_NAMES)
    if strong:
        return Key((strong[0],))
    candidates = [i for i in usable if _may_be_id(table, i, kinds[i])]
    if table.config.aggregate is not None:
        return _named_key(table, candidates)
    if not time or _share_of_keys(table, (), time) == 1:
        return Key()
    for share in (1.0, _SHARE):
        if share < 1 and _share_of_keys(table, (), time) >= share:
            break
        for size in range(1, min(_MOST_COLUMNS, len(candidates)) + 1):
            sets = combinations(candidates, size)
            keys = [key for key in sets if _share_of_keys(table, key, time) >= share]
            if keys:
                return _coarsest(table, keys)
    return Key()


def _named_key(table: Table, candidates: Sequence[int]) -> Key:
    """The column with the name of an id, where the rows of a series need no times of their own."""
    named = tuple(i for i in candidates if normal_name(table.columns[i]) in _NAMES)
    if named or not candidates:
        return Key(named[:1], tied=named if len(named) > 1 else ())
    shown = listed(table, candidates)
    return Key(notes=(f"values are put together whatever {shown} says; --id tells series apart",))


def guess_row_key(table: Table, texts: Sequence[int]) -> Columns:
    """Where each row is a series: the first text columns that tell all apart, or all that vary."""
    for i in texts:
        if len(table.texts(i).values) == table.n_rows:
            return (i,)
    varied = tuple(i for i in texts if len(table.texts(i).values) > 1)
    for size in range(2, min(_MOST_COLUMNS, len(varied) - 1) + 1):
        for key in combinations(varied[:_MOST_TRIED], size):
            if len(distinct(_codes(table, key))) == table.n_rows:
                return key
    return varied


def best_named(table: Table, columns: Sequence[int], names: Sequence[str]) -> list[int]:
    """The columns whose name ranks first among the names."""
    normal = {i: normal_name(table.columns[i]) for i in columns}
    ranked = [(names.index(normal[i]), i) for i in columns if normal[i] in names]
    return [i for rank, i in ranked if rank == min(ranked)[0]]


def are_whole(texts: Sequence[str]) -> bool:
    """Whether texts, but for missing ones, are whole numbers."""
    first = next((text for text in texts if not is_missing(text)), None)
    if first is None or not _WHOLE.fullmatch(first.strip()):
        return False
    plain = plain_texts(texts)
    if plain is not None and max(map(len, plain)) <= _MOST_DIGITS:
        return _FRACTION_MARKS.isdisjoint("".join(plain))
    return all(_WHOLE.fullmatch(text.strip()) or is_missing(text) for text in texts)


def listed(table: Table, columns: Sequence[int]) -> str:
    """Column names for a message."""
    shown = ", ".join(table.label(column) for column in columns[:_LISTED])
    return shown + (f" and {len(columns) - _LISTED} more" if len(columns) > _LISTED else "")


def find_column(table: Table, name: str, role: str, config: ReadConfig) -> int:
    """The index of a named column; letter case is ignored where only one name fits.

    Raises:
        ConfigError: There is none; the text lists the columns.
        DataError: There is none, and a checkpoint named it rather than an option.
    """
    wanted = name.strip()
    for normal in (str, str.casefold):
        fits = [i for i, column in enumerate(table.columns) if normal(column) == normal(wanted)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise ConfigError(
                f"column {escape(name)} (--{role}) may be any of {listed(table, fits)} in "
                f"{table.source}; write it as in the file"
            )
    if wanted in table.left_out:
        raise DataError(
            f"{table.source}: column {escape(wanted)} (--{role}) {table.left_out[wanted]}; name "
            "another column, or convert it"
        )
    columns = f"its columns are: {listed(table, range(len(table.columns)))}"
    if is_inherited(config, role):
        raise DataError(
            f"column {escape(name)} is not in {table.source}; {columns}; the checkpoint was "
            f"trained on {role} {escape(name)}; name the column here with --{role}"
        )
    raise ConfigError(f"column {escape(name)} (--{role}) is not in {table.source}; {columns}")


def _may_be_id(table: Table, column: int, kind: str) -> bool:
    if kind == "text":
        return len(table.texts(column).values) <= max(table.n_rows // 2, 1)
    name = normal_name(table.columns[column])
    return kind == "number" and (name in _NAMES or name.endswith(("id", "code", "nr")))


def _codes(table: Table, columns: Columns) -> NDArray[np.int64]:
    """The number [R] of the series of each row, if the columns were the key."""
    codes = np.zeros(table.n_rows, dtype=np.int64)
    for column in columns:
        codes = paired(codes, table.texts(column))[1]
    return codes


def _share_of_keys(table: Table, columns: Columns, time: Columns) -> float:
    """Distinct (columns, time) over rows: 1 where they tell all rows apart."""
    times = joined_texts(table, time)
    if not columns:
        return len(distinct(times.codes)) / table.n_rows
    keys = _codes(table, columns) * len(times.values) + times.codes
    return len(distinct(keys)) / table.n_rows


def _coarsest(table: Table, keys: list[Columns]) -> Key:
    """The key with the fewest series; one that only refines it is no rival, any other is a tie."""
    codes = {key: _codes(table, key) for key in keys}
    sizes = {key: int(codes[key].max()) + 1 for key in keys}
    best = min(keys, key=lambda key: sizes[key])
    refines = {
        key: len(distinct(codes[best] * sizes[key] + codes[key])) == sizes[key] for key in keys
    }
    if not all(refines.values()):
        named = best_named(table, [key[0] for key in keys if len(key) == 1], _NAMES)
        if len(named) == 1:
            return Key((named[0],))
        return Key(best, tied=tuple(dict.fromkeys(i for key in keys for i in key)))
    same = [key for key in keys if key != best and sizes[key] == sizes[best]]
    notes = [
        f"{listed(table, best)} and {listed(table, key)} name the same series; "
        "the first is used (--id)"
        for key in same[:1]
    ]
    return Key(best, notes=tuple(notes))
