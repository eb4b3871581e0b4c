"""Text -> records: rows of equally many fields, each with its physical line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.clean_records import are_clean
from forecast_cli.reading.delimiters import csv_reader, sniff_delimiter
from forecast_cli.reading.footer import find_footer
from forecast_cli.reading.line_lengths import check_line_lengths
from forecast_cli.reading.places import Numbered, number_rows
from forecast_cli.reading.preamble import delimiter_line, find_header
from forecast_cli.reading.record_blocks import (
    Block,
    Offsets,
    find_marks,
    marked_blocks,
    offsets_of,
    split_blocks,
)
from forecast_cli.reading.record_scan import Scan, scan_marks, scan_text, with_regular_quotes

_NEWLINE = ord("\n")
_SHOWN_RECORDS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Delimited text of R records, the header first, each with `n_fields` fields.

    `ends` [R] are the offsets of the newlines that end the records, `lines` [R] the physical lines
    they start on. No record is blank and every quote is closed. `marks` [R, F] are the offsets
    where all fields stop, if they are known.
    """

    data: bytes
    delimiter: str
    n_fields: int
    ends: Offsets
    lines: Numbered
    marks: Offsets | None = None

    def rows(self, first: int, last: int) -> list[list[str]]:
        """The fields of the records first … last - 1."""
        text = self._text(first, last)
        return [row or [""] for row in csv_reader(text, self.delimiter, strict=False)]

    def columns(self, first: int, last: int) -> list[list[str]]:
        """The fields of the records first … last - 1, by column."""
        # Where fields have marks, quotes enclose them and stand nowhere else.
        text = self._text(first, last).replace('"', "")
        lines = f"\n{text}".replace("\n", self.delimiter)
        if self.marks is None or not text or f"{self.delimiter} " in lines:
            return [list(fields) for fields in zip(*self.rows(first, last), strict=True)]
        fields = lines[1:-1].split(self.delimiter)
        return [fields[column :: self.n_fields] for column in range(self.n_fields)]

    def _text(self, first: int, last: int) -> str:
        start = int(self.ends[first - 1]) + 1 if first else 0
        stop = int(self.ends[last - 1]) + 1 if last else 0
        return self.data[start:stop].decode("utf-8")

    def blocks(self, n_columns: int) -> Iterator[Block]:
        """All records but the header, some at a time, for work on so many columns at once."""
        if self.marks is not None:
            return marked_blocks(self.data, self.marks, n_columns)
        return split_blocks(self.data, self.delimiter, self.ends[1:], int(self.ends[0]) + 1)


def split_records(data: bytes, name: str, config: ReadConfig, tell: Tell) -> Records:
    """Records of a text that ends in a newline.

    Blank rows are left out (told when they are more than an empty line); in a file of one column an
    empty line between values is a missing value.

    Raises:
        DataError: A line is too long, a row has another number of fields than the header, or a
            quote is not closed.
    """
    delimiter = config.delimiter or delimiter_line(data[: data.index(_NEWLINE)])
    delimiter = delimiter or sniff_delimiter(data, config.max_line_bytes)
    marks = find_marks(data, delimiter)
    newlines = offsets_of(data, _NEWLINE) if marks is None else marks[:, -1]
    check_line_lengths(newlines, name, config.max_line_bytes)
    clean = _clean(data, delimiter, marks, config)
    if clean is not None:
        return clean
    scan = scan_text(data, delimiter, newlines) if marks is None else scan_marks(marks)
    if scan is None:
        data, lines = with_regular_quotes(data, name, delimiter)
        scan = scan_text(data, delimiter, offsets_of(data, _NEWLINE))
        assert scan is not None
        scan = scan._replace(lines=lines)
    records = _regular(data, name, delimiter, scan, config, tell)
    if marks is not None and len(marks) == len(records.lines):
        records = replace(records, marks=marks)
    if config.delimiter and records.n_fields == 1:
        _check_one_column(records, name, config.max_line_bytes)
    return records


def _clean(
    data: bytes, delimiter: str, marks: Offsets | None, config: ReadConfig
) -> Records | None:
    """The records as they stand, if nothing is to be left out or told."""
    if marks is None or marks.shape[1] > config.max_columns:
        return None
    records = Records(
        data=data,
        delimiter=delimiter,
        n_fields=marks.shape[1],
        ends=marks[:, -1],
        lines=number_rows(len(marks), first=1),
        marks=marks,
    )
    clean = are_clean(data, marks, lambda record: records.rows(record, record + 1)[0])
    return records if clean else None


def _check_one_column(records: Records, name: str, limit: int) -> None:
    """Refuse a delimiter that the file does not hold, where another one makes columns."""
    other = sniff_delimiter(records.data, limit)
    shown = records.rows(0, min(len(records.lines), _SHOWN_RECORDS))
    if all(other in row[0] for row in shown):
        raise DataError(
            f"{name} has only 1 column with --delimiter {records.delimiter!r}, and looks as if "
            f"written with {other!r}; leave --delimiter out or name the right one"
        )


