"""Frame -> the bytes of a file, and plain values -> JSON."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from forecast_cli.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

FileFormat = Literal["csv", "tsv", "json", "jsonl", "parquet"]
RowFormat = Literal["csv", "tsv", "jsonl"]
"""Formats in which rows stand one after the other."""

SCHEMA_VERSION = 1
"""What JSON documents say of their own form."""

_NEEDS_QUOTES = frozenset(',\t"\r\n')


def check_format(file_format: FileFormat) -> None:
    """Find out before the work that a format cannot be written.

    Raises:
        MissingExtraError: Parquet, and pyarrow is not installed.
    """
    if file_format == "parquet" and find_spec("pyarrow") is None:
        raise MissingExtraError(
            "--format parquet needs pyarrow; install it: pip install 'forecast-cli[parquet]'"
        )


def render_frame(
    frame: "pd.DataFrame",
    file_format: FileFormat,
    *,
    name: str = "forecast",
) -> bytes:
    """A frame as the bytes of a file; numbers are written in the shortest form that reads back.

    What is missing is an empty field in CSV and null in JSON. JSON is one document,
    `{"schema_version": 1, "forecast": [...]}` for instance, with the `name` of the rows; JSON lines
    are one record a line.

    Raises:
        MissingExtraError: Parquet, and pyarrow is not installed.
    """
    check_format(file_format)
    match file_format:
        case "csv" | "tsv" | "jsonl":
            return render_rows(_plain_columns(frame), file_format)
        case "json":
            document = {"schema_version": SCHEMA_VERSION, name: records(frame)}
            return dump_json(document, indent=2).encode()
        case "parquet":
            buffer = io.BytesIO()
            frame.to_parquet(buffer, engine="pyarrow", index=False)
            return buffer.getvalue()


def render_rows(
    columns: Mapping[str, Sequence[Any]], file_format: RowFormat, *, header: bool = True
) -> bytes:
    """Columns of plain values as the bytes of a file, as `render_frame` writes them.

    Without a `header` CSV goes on with rows only.
    """
    if file_format == "jsonl":
        rows = zip(*columns.values(), strict=True)
        return "".join(dump_json(dict(zip(columns, row, strict=True))) for row in rows).encode()
    delimiter = "," if file_format == "csv" else "\t"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(columns)
    fields = [_fields(column) for column in columns.values()]
    # Fields that are text as they should stand are put together in half the time.
    texts = [field for field in fields if field is not None]
    if len(texts) == len(columns) > 1:
        buffer.writelines(f"{delimiter.join(row)}\n" for row in zip(*texts, strict=True))
    else:
        writer.writerows(zip(*columns.values(), strict=True))
    return buffer.getvalue().encode()


def _fields(column: Sequence[Any]) -> Iterable[str] | None:
    """The fields of a column as they stand among others, or None where `csv` has to say."""
    kinds = set(map(type, column))
    if kinds == {float}:
        return map(repr, column)
    if kinds == {str} and _NEEDS_QUOTES.isdisjoint("".join(set(column))):
        return column
    return None


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a frame as plain Python values; NaN becomes None."""
    columns = _plain_columns(frame)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain_columns(frame: "pd.DataFrame") -> dict[str, list[Any]]:
    return {str(name): [_plain(v) for v in frame[name].tolist()] for name in frame.columns}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def dump_json(value: Any, *, indent: int | None = None) -> str:
    r"""A JSON document of one or more lines, ending in a newline, that no terminal can act on.

    >>> print(dump_json({"é": "\x9b"}), end="")
    {"é": "\u009b"}
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return "".join(c if c.isprintable() or c == "\n" else _escape_json(c) for c in text) + "\n"


def _escape_json(character: str) -> str:
    return json.dumps(character)[1:-1]
