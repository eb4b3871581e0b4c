"""File -> Table: text, JSON lines or Parquet, told apart by the bytes, or a database's query."""

from dataclasses import replace

import numpy as np

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.database import QueryCells, database_file, run_query
from forecast_cli.reading.decode import decode_text, read_source, source_name
from forecast_cli.reading.delimited import DelimitedCells
from forecast_cli.reading.frames import FrameSource, open_frame
from forecast_cli.reading.jsonlines import is_json_lines, split_objects
from forecast_cli.reading.numbers import is_plain
from forecast_cli.reading.parquet import ParquetCells, is_parquet, open_parquet
from forecast_cli.reading.places import Places
from forecast_cli.reading.records import Records, split_records
from forecast_cli.reading.table import Table, kind_of
from forecast_cli.wording import escape


def read_table(source: str, config: ReadConfig, tell: Tell) -> Table:
    """Read one file, standard input for "-", or what a query finds for "duckdb:FILE?QUERY".

    Raises:
        DataError: The file cannot be read, has no rows, no header, or rows of differing length.
        ConfigError: An option does not fit.
        MissingExtraError: What reads its format is not installed.
    """
    if database_file(source) is not None:
        return _checked(_query_table(source, config, tell))
    return make_table(read_source(source, config), source, config, tell)


def make_table(data: bytes, source: str, config: ReadConfig, tell: Tell) -> Table:
    """The table of a source's bytes, of whatever format; raises as `read_table` does."""
    name = source_name(source)
    if is_parquet(data):
        table = _parquet_table(data, name, config, tell)
    else:
        text = decode_text(data, name, config)
        if is_json_lines(text, source, name):
            records, left_out = split_objects(text, name, config)
            table = _text_table(records, name, config, tell)
            table = replace(table, header_line=None, left_out=left_out)
        else:
            table = _text_table(split_records(text, name, config, tell), name, config, tell)
    return _checked(table)


def _checked(table: Table) -> Table:
    _check_names(table.columns, table.source)
    _check_rows(table)
    _tell_left_out(table)
    if table.header_line is not None:
        _check_header(table)
    return table


def make_frame_table(source: FrameSource, config: ReadConfig, tell: Tell) -> Table:
    """The table of a DataFrame, whose rows are counted from 0 as pandas does.

    Raises:
        DataError: It has no rows, no columns, or several levels of names.
    """
    cells = open_frame(source, config)
    table = Table(
        source=str(source),
        columns=cells.columns,
        cells=cells,
        places=Places(lines=np.arange(cells.n_rows), files=(str(source),), words=("row",)),
        config=config,
        tell=tell,
        left_out=cells.left_out,
    )
    _check_names(table.columns, table.source)
    _check_rows(table)
    _tell_left_out(table)
    return table


def _text_table(records: Records, name: str, config: ReadConfig, tell: Tell) -> Table:
    return Table(
        source=name,
        columns=tuple(text.strip() for text in records.rows(0, 1)[0]),
        cells=DelimitedCells(records),
        places=Places(lines=records.lines[1:], files=(name,)),
        config=config,
        tell=tell,
        header_line=int(records.lines[0]),
    )


def _parquet_table(data: bytes, name: str, config: ReadConfig, tell: Tell) -> Table:
    return _typed_table(open_parquet(data, name, config), config, tell)


def _query_table(source: str, config: ReadConfig, tell: Tell) -> Table:
    return _typed_table(run_query(source, config), config, tell)


def _typed_table(cells: ParquetCells | QueryCells, config: ReadConfig, tell: Tell) -> Table:
    rows = np.arange(1, cells.n_rows + 1)
    return Table(
        source=cells.name,
        columns=tuple(column.strip() for column in cells.columns),
        cells=cells,
        places=Places(lines=rows, files=(cells.name,), words=("row",)),
        config=config,
        tell=tell,
        left_out=cells.left_out,
    )


def _check_names(columns: tuple[str, ...], name: str) -> None:
    seen: dict[str, int] = {}
    for number, column in enumerate(columns, start=1):
        if column and column in seen:
            raise DataError(
                f"{name}: the column {escape(column)} appears twice in the header (fields "
                f"{seen[column]} and {number}); rename one"
            )
        seen[column] = number


def _check_rows(table: Table) -> None:
    if not table.n_rows:
        shown = ", ".join(escape(column) for column in table.columns[:10])
        more = ", or mend --encoding" if table.config.encoding else ""
        raise DataError(
            f"{table.source} has 0 rows of data under its header ({shown}); add rows{more}"
        )


def _tell_left_out(table: Table) -> None:
    for column, why in list(table.left_out.items())[:1]:
        more = f", and {len(table.left_out) - 1} more like it" if len(table.left_out) > 1 else ""
        text = f"{table.source}: column {escape(column)} {why}; it is left out{more}"
        table.tell(Notice("guess", text))


def _check_header(table: Table) -> None:
    """Refuse a first line that is data: all numbers, or a time above a column of times."""
    named = [(i, column) for i, column in enumerate(table.columns) if column]
    numbers = all(is_plain(column) for _, column in named)
    times = any(
        kind_of([column]) == "time" and kind_of(table.sample(i)) == "time" for i, column in named
    )
    if numbers or times:
        shown = ", ".join(escape(column, limit=30) for _, column in named[:5])
        raise DataError(
            f"{table.source}, line {table.header_line} looks like data, not like a header "
            f"({shown}); put a line with the column names above it"
        )
