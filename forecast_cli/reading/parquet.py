"""Parquet -> columns: typed columns as numbers, and as the texts a CSV of them would hold."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError, MissingExtraError
from forecast_cli.packed_texts import pack
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import Texts
from forecast_cli.reading.decode import too_large
from forecast_cli.reading.records import too_many_columns
from forecast_cli.wording import escape

_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_CELL_BYTES = 8
_BATCH_ROWS = 500


def is_parquet(data: bytes) -> bool:
    """Whether bytes are a Parquet file, a damaged one too; text may start with PAR1 as well."""
    marked = data.startswith((_MAGIC, _ENCRYPTED))
    return marked and (data.endswith(data[:4]) or b"\0" in data)


def open_parquet(data: bytes, name: str, config: ReadConfig) -> "ParquetCells":
    """The columns of a Parquet file.

    Raises:
        MissingExtraError: pyarrow is not installed.
        DataError: The file is damaged, encrypted, larger than `max_bytes` when unpacked, has more
            than `max_columns` columns, or no rows.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtraError(
            f"{name} is a Parquet file, and reading it needs pyarrow; install it: "
            "pip install 'forecast-cli[parquet]', or convert it to CSV"
        )
    if data.startswith(_ENCRYPTED):
        raise DataError(f"{name} is an encrypted Parquet file; write it without encryption")
    from pyarrow import BufferReader, parquet

    with _reading(name):
        file = parquet.ParquetFile(BufferReader(data), page_checksum_verification=True)
        schema = file.schema_arrow
    _check_size(file, name, config)
    kept = [i for i, column in enumerate(schema) if not _fault(column.type)]
    return ParquetCells(
        name=name,
        file=file,
        columns=tuple(schema.field(i).name for i in kept),
        n_rows=file.metadata.num_rows,
        left_out={column.name: fault for column in schema if (fault := _fault(column.type))},
    )