def _regular(
    data: bytes, name: str, delimiter: str, scan: Scan, config: ReadConfig, tell: Tell
) -> Records:
    """Records without blank rows, all with as many fields as the first."""
    ends, lines, counts = scan
    starts = np.append(np.zeros(1, dtype=ends.dtype), ends[:-1] + 1)
    blank = _blank(data, starts, ends, counts)
    if blank.all():
        raise DataError(f"{name} is empty but for delimiters; accepted: a header and rows of data")

    def fields(record: int) -> list[str]:
        text = data[starts[record] : ends[record] + 1].decode("utf-8")
        return next(csv_reader(text, delimiter, strict=False))

    above = _preamble(data, starts, scan, blank, fields)
    _tell_notes(name, lines[above], "above the header", tell)
    first = int(np.argmin(blank | above))
    n_fields = int(counts[first])
    below = (np.arange(len(blank)) >= find_footer(n_fields, blank, fields)) & ~blank
    _tell_notes(name, lines[below], "below the data", tell)
    notes = above | below
    if n_fields > config.max_columns:
        raise too_many_columns(f"{name}, line {lines[first]}", n_fields, config)
    if n_fields == 1:
        # An empty line between values stands for a missing one.
        filled = np.flatnonzero(~blank)
        blank[filled[0] : filled[-1] + 1] = False
    _check_counts(name, lines, np.where(blank | notes, n_fields, counts), n_fields)
    if not (blank | notes).any():
        return Records(data=data, delimiter=delimiter, n_fields=n_fields, ends=ends, lines=lines)
    _tell_empty_rows(name, lines[blank & (counts > 1)], tell)
    return _without(data, delimiter, n_fields, (starts, ends, lines), ~(blank | notes))


def too_many_columns(where: str, n_columns: int, config: ReadConfig) -> DataError:
    """The error for more columns than `max_columns`."""
    return DataError(
        f"{where} has {n_columns} columns, more than the limit of {config.max_columns}; "
        "--max-columns raises it"
    )


def _preamble(
    data: bytes,
    starts: Offsets,
    scan: Scan,
    blank: NDArray[np.bool_],
    fields: Callable[[int], list[str]],
) -> NDArray[np.bool_]:
    """Which records [R] are text above the header."""
    filled = np.flatnonzero(~blank)
    above = np.zeros(len(blank), dtype=np.bool_)
    if len(filled) > 1 and delimiter_line(data[starts[filled[0]] : scan.ends[filled[0]]]):
        above[filled[0]] = True
        filled = filled[1:]
    header = find_header(scan.counts[filled], lambda record: fields(int(filled[record])))
    above[filled[:header]] = True
    return above


def _tell_notes(name: str, lines: Numbered, where: str, tell: Tell) -> None:
    if len(lines):
        shown = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"
        tell(Notice("warning", f"{name}: {shown} {where} left out"))


def _blank(
    data: bytes, starts: Offsets, ends: Offsets, counts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which records hold nothing but delimiters and spaces."""
    lengths = ends - starts
    blank = lengths == counts - 1
    short = np.flatnonzero(~blank & (lengths < counts + 40) & (counts == 1))
    for record in short.tolist() if len(short) < len(blank) or len(short) < 1000 else []:
        blank[record] = not data[starts[record] : ends[record]].strip()
    return np.asarray(blank)


def _check_counts(name: str, lines: Numbered, counts: NDArray[np.int64], n_fields: int) -> None:
    wrong = np.flatnonzero(counts != n_fields)
    if not len(wrong):
        return
    first = int(wrong[0])
    fields = "field" if counts[first] == 1 else "fields"
    more = f" (and {len(wrong) - 1} more such lines)" if len(wrong) > 1 else ""
    raise DataError(
        f"{name}, line {lines[first]} has {counts[first]} {fields}, expected {n_fields} as in the "
        f"header{more}; quote a field that holds the delimiter, delete a line that is no data, or "
        "name the delimiter with --delimiter"
    )


def _tell_empty_rows(name: str, lines: Numbered, tell: Tell) -> None:
    if len(lines):
        rows = "1 row" if len(lines) == 1 else f"{len(lines)} rows"
        tell(Notice("repair", f"{name}: {rows} without any value left out, first line {lines[0]}"))


def _without(
    data: bytes,
    delimiter: str,
    n_fields: int,
    scan: tuple[Offsets, Offsets, Numbered],
    keep: NDArray[np.bool_],
) -> Records:
    """Only the records to keep, moved together."""
    starts, ends, lines = scan
    if not keep.all():
        changes = np.zeros(len(data) + 1, dtype=np.int8)
        np.add.at(changes, starts[~keep], 1)
        np.add.at(changes, ends[~keep] + 1, -1)
        kept = np.cumsum(changes[:-1], dtype=np.int8) == 0
        data = np.frombuffer(data, dtype=np.uint8)[kept].tobytes()
    sizes = (ends - starts + 1)[keep]
    return Records(
        data=data,
        delimiter=delimiter,
        n_fields=n_fields,
        ends=np.cumsum(sizes) - 1,
        lines=lines[keep],
    )
