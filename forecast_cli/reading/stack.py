"""Source -> Table: one file, or the files of a folder or a pattern as one table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import Cells, Texts
from forecast_cli.reading.datafiles import Partition, data_files, stems
from forecast_cli.reading.decode import read_source, source_name, too_large
from forecast_cli.reading.formats import make_frame_table, make_table, read_table
from forecast_cli.reading.frames import FrameSource
from forecast_cli.reading.places import stacked_places
from forecast_cli.reading.role_guess import guess_roles
from forecast_cli.reading.roles import FILE_ID
from forecast_cli.reading.table import Table
from forecast_cli.wording import escape

_NAMED_FILES = 3
_NOTICES = 5


def read_tables(source: str, config: ReadConfig, tell: Tell) -> Table:
    """Read one file, standard input for "-", or all files of a folder or a pattern as one table.

    A DataFrame is a `FrameSource`, and one of several files that is read alone a `Partition`.

    Where no column tells the series of several files apart, their names do.

    Raises:
        DataError: As `read_table`, or the files have different columns.
        ConfigError: An option does not fit.
        MissingExtraError: What reads the format of a file is not installed.
    """
    if isinstance(source, FrameSource):
        return make_frame_table(source, config, tell)
    alone = isinstance(source, Partition)
    files = [Path(source)] if alone else data_files(source, tell)
    if files is None:
        return read_table(source, config, tell)
    table = _stacked(_read_all(files, source, config, tell), source)
    if FILE_ID in table.columns:
        return table
    if FILE_ID in config.id or not guess_roles(table, config).id:
        names = [source.stem] if isinstance(source, Partition) else stems(files)
        return _named_by_file(table, names, told=not config.id)
    return table


def _read_all(files: list[Path], source: str, config: ReadConfig, tell: Tell) -> list[Table]:
    """The tables of the files, all with the columns of the first."""
    notices: list[Notice] = []
    tables: list[Table] = []
    size = 0
    for path in files:
        data = read_source(str(path), config)
        size += len(data)
        if size > config.max_bytes:
            raise too_large(source_name(source), config.max_bytes)
        tables.append(make_table(data, str(path), config, notices.append))
        _check_same(tables[0], tables[-1])
    for notice in notices[:_NOTICES]:
        tell(notice)
    if len(notices) > _NOTICES:
        more = f"{len(notices) - _NOTICES} more such notices on single files"
        tell(Notice("warning", f"{source_name(source)}: {more}"))
    return [replace(table, tell=tell) for table in tables]


def _check_same(first: Table, other: Table) -> None:
    mine, theirs = Counter(first.columns), Counter(other.columns)
    if mine == theirs:
        return
    parts = [
        f"only {table.source} has {_listed(list(more))}"
        for table, more in ((first, mine - theirs), (other, theirs - mine))
        if more
    ]
    raise DataError(
        f"{first.source} and {other.source} have different columns: {', '.join(parts)}; give all "
        "files the same columns, or name fewer files with a pattern"
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(escape(name) or "an unnamed column" for name in names[:_NAMED_FILES])
    more = len(names) - _NAMED_FILES
    return shown + (f" and {more} more" if more > 0 else "")


def _stacked(tables: list[Table], source: str) -> Table:
    first = tables[0]
    cells = StackedCells(
        parts=tuple(table.cells for table in tables),
        orders=tuple(_order(first.columns, table.columns) for table in tables),
        sizes=tuple(table.n_rows for table in tables),
    )
    return Table(
        source=source_name(source),
        columns=first.columns,
        cells=cells,
        places=stacked_places([table.places for table in tables]),
        config=first.config,
        tell=first.tell,
        header_line=first.header_line,
        left_out={name: why for table in tables for name, why in table.left_out.items()},
    )


def _order(columns: tuple[str, ...], found: tuple[str, ...]) -> tuple[int, ...]:
    """Where each column stands in a file; columns without a name are taken in turn."""
    places: dict[str, list[int]] = {}
    for i, name in reversed(list(enumerate(found))):
        places.setdefault(name, []).append(i)
    return tuple(places[name].pop() for name in columns)


def _named_by_file(table: Table, names: list[str], *, told: bool) -> Table:
    """The table with the names of the files as its last column."""
    assert isinstance(table.cells, StackedCells)
    if told:
        shown = ", ".join(escape(name) for name in names[:_NAMED_FILES])
        more = f" and {len(names) - _NAMED_FILES} more" if len(names) > _NAMED_FILES else ""
        text = f"{table.source}: each file is taken for a series: {FILE_ID} = {shown}{more} (--id)"
        table.tell(Notice("guess", text))
    return Table(
        source=table.source,
        columns=(*table.columns, FILE_ID),
        cells=replace(table.cells, names=tuple(names)),
        places=table.places,
        config=table.config,
        tell=table.tell,
        header_line=table.header_line,
        left_out=table.left_out,
        names_files=True,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class StackedCells:
    """The columns of several files one after the other, as `Cells`.

    Column i is column `orders[f][i]` of file f, which has `sizes[f]` rows. The column after the
    last one holds `names[f]`, if there are names.
    """

    parts: tuple[Cells, ...]
    orders: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    names: tuple[str, ...] = ()

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""
        n_columns = len(self.orders[0]) + bool(self.names)
        columns: list[list[str]] = [[] for _ in range(n_columns)]
        for file, (part, order) in enumerate(zip(self.parts, self.orders, strict=True)):
            found = part.sample(n_rows - len(columns[0]))
            for column, i in zip(columns, order, strict=False):
                column.extend(found[i])
            if self.names:
                columns[-1].extend([self.names[file]] * len(found[0]))
            if len(columns[0]) >= n_rows:
                break
        return columns

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        own = len(self.orders[0])
        if own in numbers:
            raise ValueError("names of files are no numbers")
        plain = [i for i in texts if i != own]
        read = [
            part.read([order[i] for i in plain], [order[i] for i in numbers])
            for part, order in zip(self.parts, self.orders, strict=True)
        ]
        joined = [_joined([part[0][k] for part in read]) for k in range(len(plain))]
        columns = dict(zip(plain, joined, strict=True))
        if own in texts:
            columns[own] = _joined(
                [
                    Texts(np.zeros(size, dtype=np.int64), [name])
                    for name, size in zip(self.names, self.sizes, strict=True)
                ]
            )
        return [columns[i] for i in texts], np.vstack([part[1] for part in read])


def _joined(parts: list[Texts]) -> Texts:
    """The texts of several files as one column."""
    known: dict[str, int] = {}
    codes = [
        np.array([known.setdefault(text, len(known)) for text in part.values])[part.codes]
        for part in parts
    ]
    return Texts(np.concatenate(codes), list(known))