def _check_size(file: Any, name: str, config: ReadConfig) -> None:
    """Refuse what is too large when unpacked, by what the file says of itself."""
    metadata = file.metadata
    sizes = (metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if max(sum(sizes), metadata.num_rows * _CELL_BYTES) > config.max_bytes:
        raise too_large(name, config.max_bytes)
    n_columns = len(file.schema_arrow)
    if n_columns > config.max_columns:
        raise too_many_columns(name, n_columns, config)
    if not n_columns:
        raise DataError(f"{name} has no columns; accepted: named columns and rows of data")


def _fault(type_: Any) -> str:
    """Why a column of an Arrow type cannot be read; "" where it can."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return _fault(type_.value_type)
    readable = (
        *(types.is_null, types.is_boolean, types.is_integer, types.is_floating, types.is_decimal),
        *(types.is_string, types.is_large_string, types.is_string_view),
        *(types.is_date, types.is_timestamp, types.is_time),
    )
    if any(is_type(type_) for is_type in readable):
        return ""
    return f"is of type {escape(str(type_))}, which holds neither numbers, texts nor times"


@dataclass(frozen=True, kw_only=True, eq=False)
class ParquetCells:
    """The columns of a Parquet file that can be read, as `Cells`; why others cannot, by name."""

    name: str
    file: Any
    columns: tuple[str, ...]
    n_rows: int
    left_out: dict[str, str] = field(default_factory=dict)

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""
        with _reading(self.name):
            batches = self.file.iter_batches(
                min(n_rows, _BATCH_ROWS), columns=list(self.columns), use_threads=False
            )
            head = next(batches)
            texts = [_texts(_sound(head.column(i))) for i in range(len(self.columns))]
        return [[text.values[code] for code in text.codes.tolist()] for text in texts]

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        wanted = list(dict.fromkeys([*texts, *numbers]))
        with _reading(self.name):
            table = self.file.read(columns=[self.columns[i] for i in wanted], use_threads=False)
            if table.num_rows != self.n_rows:
                raise OSError(f"{table.num_rows} rows instead of {self.n_rows}")
            columns = {i: _sound(table.column(self.columns[i])).combine_chunks() for i in wanted}
            written = [_texts(columns[column]) for column in texts]
        if not all(_is_numeric(columns[column]) for column in numbers):
            raise ValueError("a column is no number by its type")
        values = np.empty((self.n_rows, len(numbers)), order="F")
        for i, column in enumerate(numbers):
            values[:, i] = _numbers(columns[column])
        return written, values


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """What pyarrow raises for damaged bytes, as DataError."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError, ValueError, StopIteration) as error:
        fault = escape(str(error).split("\n", maxsplit=1)[0].strip().rstrip("."), limit=100)
        raise DataError(
            f"{name} is a damaged Parquet file ({fault}); fetch or write it anew"
        ) from error


def _sound(column: Any) -> Any:
    """A column, checked in full: pyarrow trusts offsets, codes and text that a file brings."""
    column.validate(full=True)
    return column


def _is_numeric(column: Any) -> bool:
    from pyarrow import types

    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    tests = (types.is_integer, types.is_floating, types.is_decimal, types.is_null)
    return any(is_type(kind) for is_type in tests)


def _numbers(column: Any) -> NDArray[np.float64]:
    """A numeric column [R] as float64, NaN where missing."""
    from pyarrow import compute, float64, types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    values = compute.cast(column, float64(), safe=False)
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _texts(column: Any) -> Texts:
    """A column as texts, each distinct value written once; "" where it is null."""
    import pandas as pd
    from pyarrow import string, types

    if types.is_null(column.type) or types.is_string_view(column.type):
        column = column.cast(string())
    encoded = column if types.is_dictionary(column.type) else column.dictionary_encode()
    values = _written(encoded.dictionary)
    exact = types.is_integer(column.type) or types.is_temporal(column.type)
    if exact and not column.null_count:
        # What was encoded here is in order of first appearance, each value once.
        return Texts(encoded.indices.to_numpy().astype(np.int64), pack(values))
    codes = encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    # Null and "" are one text, and a dictionary may hold values twice or unused.
    merged, distinct = pd.factorize(np.array([*values, ""], dtype=np.object_))
    codes, used = pd.factorize(merged[codes])
    return Texts(np.asarray(codes, dtype=np.int64), [str(distinct[i]) for i in used])


def _written(values: Any) -> list[str]:
    """Distinct values as text: numbers in the shortest form, times as ISO 8601 has them."""
    from pyarrow import date32, string, types

    if types.is_timestamp(values.type):
        return _written_times(values)
    if types.is_date(values.type):
        values = values.cast(date32())
    if not types.is_string(values.type):
        values = values.cast(string(), safe=False)
    return [text or "" for text in values.to_pylist()]


def _written_times(values: Any) -> list[str]:
    """Days where all times are midnights without a zone; else the zone's clock and UTC offset."""
    from pyarrow import compute, timestamp

    unit, zone = values.type.unit, values.type.tz
    wall = compute.local_timestamp(values) if zone else values
    clock: NDArray[np.datetime64] = wall.to_numpy(zero_copy_only=False)
    known = ~np.isnat(clock)
    units = ("s", "ms", "us", "ns") if zone else ("D", "s", "ms", "us", "ns")
    exact = (clock.astype(f"M8[{u}]") for u in units)
    clock = next(times for times in exact if (times[known] == clock[known]).all())
    texts = np.datetime_as_string(clock).astype(np.object_)
    if zone:
        moments = values.cast(timestamp(unit)).to_numpy(zero_copy_only=False)
        texts[known] += _offsets(clock[known] - moments[known])
    texts[~known] = ""
    return [str(text) for text in texts]


def _offsets(differences: NDArray[np.timedelta64]) -> NDArray[np.object_]:
    """UTC offsets as in +01:00."""
    minutes = differences.astype("m8[m]").astype(np.int64).tolist()
    signs = ("-" if m < 0 else "+" for m in minutes)
    written = [
        f"{sign}{abs(m) // 60:02d}:{abs(m) % 60:02d}"
        for sign, m in zip(signs, minutes, strict=True)
    ]
    return np.array(written, dtype=np.object_)
