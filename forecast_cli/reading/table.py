"""Source -> Table: the columns of a delimited file, each parsed when it is asked for."""

import codecs
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast_cli.config import ReadConfig
from forecast_cli.errors import DataError, Notice, Tell, escape
from forecast_cli.reading.decode import read_text, source_name
from forecast_cli.reading.numbers import (
    LARGEST,
    MISSING,
    NumberStyle,
    guess_style,
    is_bool,
    is_missing,
    is_number_like,
    is_plain,
    parse_numbers,
    remedy,
)
from forecast_cli.reading.records import Records, skips_space, split_records
from forecast_cli.times.timeformats import share_readable

Kind = Literal["number", "time", "text", "empty"]

_SAMPLED_ROWS = 500
_SAMPLED_TIMES = 100
# One by one, more columns than this take too long to read whole for a look at their kind.
_FEW_COLUMNS = 50
_LOOKS_LIKE = 0.8
_EXACT = 2.0**53
_MISSING_SPELLINGS = sorted({s for m in MISSING for s in (m, m.upper(), m.capitalize())} | {"NaN"})


@dataclass(frozen=True, eq=False)
class Texts:
    """A text column of R rows: `values[codes[r]]` is the text of row r, exactly as in the file."""

    codes: NDArray[np.int64]
    values: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A delimited file of R rows as read: names in the header, text and numbers by column index.

    Guarantees: text is decoded, every row has as many fields as the header, no name stands twice.
    """

    source: str
    columns: tuple[str, ...]
    records: Records
    config: ReadConfig
    tell: Tell
    _texts: dict[int, Texts] = field(default_factory=dict)
    _numbers: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    _samples: list[list[str]] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """The number of data rows R."""
        return len(self.records.lines) - 1

    @property
    def lines(self) -> NDArray[np.int64]:
        """The physical line [R] each row starts on."""
        return self.records.lines[1:]

    def label(self, column: int) -> str:
        """How messages call a column."""
        return escape(self.columns[column]) or f"number {column + 1} (unnamed)"

    def where(self, row: int, column: int) -> str:
        """How messages name a cell."""
        return f"{self.source}, line {self.lines[row]}, column {self.label(column)}"

    def sample(self, column: int) -> list[str]:
        """The first texts of a column."""
        if not self._samples:
            rows = self.records.rows(1, min(self.n_rows, _SAMPLED_ROWS) + 1)
            self._samples.extend(list(texts) for texts in zip(*rows, strict=True))
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
            self._texts[column] = _as_texts(self._read([column], [])[column])
        return self._texts[column]

    def numbers(self, column: int) -> NDArray[np.float64]:
        """A column [R] as float64, NaN where missing.

        Raises:
            DataError: A value is no finite number, or how the numbers are written is not clear.
        """
        if column not in self._numbers:
            values = self._plain_matrix([column])
            if values is None:
                return self._styled_numbers(column)
            self._numbers[column] = values[:, 0]
        self._tell_rounding(column, self._numbers[column])
        return self._numbers[column]

    def matrix(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """Columns [R, K] as float64, NaN where missing; raises as `numbers` does."""
        values = self._plain_matrix(columns)
        if values is not None:
            return values
        return np.column_stack([self.numbers(column) for column in columns])

    def preload(self, texts: Sequence[int], numbers: Sequence[int]) -> None:
        """Read columns in one pass over the file, which is faster than one by one."""
        texts = [column for column in texts if column not in self._texts]
        if not self._may_be_plain(numbers) or set(texts) & set(numbers):
            return
        try:
            frame = self._read(texts, numbers)
        except ValueError:
            return
        self._texts.update({column: _as_texts(frame[column]) for column in texts})
        for column in numbers:
            values = frame[column].to_numpy(dtype=np.float64)
            if not (np.abs(values) > LARGEST).any():
                self._numbers[column] = values

    def _may_be_plain(self, columns: Sequence[int]) -> bool:
        if self.config.thousands is not None or self.config.decimal == ",":
            return False
        # The parser would read true and false as 1 and 0.
        return not any(is_bool(text) for column in columns for text in self.sample(column))

    def _plain_matrix(self, columns: Sequence[int]) -> NDArray[np.float64] | None:
        """Columns of plain numbers; None where there is anything else."""
        if not self._may_be_plain(columns):
            return None
        try:
            frame = self._read([], columns)
        except ValueError:
            return None
        values = np.asarray(frame.to_numpy(), dtype=np.float64)
        return None if (np.abs(values) > LARGEST).any() else values

    def _styled_numbers(self, column: int) -> NDArray[np.float64]:
        texts = self.texts(column)
        style = guess_style(texts.values, self.config.decimal, self.config.thousands)
        if style is None:
            raise self._no_number(column, texts)
        if style.decimal != (self.config.decimal or ".") or (
            style.thousands and self.config.thousands is None
        ):
            self._tell_style(column, style)
        return parse_numbers(texts.values, style)[0][texts.codes]

    def _no_number(self, column: int, texts: Texts) -> DataError:
        style = NumberStyle(self.config.decimal or ".", self.config.thousands or "")
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
            marks += f", {names[style.thousands]} as the thousands mark"
        texts = self.texts(column)
        odd = {",", style.thousands} - {""}
        marked = np.array([any(mark in text for mark in odd) for text in texts.values])[texts.codes]
        where = self.where(int(marked.argmax()), column)
        text = f"{where}: read with {marks}, {marked.sum()} in all (--decimal, --thousands)"
        self.tell(Notice("warning", text))

    def _tell_rounding(self, column: int, values: NDArray[np.float64]) -> None:
        large = np.flatnonzero(np.abs(values) >= _EXACT)
        if not len(large):
            return
        texts = self.texts(column)
        rounded = [row for row in large.tolist() if _is_rounded(texts.values[texts.codes[row]])]
        if rounded:
            self.tell(
                Notice(
                    "warning",
                    f"{self.where(rounded[0], column)}: integers beyond 2^53 are rounded to 16 "
                    f"digits ({len(rounded)} in all)",
                )
            )

    def _read(self, texts: Sequence[int], numbers: Sequence[int]) -> pd.DataFrame:
        """One pass of the C parser; ValueError where a number is not plain."""
        stream = _stream_from(self.records.data, int(self.records.ends[0]) + 1)
        columns = [*texts, *numbers]
        options: dict[str, Any] = {
            "dtype": dict.fromkeys(texts, "object") | dict.fromkeys(numbers, "float64"),
            "na_values": dict.fromkeys(numbers, _MISSING_SPELLINGS),
        }
        if not texts:
            # Thousands of columns share one type and one list.
            options = {"dtype": "float64", "na_values": _MISSING_SPELLINGS}
        frame: pd.DataFrame = pd.read_csv(
            stream,
            sep=self.records.delimiter,
            header=None,
            names=range(self.records.n_fields),
            usecols=columns,
            index_col=False,
            na_filter=bool(numbers),
            keep_default_na=False,
            skipinitialspace=skips_space(self.records.delimiter),
            skip_blank_lines=False,
            encoding="utf-8",
            engine="c",
            **options,
        )
        return frame[columns]


def _stream_from(data: bytes, start: int) -> io.BytesIO:
    """The data from an offset on, as the parser is to see it."""
    if data.startswith(codecs.BOM_UTF8, start):
        # The parser takes off one mark, and here it belongs to the first text.
        return io.BytesIO(codecs.BOM_UTF8 + data[start:])
    stream = io.BytesIO(data)
    stream.seek(start)
    return stream


def _as_texts(column: "pd.Series[Any]") -> Texts:
    # A categorical dtype would be faster, but reads the ids 007 and 7 as one number.
    codes, values = pd.factorize(column.to_numpy())
    return Texts(np.asarray(codes, dtype=np.int64), [str(text) for text in values])


def read_table(source: str, config: ReadConfig, tell: Tell) -> Table:
    """Read a delimited file, or standard input for "-".

    Raises:
        DataError: The file cannot be read, has no rows, no header, or rows of differing length.
        ConfigError: An option does not fit.
    """
    name = source_name(source)
    records = split_records(read_text(source, config), name, config, tell)
    columns = tuple(text.strip() for text in records.rows(0, 1)[0])
    _check_names(columns, name)
    if len(records.lines) == 1:
        shown = ", ".join(escape(column) for column in columns[:10])
        more = ", or mend --encoding" if config.encoding else ""
        raise DataError(f"{name} has 0 rows of data under its header ({shown}); add rows{more}")
    table = Table(source=name, columns=columns, records=records, config=config, tell=tell)
    _check_header(table)
    return table


def kind_of(texts: Sequence[str]) -> Kind | None:
    """What most of the texts look like; None when all are missing."""
    present = [text.strip() for text in texts[:_SAMPLED_ROWS] if not is_missing(text)]
    if not present:
        return None
    if share_readable(present[:_SAMPLED_TIMES]) >= _LOOKS_LIKE:
        return "time"
    numbers = sum(is_plain(text) or is_number_like(text) for text in present)
    return "number" if numbers / len(present) >= _LOOKS_LIKE else "text"


def _is_rounded(text: str) -> bool:
    digits = text.strip().lstrip("+-")
    return digits.isdigit() and digits.isascii() and int(float(digits)) != int(digits[:4000])


def _check_names(columns: tuple[str, ...], name: str) -> None:
    seen: dict[str, int] = {}
    for number, column in enumerate(columns, start=1):
        if column and column in seen:
            raise DataError(
                f"{name}: the column {escape(column)} appears twice in the header (fields "
                f"{seen[column]} and {number}); rename one"
            )
        seen[column] = number


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
            f"{table.source}, line {table.records.lines[0]} looks like data, not like a header "
            f"({shown}); put a line with the column names above it"
        )
