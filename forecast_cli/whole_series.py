"""Blocks of whole series -> panels, all read as one input would be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast_cli.errors import DataError
from forecast_cli.matching import like_training
from forecast_cli.model import Model
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, panel_from_table
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.blocks import Block
from forecast_cli.reading.decode import source_name
from forecast_cli.reading.delimited import DelimitedCells
from forecast_cli.reading.ends import TOPIC, Ends
from forecast_cli.reading.formats import make_table
from forecast_cli.reading.numbers import is_missing, is_plain
from forecast_cli.reading.repairs import series_name, tell_empty_series
from forecast_cli.reading.table import Table
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.patterns import loosened

Key = tuple[str, ...]
_DIGITS = ("%Y%m", "%Y%m%d")


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """A panel, and the order [N] in which its series came."""

    panel: Panel
    order: Sequence[int]


class _UnsureError(DataError):
    """More than one block is needed to tell how the data are written."""


class BlockReader:
    """Reads block after block; what is told, and the lines that are named, are those of all.

    How times and numbers are written is settled by the first block.
    """

    def __init__(self, source: str, model: Model, config: ReadConfig, tell: Tell) -> None:
        self._source, self._model, self._config = source, model, config
        self._all_tell = tell
        self._seen: set[int] = set()
        self._calendar: Calendar | None = None
        self._ends: Ends | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing has been read yet."""
        return self._calendar is None

    def read(self, block: Block) -> Grouped | None:
        """The series of a block that have values, None where none has.

        Raises:
            UserError: the block cannot be read by itself, or a series comes back after others.
        """
        table = self._table(block)
        runs = self._runs(table)
        try:
            panel = panel_from_table(table, self._config, self._tell)
        except DataError:
            if self.is_new or not self._is_without_values(table):
                raise
            ids = np.array(list(runs), dtype=np.object_)
            tell_empty_series(table.source, ids, table.places.line(0), self._tell)
            return None
        if self._calendar is None or self._ends is None:
            self._settle(table, panel, runs)
            self._calendar, self._ends = panel.calendar, Ends(panel.calendar)
        panel = like_training(self._on_calendar(panel, table), self._model, self._tell)
        self._ends.note(panel.ends, panel.name)
        rank = {key: number for number, key in enumerate(runs)}
        keys = [tuple(ids) for ids in panel.ids.tolist()]
        return Grouped(panel=panel, order=sorted(range(len(keys)), key=lambda n: rank[keys[n]]))

    def tell_ends(self) -> None:
        """Tell of the series that end before others; there are no more blocks."""
        if self._ends is not None:
            self._ends.tell(self._all_tell)

    def _tell(self, notice: Notice) -> None:
        # Which series end before the others is known in the end.
        if notice.headcount is None or notice.headcount.topic != TOPIC:
            self._all_tell(notice)

    def _table(self, block: Block) -> Table:
        """The table of a block, with the lines of the input."""
        notices: list[Notice] = []
        above = block.above
        try:
            table = make_table(block.data, self._source, self._config, notices.append)
        except DataError:
            if not above:
                raise
            notices.append(Notice("warning", ""))
        if notices and above:
            # It names a line, so the lines above are put in their place.
            notices, above = [], 0
            table = make_table(block.in_place, self._source, self._config, notices.append)
        for notice in notices:
            self._tell(notice)
        places = replace(table.places, lines=table.places.lines.astype(np.int64) + above)
        return replace(table, places=places, tell=self._tell)

    def _runs(self, table: Table) -> dict[Key, int]:
        """The first row of each series, in the order of the rows.

        Raises:
            DataError: a series comes back after others.
        """
        columns = [table.texts(_column(table, name)) for name in self._config.id]
        starts = np.zeros(table.n_rows, dtype=np.bool_)
        starts[0] = True
        for texts in columns:
            starts[1:] |= np.diff(texts.codes) != 0
        runs: dict[Key, int] = {}
        for row in np.flatnonzero(starts).tolist():
            key = tuple(texts.values[texts.codes[row]] for texts in columns)
            if key in runs or hash(key) in self._seen:
                raise _come_back(table, row, key)
            runs[key] = row
        self._seen.update(map(hash, runs))
        return runs

    def _is_without_values(self, table: Table) -> bool:
        target = _column(table, self._config.target[0])
        return all(is_missing(text) for text in table.texts(target).values)

    def _settle(self, table: Table, panel: Panel, runs: dict[Key, int]) -> None:
        """Read all later blocks as the first one.

        Raises:
            UserError: the rows may not be together by series, or the writing may have been guessed
                otherwise with more rows.
        """
        text, config = panel.calendar.text, self._config
        numbers = table.sample(_column(table, config.target[0]))
        plain = all(is_plain(number) or is_missing(number) for number in numbers)
        # In rows by time, too, the first block has one row of a series.
        alone = next((row for row in runs.values() if row), table.n_rows) == 1
        if alone or text.suffix or text.zone or not plain:
            raise _UnsureError("the first block says too little")
        cells = table.cells
        pinned = panel.calendar.kind == "date" and text.pattern not in _DIGITS
        self._config = replace(
            config,
            decimal=config.decimal or ("." if config.thousands is None else None),
            date_format=config.date_format or (text.pattern if pinned else None),
            delimiter=config.delimiter
            or (cells.records.delimiter if isinstance(cells, DelimitedCells) else None),
        )

    def _on_calendar(self, panel: Panel, table: Table) -> Panel:
        """The panel on the calendar of the first block."""
        first, found = self._calendar, panel.calendar
        assert first is not None
        alike = loosened(found.text.pattern) == loosened(first.text.pattern)
        if found.grid != first.grid or not alike:
            raise DataError(
                f"{table.places.where(0)}: from here on times are {found.describe()} data as in "
                f"'{found.labels([int(panel.starts[0])])[0]}', but above they are "
                f"{first.describe()} data; mend them, or give a file instead of standard input"
            )
        return replace(panel, calendar=first)


def _column(table: Table, name: str) -> int:
    """The number of a column; the header was found to have it."""
    if name not in table.columns:
        raise _UnsureError(f"no column {name}")
    return table.columns.index(name)


def _come_back(table: Table, row: int, key: Key) -> DataError:
    name = series_name(np.array(key, dtype=np.object_))
    return DataError(
        f"{table.places.where(row)}: series {name} comes back after others, whose forecasts are "
        f"written already; sort {source_name('-')} by series, or give a file instead of it"
    )
