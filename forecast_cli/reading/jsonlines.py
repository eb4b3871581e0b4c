"""JSON lines -> records: one object a line, keys as columns, numbers as they are written."""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forecast_cli.errors import DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.decode import too_large
from forecast_cli.reading.line_lengths import check_line_lengths
from forecast_cli.reading.numbers import NESTED
from forecast_cli.reading.records import Records, too_many_columns
from forecast_cli.wording import escape

_SUFFIXES = (".jsonl", ".ndjson")
_CONVERT = "write it as JSON lines, one object a line, or as CSV"
_OBJECT, _LIST = NESTED
_CELL_BYTES = 8
_OPENED = re.compile(rb"\s*[{\[]")


def is_json_lines(text: bytes, source: str, name: str) -> bool:
    """Whether text, by the suffix of its source or its first line, is JSON lines.

    Raises:
        DataError: It is one JSON document.
    """
    by_name = source.lower().removesuffix(".gz").endswith(_SUFFIXES)
    # The text may be large, and mostly it is a table: nothing of it is copied to see that.
    if not _OPENED.match(text):
        return by_name
    stripped = text.strip()
    first = stripped.split(b"\n", 1)[0].strip()
    is_closed = stripped[-1:] in (b"]", b"}")
    try:
        found = _DECODER.decode(first.decode())
    except RecursionError:
        return True
    except ValueError:
        if is_closed and (not by_name or first in (b"{", b"[")):
            raise _document(name) from None
        return by_name
    alone = first == stripped
    if isinstance(found, list) or (alone and any(isinstance(value, list) for _, value in found)):
        raise _document(name)
    return True


def _document(name: str) -> DataError:
    return DataError(f"{name} is JSON in one document, not JSON lines; {_CONVERT}")


def _float_text(text: str) -> str:
    """A number with a fraction or an exponent in its shortest form; as it is where too large."""
    value = float(text)
    return repr(value) if math.isfinite(value) else text


# Whole numbers stay text, so that long ids keep every digit.
_DECODER = json.JSONDecoder(
    object_pairs_hook=tuple, parse_float=_float_text, parse_int=str, parse_constant=str
)


@dataclass(eq=False)
class _Columns:
    """The texts of every key so far, "" where a line does not have it, and nested values."""

    name: str
    config: ReadConfig
    texts: dict[str, list[str]] = field(default_factory=dict)
    nested: dict[str, tuple[int, str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def add(self, line: int, pairs: tuple[tuple[str, Any], ...]) -> None:
        """The object of one line."""
        row = dict(pairs)
        if len(row) < len(pairs):
            raise self._doubled(line, [key for key, _ in pairs])
        for key in row:
            if key not in self.texts:
                self.texts[key] = [""] * len(self.lines)
        if len(self.texts) > self.config.max_columns:
            raise too_many_columns(f"{self.name}, line {line}", len(self.texts), self.config)
        self.lines.append(line)
        if len(self.texts) * len(self.lines) * _CELL_BYTES > self.config.max_bytes:
            raise too_large(self.name, self.config.max_bytes)
        for key, texts in self.texts.items():
            value = row.get(key)
            texts.append(value if type(value) is str else self._text(line, key, value))

    def _text(self, line: int, key: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        self.nested.setdefault(key, (line, "a list" if isinstance(value, list) else "an object"))
        return _LIST if isinstance(value, list) else _OBJECT

    def _doubled(self, line: int, keys: list[str]) -> DataError:
        key = next(key for i, key in enumerate(keys) if key in keys[:i])
        return DataError(
            f"{self.name}, line {line}: the key {escape(key)} stands twice in one object; "
            "delete or rename one"
        )

    def take_nested(self) -> dict[str, str]:
        """Take out the columns without any plain value; why, by key."""
        found = {}
        for key, (line, what) in self.nested.items():
            if set(self.texts[key]) <= {"", _OBJECT, _LIST}:
                del self.texts[key]
                found[key] = f"holds {what} on line {line}, and a value must be a number or a text"
        return found


def split_objects(data: bytes, name: str, config: ReadConfig) -> tuple[Records, dict[str, str]]:
    """Records of JSON lines, and why a key is left out, by key.

    A missing key and null are empty fields; blank lines are left out.

    Raises:
        DataError: A line is no JSON object, or too long, or names a key twice.
    """
    check_line_lengths(
        np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")),
        name,
        config.max_line_bytes,
    )
    columns = _Columns(name, config)
    for line, text in enumerate(data.decode().split("\n"), start=1):
        if text and not text.isspace():
            columns.add(line, _parse(text, name, line))
    left_out = columns.take_nested()
    if not columns.texts:
        what = "; ".join(f"{escape(key)} {why}" for key, why in list(left_out.items())[:1])
        raise DataError(f"{name} has no key with plain values; {what or 'its objects are empty'}")
    return _records(columns), left_out


def _parse(text: str, name: str, line: int) -> tuple[tuple[str, Any], ...]:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        fault = f"{error.msg[:1].lower()}{error.msg[1:]}, character {error.colno}"
        raise DataError(
            f"{name}, line {line} is no JSON object ({escape(fault)}): '{escape(text)}'; mend it, "
            "or delete the line if it is no data"
        ) from error
    except RecursionError as error:
        raise DataError(
            f"{name}, line {line}: JSON is nested too deeply; write flat keys"
        ) from error
    if not isinstance(value, tuple):
        raise DataError(
            f"{name}, line {line} is no JSON object: '{escape(text)}'; every line must be one, "
            'as in {"date": "2024-01-31", "value": 1.5}'
        )
    return value


def _records(columns: _Columns) -> Records:
    """The columns as delimited text, which is what the parser of numbers takes."""
    quoted = [_quoted(key, texts) for key, texts in columns.texts.items()]
    lines = [columns.lines[0], *columns.lines]
    written = [
        _encoded(",".join(row), columns.name, line)
        for row, line in zip(zip(*quoted, strict=True), lines, strict=True)
    ]
    return Records(
        data=b"".join(written),
        delimiter=",",
        n_fields=len(columns.texts),
        ends=np.cumsum([len(row) for row in written]) - 1,
        lines=np.array(lines, dtype=np.int64),
    )


def _quoted(key: str, texts: list[str]) -> list[str]:
    """A key and its texts as fields, all in quotes where one of them needs it."""
    column = [key, *texts]
    together = "".join(column)
    if not any(mark in together for mark in ' ",\n\r\t'):
        return column
    return ['"' + text.replace('"', '""') + '"' for text in column]


def _encoded(row: str, name: str, line: int) -> bytes:
    try:
        data = row.encode() + b"\n"
    except UnicodeEncodeError as error:
        half = escape(error.object[error.start])
        raise DataError(
            f"{name}, line {line}: {half} is half a character; write the character itself"
        ) from error
    if b"\0" in data:
        raise DataError(f"{name}, line {line}: a NUL character (\\u0000); leave it out")
    return data
