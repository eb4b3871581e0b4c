"""Cells -> Table: the columns of a file, each parsed and judged when it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.packed_texts import stripped
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import Cells, LentCells, Texts
from forecast_cli.reading.numbers import (
    LARGEST,
    has_bools,
    is_number_like,
    is_plain,
    plain_texts,
    present_texts,
    remedy,
)
from forecast_cli.reading.places import Numbered, Places
from forecast_cli.reading.styles import (
    NumberStyle,
    hold_mark,
    parse_numbers,
    read_in_one_style,
)
from forecast_cli.times.timeformats import are_readable, may_be_times
from forecast_cli.wording import escape

Kind = Literal["number", "time", "text", "empty"]

_SAMPLED_ROWS = 500
_SAMPLED_TIMES = 100
# One by one, more columns than this take too long to read whole for a look at their kind.
_FEW_COLUMNS = 50
_LOOKS_LIKE = 0.8
_EXACT = 2.0**53


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A file of R rows as read: the names of its columns, text and numbers by column index.

    Guarantees: text is decoded, every row has a field for every column, no name stands twice.
    `header_line` is None where names stand in no line of their own. `left_out` says of columns that
    cannot be read why, by name. `names_files` is whether the last column is the name of the file.
    """

    source: str
    columns: tuple[str, ...]
    cells: Cells
    places: Places
    config: ReadConfig
    tell: Tell
    header_line: int | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    names_files: bool = False
    _texts: dict[int, Texts] = field(default_factory=dict)
    _numbers: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    _reaches: dict[int, float] = field(default_factory=dict)
    _stripped: dict[int, Texts] = field(default_factory=dict)
    _samples: list[list[str]] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """The number of data rows R."""
        return len(self.places.lines)

    @property
    def lines(self) -> Numbered:
        """The physical line [R] each row starts on."""
        return self.places.lines

    def label(self, column: int) -> str:
        """How messages call a column."""
        return escape(self.columns[column]) or f"number {column + 1} (unnamed)"

    def where(self, row: int, column: int) -> str:
        """How messages name a cell."""
        return f"{self.places.where(row)}, column {self.label(column)}"

    def heading(self, column: int) -> str:
        """How messages name the place of a column's name."""
        if self.header_line is None:
            return f"{self.source}, column {self.label(column)}"
        return f"{self.places.files[0]}, line {self.header_line}, field {column + 1}"

    def sample(self, column: int) -> list[str]:
        """The first texts of a column."""
        if not self._samples:
            self._samples.extend(self.cells.sample(_SAMPLED_ROWS))
        return self._samples[column]

    def kind(self, column: int) -> Kind:
        """What a column looks like."""
        kind = kind_of(self.sample(column))
        if kind is None and len(self.columns) <= _FEW_COLUMNS:
            kind = kind_of(self.texts(column).values)
        return kind or "empty"

    def texts(self, column: int) -> Texts:
        """A column as text."""
        if column not in self._texts:
            self._texts[column] = self.cells.read([column], [])[0][0]
        return self._texts[column]

    def stripped(self, column: int) -> Texts:
        """A column as text, without white space at the ends; some of the texts may be the same."""
        if column not in self._stripped:
            texts = self.texts(column)
            self._stripped[column] = Texts(texts.codes, stripped(texts.values))
        return self._stripped[column]

    def numbers(self, column: int) -> NDArray[np.float64]:
        """A column [R] as float64, NaN where missing.

        Raises:
            DataError: A value is no finite number, or how the numbers are written is not clear.
        """
        if column not in self._numbers:
            plain = self._plain_matrix([column])
            if plain is None:
                return self._styled_numbers(column)
            values, self._reaches[column] = plain
            self._numbers[column] = values[:, 0]
        if self._reaches[column] >= _EXACT:
            self._tell_rounding([column], self._numbers[column][:, None])
        return self._numbers[column]

    def matrix(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """Columns [R, K] as float64, NaN where missing; raises as `numbers` does."""
        plain = self._plain_matrix(columns)
        if plain is None:
            return np.column_stack([self.numbers(column) for column in columns])
        values, reach = plain
        if reach >= _EXACT:
            self._tell_rounding(columns, values)
        return values

    def preload(self, texts: Sequence[int], numbers: Sequence[int]) -> None:
        """Read columns in one pass over the file, which is faster than one by one."""
        texts = [column for column in texts if column not in self._texts]
        if not self._may_be_plain(numbers) or set(texts) & set(numbers):
            return
        try:
            read, values = self.cells.read(texts, numbers)
        except ValueError:
            return
        self._texts.update(zip(texts, read, strict=True))
        for i, column in enumerate(numbers):
            reach = _reach(values[:, i])
            if reach <= LARGEST:
                self._numbers[column] = np.ascontiguousarray(values[:, i])
                self._reaches[column] = reach

    def for_one_use(self) -> "Table":
        """The same table, which frees what it was read from, held by no other, when let go."""
        return replace(self, cells=LentCells(self.cells))

    def has_read(self, texts: Sequence[int], numbers: Sequence[int]) -> bool:
        """Whether columns are here, and nothing will ask for the texts of the numbers."""
        known = self._texts.keys() >= set(texts) and self._numbers.keys() >= set(numbers)
        return known and all(self._reaches[column] < _EXACT for column in numbers)

    def let_go(self) -> None:
        """Free what a table for one use was read from: no other column will be asked for."""
        if isinstance(self.cells, LentCells):
            self.cells.let_go()

    def _may_be_plain(self, columns: Sequence[int]) -> bool:
        if self.config.thousands is not None or self.config.decimal == ",":
            return False
        samples = map(self.sample, columns)
        # The parser would read true and false as 1 and 0, and find a comma late.
        return not any(has_bools(texts) or "," in "".join(texts) for texts in samples)

    def _plain_matrix(self, columns: Sequence[int]) -> tuple[NDArray[np.float64], float] | None:
        """Columns of plain numbers, and their reach; None where there is anything else."""
        if not self._may_be_plain(columns):
            return None
        if len(columns) > 1:
            # Of many columns they are large, and made again where they are asked for.
            self._samples.clear()
        try:
            values = self.cells.read([], columns)[1]
        except ValueError:
            return None
        reach = _reach(values)
        return None if reach > LARGEST else (values, reach)

    def _styled_numbers(self, column: int) -> NDArray[np.float64]:
        texts = self.texts(column)
        read = read_in_one_style(texts.values, self.config.decimal, self.config.thousands)
        if read is None:
            raise self._no_number(column, texts)
        style, values = read
        if style.decimal != (self.config.decimal or ".") or (
            style.thousands and self.config.thousands is None
        ):
            self._tell_style(column, style)
        return values[texts.codes]

    def _no_number(self, column: int, texts: Texts) -> DataError:
        thousands = self.config.thousands or ""
        style = NumberStyle(self.config.decimal or ("," if thousands == "." else "."), thousands)
        bad = parse_numbers(texts.values, style)[1][texts.codes]
        row = int(np.argmax(bad))
        text = texts.values[texts.codes[row]]
        more = f" ({int(bad.sum()) - 1} more like it)" if bad.sum() > 1 else ""
        return DataError(
            f"{self.where(row, column)}: '{escape(text)}' is not a number{more}; {remedy(text)}"
        )

    def _tell_style(self, column: int, style: NumberStyle) -> None:
        names = {",": "comma", ".": "dot"}
        marks = f"{names[style.decimal]} as the decimal mark"
        if style.thousands:
            named = names.get(style.thousands, f"'{escape(style.thousands)}'")
            marks += f", {named} as the thousands mark"
        texts = self.texts(column)
        marked = hold_mark(texts.values, "," + style.thousands)[texts.codes]
        if not marked.any():
            return
        where = self.where(int(marked.argmax()), column)
        text = f"{where}: read with {marks}, {marked.sum()} in all (--decimal, --thousands)"
        self.tell(Notice("warning", text))

    def _tell_rounding(self, columns: Sequence[int], values: NDArray[np.float64]) -> None:
        """Tell of whole numbers among the values [R, K] of columns that lost digits."""
        rows, places = np.nonzero(np.abs(values) >= _EXACT)
        large = np.asarray(columns)[places].tolist()
        self._read_texts(sorted(set(large)))
        rounded = [cell for cell in zip(rows.tolist(), large, strict=True) if self._lost(*cell)]
        if rounded:
            self.tell(
                Notice(
                    "warning",
                    f"{self.where(*rounded[0])}: integers beyond 2^53 are rounded to 16 "
                    f"digits ({len(rounded)} in all)",
                )
            )

    def _read_texts(self, columns: Sequence[int]) -> None:
        """Read columns as text in one pass, those that are not yet."""
        missing = [column for column in columns if column not in self._texts]
        if missing:
            self._texts.update(zip(missing, self.cells.read(missing, [])[0], strict=True))

    def _lost(self, row: int, column: int) -> bool:
        texts = self.texts(column)
        return _is_rounded(texts.values[texts.codes[row]])


def kind_of(texts: Sequence[str]) -> Kind | None:
    """What most of the texts look like; None when all are missing."""
    sample = texts[:_SAMPLED_ROWS]
    plain = plain_texts(sample)
    present = present_texts(sample) if plain is None else plain
    if not present:
        return None
    first = present[:_SAMPLED_TIMES]
    if plain is not None and not may_be_times(first):
        return "number"
    if are_readable(first, _LOOKS_LIKE):
        return "time"
    if plain is not None:
        return "number"
    numbers = sum(is_plain(text) or is_number_like(text) for text in present)
    return "number" if numbers / len(present) >= _LOOKS_LIKE else "text"


def _reach(values: NDArray[np.float64]) -> float:
    """The largest magnitude, found without a copy; 0 where all values are missing."""
    lowest = np.fmin.reduce(values, axis=None, initial=0.0)
    return float(max(np.fmax.reduce(values, axis=None, initial=0.0), -lowest))


def _is_rounded(text: str) -> bool:
    digits = text.strip().lstrip("+-")
    return digits.isdigit() and digits.isascii() and int(float(digits)) != int(digits[:4000])
