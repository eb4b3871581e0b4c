"""`duckdb:FILE?QUERY` -> the columns of what a query finds in a DuckDB database.

The query may come from a script or a settings file, so it runs where it can do no harm: nothing is
written, no other file is read, nothing is fetched, and only one SELECT is accepted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import ConfigError, DataError, MissingExtraError, UserError
from forecast_cli.read_config import MEBIBYTE, ReadConfig
from forecast_cli.reading.cells import Texts
from forecast_cli.reading.decode import source_name, too_large
from forecast_cli.reading.records import too_many_columns
from forecast_cli.wording import escape

_SCHEME = "duckdb:"
_MARK, _MARK_AT = b"DUCK", 8
_USAGE = "write duckdb:FILE?QUERY, as in 'duckdb:sales.db?select day, sales from shop'"
_BATCH_ROWS = 20_000
_LEAST_MEMORY = 256 * MEBIBYTE
_NAMED_TABLES = 8
_MIDNIGHT = " 00:00:00"
_VIEW = '"query of forecast"'
_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)
_TIMES = (
    *("DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "TIMESTAMP WITH TIME ZONE",
)
_TEXTS = ("VARCHAR", "BOOLEAN", "UUID", "ENUM", "NULL")
_SAFE = {
    # Neither other files nor the network, neither extensions nor what Python has in memory.
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    # Sums of floating-point numbers come out the same each time.
    "threads": "1",
}


def database_file(source: str) -> Path | None:
    """The file of a source that is a query of a database; None for any other source.

    >>> database_file("duckdb:sales.db?select 1"), database_file("sales.csv")
    (PosixPath('sales.db'), None)
    """
    if not source.startswith(_SCHEME):
        return None
    return Path(source.removeprefix(_SCHEME).partition("?")[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class QueryCells:
    """What a query found, as `Cells`; `left_out` says by name why some columns cannot be read."""

    name: str
    columns: tuple[str, ...]
    texts: tuple[Texts, ...]
    is_number: tuple[bool, ...]
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """The number of rows R."""
        return len(self.texts[0].codes)

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""
        return [[text.values[code] for code in text.codes[:n_rows].tolist()] for text in self.texts]

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        if not all(self.is_number[column] for column in numbers):
            raise ValueError("a column is no number by its type")
        values = np.empty((self.n_rows, len(numbers)), order="F")
        for i, column in enumerate(numbers):
            text = self.texts[column]
            distinct = np.array([float(t) if t else np.nan for t in text.values], dtype=np.float64)
            values[:, i] = distinct[text.codes]
        return [self.texts[column] for column in texts], values


def run_query(source: str, config: ReadConfig) -> QueryCells:
    """The columns that a `duckdb:FILE?QUERY` finds; without a query those of the only table.

    Raises:
        MissingExtraError: duckdb is not installed.
        ConfigError: The source names no file.
        DataError: There is no such database, the query fails or is no SELECT, or it finds more
            than `max_bytes` of text or `max_columns` columns.
    """
    path = database_file(source)
    assert path is not None
    name = source_name(str(path))
    query = source.partition("?")[2].strip()
    _check_file(path, name)
    with _connection(path, name, config) as connection:
        selection = _selection(connection, name, query)
        return _run(connection, name, selection, config)


def _check_file(path: Path, name: str) -> None:
    """Refuse what is no database before duckdb sees it: it would create it, or read a CSV file."""
    if find_spec("duckdb") is None:
        raise MissingExtraError(
            "reading a DuckDB database needs duckdb; install it: "
            "pip install 'forecast-cli[duckdb]', or export the data as CSV"
        )
    if not path.name:
        raise ConfigError(f"'{_SCHEME}' names no file; {_USAGE}")
    try:
        with path.open("rb") as stream:
            head = stream.read(_MARK_AT + len(_MARK))
    except (OSError, ValueError) as error:
        reason = escape(str(getattr(error, "strerror", None) or error).lower())
        raise DataError(f"{name} cannot be read: {reason}; {_USAGE}") from error
    if head[_MARK_AT:] != _MARK:
        raise DataError(f"{name} is no DuckDB database; give a file of data by its name alone")


@contextmanager
def _connection(path: Path, name: str, config: ReadConfig) -> Iterator[Any]:
    """A connection that can only read this file, and what goes wrong with it in words."""
    import duckdb

    memory = max(config.max_bytes, _LEAST_MEMORY)
    safe: dict[str, Any] = {**_SAFE, "memory_limit": f"{memory // MEBIBYTE}MiB"}
    try:
        with duckdb.connect(str(path), read_only=True, config=safe) as connection:
            with suppress(duckdb.Error):
                connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET lock_configuration = true")
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise too_large(name, memory) from error
    except duckdb.Error as error:
        raise DataError(f"{name} cannot be read: {_fault(error)}") from error


def _selection(connection: Any, name: str, query: str) -> str:
    """The one SELECT of a query; DuckDB has found nothing wrong with it."""
    import duckdb

    tables = _tables(connection)
    if not query:
        if len(tables) == 1:
            return f"SELECT * FROM {tables[0]}"
        raise DataError(f"{name} {_listed(tables)}; say which data to read: {_USAGE}")
    try:
        statements = connection.extract_statements(query)
        kinds = [statement.type for statement in statements]
        if kinds != [duckdb.StatementType.SELECT]:
            raise DataError(f"{name}: the query must be one SELECT, and nothing else")
        text = str(statements[0].query)
        connection.execute(f"EXPLAIN {text}")
    except duckdb.Error as error:
        raise _refusal(name, error, tables) from error
    return text


def _tables(connection: Any) -> list[str]:
    """The tables and views of the database, quoted where SQL asks for it."""
    found = connection.execute(
        "SELECT DISTINCT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
    ).fetchall()
    return [
        _quoted(table) if schema == "main" else f"{_quoted(schema)}.{_quoted(table)}"
        for schema, table in found
    ]


def _quoted(name: str) -> str:
    if name.isidentifier() and name.isascii():
        return name
    return '"' + name.replace('"', '""') + '"'


def _listed(tables: list[str]) -> str:
    if not tables:
        return "holds no table"
    more = ", …" if len(tables) > _NAMED_TABLES else ""
    shown = ", ".join(escape(table) for table in tables[:_NAMED_TABLES])
    return f"holds the table{'s' if len(tables) > 1 else ''} {shown}{more}"


def _refusal(name: str, error: Exception, tables: list[str]) -> UserError:
    return DataError(f"{name}: the query fails: {_fault(error)}; {name} {_listed(tables)}")


def _fault(error: Exception) -> str:
    """What DuckDB says, in one line: the kind of error is left out, the place is kept.

    Below its first line there may be one of the query and one with a mark below the place.
    """
    lines = str(error).split("\n")
    fault = lines[0].partition("Error: ")[2] or lines[0]
    shown = escape(fault.strip().rstrip(".!"), limit=200)
    for line, below in pairwise(lines):
        if set(below.strip()) == {"^"} and (near := line[below.index("^") :]):
            shown += f", at '{escape(near, limit=30)}'"
    return shown


def _run(connection: Any, name: str, query: str, config: ReadConfig) -> QueryCells:
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE {query}").fetchall()
        columns = [(str(row[0]), str(row[1]).strip('"')) for row in described]
        if len(columns) > config.max_columns:
            raise too_many_columns(name, len(columns), config)
        kept = [i for i, (_, type_) in enumerate(columns) if _is_readable(type_)]
        if not kept:
            raise DataError(f"{name}: the query finds no column of numbers, texts or times")
        aliases = ", ".join(f"c{i}" for i in range(len(columns)))
        cells = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in kept)
        # A query in brackets must not end with a semicolon or a comment, a view may.
        connection.execute(f"CREATE TEMP VIEW {_VIEW} AS {query}")
        connection.execute(f"SELECT {cells} FROM {_VIEW} AS found({aliases})")
        texts = _fetch(connection, name, len(kept), config)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise _refusal(name, error, _tables(connection)) from error
    return QueryCells(
        name=name,
        columns=tuple(columns[i][0] for i in kept),
        texts=tuple(_tidied(text, columns[i][1]) for i, text in zip(kept, texts, strict=True)),
        is_number=tuple(_base(columns[i][1]) in _NUMBERS for i in kept),
        left_out={
            column: f"is of type {escape(type_)}, which holds neither numbers, texts nor times"
            for column, type_ in columns
            if not _is_readable(type_)
        },
    )


def _base(type_: str) -> str:
    """A type without its parameters: DECIMAL(18,3) is a DECIMAL, INTEGER[3] is none.

    >>> _base("DECIMAL(18,3)"), _base("DECIMAL(18,3)[]"), _base("ENUM('a]')")
    ('DECIMAL', '', 'ENUM')
    """
    return "" if type_.endswith("]") else type_.partition("(")[0]


def _is_readable(type_: str) -> bool:
    return _base(type_) in (*_NUMBERS, *_TIMES, *_TEXTS)


def _fetch(connection: Any, name: str, n_columns: int, config: ReadConfig) -> list[Texts]:
    """The rows of a result as columns, each distinct text kept once."""
    known: list[dict[str, int]] = [{} for _ in range(n_columns)]
    codes: list[list[NDArray[np.int64]]] = [[np.empty(0, dtype=np.int64)] for _ in known]
    size = 0
    while rows := connection.fetchmany(_BATCH_ROWS):
        for column, cells in enumerate(zip(*rows, strict=True)):
            texts = [text or "" for text in cells]
            size += len(texts) + sum(map(len, texts))
            numbers = known[column]
            found = [numbers.setdefault(text, len(numbers)) for text in texts]
            codes[column].append(np.array(found, dtype=np.int64))
        if size > config.max_bytes:
            raise too_large(name, config.max_bytes)
    return [
        Texts(np.concatenate(parts), list(distinct))
        for parts, distinct in zip(codes, known, strict=True)
    ]


def _tidied(texts: Texts, type_: str) -> Texts:
    """Times that are all midnights as the days they stand for, and one spelling of what is NaN."""
    values = texts.values
    if type_ in ("FLOAT", "DOUBLE"):
        values = ["nan" if text == "-nan" else text for text in values]
    elif type_.startswith("TIMESTAMP") and all(t.endswith(_MIDNIGHT) or not t for t in values):
        values = [text.removesuffix(_MIDNIGHT) for text in values]
    return Texts(texts.codes, values)
