"""DataFrame -> columns: typed columns as numbers, and as the texts that `to_csv` writes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import Texts
from forecast_cli.wording import escape

if TYPE_CHECKING:
    import pandas as pd

_TIME = "time"
"""What the column of an index of times without a name is called."""

_ARROW_TIMES = ("date32", "date64", "time32", "time64")
_UNREADABLE = (bytes, dict, list, np.ndarray, set, tuple)
_SHORTEST_DAY = np.timedelta64(23, "h")


class FrameSource(str):
    """A DataFrame as a source of data: the text is how messages call it, as with a file's name."""

    frame: "pd.DataFrame"

    def __new__(cls, name: str, frame: "pd.DataFrame") -> Self:
        """A source with this name."""
        source = super().__new__(cls, name)
        source.frame = frame
        return source


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameCells:
    """The columns of a DataFrame that can be read, as `Cells`; why others cannot, by name."""

    columns: tuple[str, ...]
    data: tuple["pd.Series[Any]", ...]
    n_rows: int
    left_out: dict[str, str]
    _texts: dict[int, Texts] = field(default_factory=dict)

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""
        found = []
        for i, data in enumerate(self.data):
            # How times are written depends on all of them, how a number is does not.
            texts = texts_of(data.head(n_rows)) if is_numeric(data) else self._text_column(i)
            found.append([texts.values[code] for code in texts.codes[:n_rows].tolist()])
        return found

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        if not all(is_numeric(self.data[column]) for column in numbers):
            raise ValueError("a column is no number by its type")
        values = np.empty((self.n_rows, len(numbers)), order="F")
        for i, column in enumerate(numbers):
            values[:, i] = _numbers(self.data[column])
        return [self._text_column(column) for column in texts], values

    def _text_column(self, column: int) -> Texts:
        if column not in self._texts:
            self._texts[column] = texts_of(self.data[column])
        return self._texts[column]


def open_frame(source: FrameSource, config: ReadConfig) -> FrameCells:
    """The columns of a DataFrame, and of its index where that has a name or holds times.

    Raises:
        DataError: It has several levels of rows or of column names, or no columns.
    """
    columns = named_columns(source, config)
    if not columns:
        raise DataError(f"{source} has no columns; accepted: named columns and rows of data")
    faults = [_fault_of(data) for _, data in columns]
    kept = [entry for entry, fault in zip(columns, faults, strict=True) if not fault]
    return FrameCells(
        columns=tuple(name for name, _ in kept),
        data=tuple(data for _, data in kept),
        n_rows=len(source.frame),
        left_out={name: fault for (name, _), fault in zip(columns, faults, strict=True) if fault},
    )


def named_columns(
    source: FrameSource, config: ReadConfig = ReadConfig()
) -> list[tuple[str, "pd.Series[Any]"]]:
    """Every column with its name as text, that of the index first; raises as `open_frame`."""
    frame = source.frame
    if frame.columns.nlevels > 1:
        raise DataError(
            f"{source} has {frame.columns.nlevels} levels of column names; give every column one "
            "name, as in frame.columns = ['_'.join(map(str, name)) for name in frame.columns]"
        )
    if frame.index.nlevels > 1:
        shown = ", ".join(escape(str(name)) for name in frame.index.names)
        raise DataError(
            f"{source} has {frame.index.nlevels} levels in its index ({shown}); make columns of "
            "them with frame.reset_index()"
        )
    columns = [
        (str(name).strip(), frame.iloc[:, number]) for number, name in enumerate(frame.columns)
    ]
    taken = {name for name, _ in columns}
    index = _index_name(frame.index, taken)
    if index is None or (config.time in taken and config.time != index):
        return columns
    return [(index, frame.index.to_series().reset_index(drop=True)), *columns]


def _index_name(index: "pd.Index[Any]", taken: set[str]) -> str | None:
    """What the column of an index is called; None for one that is no column of its own."""
    if index.name is not None:
        name = str(index.name).strip()
        # As `set_index(…, drop=False)` leaves it.
        return None if name in taken else name
    if not holds_times(index.dtype):
        return None
    name = _TIME
    while name in taken:
        name += "_"
    return name


def holds_times(dtype: Any) -> bool:
    """Whether a type is one of pandas' own for times."""
    import pandas as pd

    return pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)


def is_numeric(data: "pd.Series[Any]") -> bool:
    """Whether a column, or the categories it is made of, are numbers by their type."""
    import pandas as pd

    kind = _kind(data)
    types = pd.api.types
    is_plain = types.is_numeric_dtype(kind) and not types.is_complex_dtype(kind)
    return is_plain and not types.is_bool_dtype(kind)


def _fault_of(data: "pd.Series[Any]") -> str:
    """Why a column cannot be read; "" where it can."""
    import pandas as pd

    kind = _kind(data)
    types = pd.api.types
    if is_numeric(data) or types.is_bool_dtype(kind) or holds_times(kind):
        return ""
    if types.is_object_dtype(kind):
        odd = next((value for value in data.dropna() if isinstance(value, _UNREADABLE)), None)
        return "" if odd is None else f"holds a {type(odd).__name__}, no number, text or time"
    if types.is_string_dtype(kind) or str(kind).startswith(_ARROW_TIMES):
        return ""
    return f"is of type {escape(str(kind))}, which holds neither numbers, texts nor times"


def texts_of(data: "pd.Series[Any]") -> Texts:
    """A column as texts, each distinct value written once; "" where it is missing."""
    import pandas as pd

    if pd.api.types.is_object_dtype(data.dtype):
        missing = data.isna().tolist()
        pairs = zip(data.tolist(), missing, strict=True)
        codes, written = np.arange(len(data)), ["" if gone else str(v) for v, gone in pairs]
    else:
        numbers, distinct = pd.factorize(data)
        codes, written = np.asarray(numbers, dtype=np.int64), _written(pd.Series(distinct))
    # Two values may be one text, and what is missing (-1) is one with "".
    merged, _ = pd.factorize(np.array([*written, ""], dtype=np.object_))
    texts = dict(zip(merged.tolist(), [*written, ""], strict=True))
    numbers, used = pd.factorize(merged[codes])
    return Texts(np.asarray(numbers, dtype=np.int64), [texts[code] for code in used.tolist()])


def _kind(data: "pd.Series[Any]") -> Any:
    """The type of a column, or of its categories."""
    import pandas as pd

    dtype = data.dtype
    return dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype


def _numbers(data: "pd.Series[Any]") -> NDArray[np.float64]:
    """A numeric column [R] as float64, NaN where missing."""
    import pandas as pd

    if isinstance(data.dtype, pd.CategoricalDtype):
        of_category = np.append(data.cat.categories.to_numpy(dtype=np.float64), np.nan)
        return np.asarray(of_category[data.cat.codes.to_numpy()], dtype=np.float64)
    return np.asarray(data.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _written(values: "pd.Series[Any]") -> list[str]:
    """Distinct values that are all there, as text."""
    import pandas as pd

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _written(pd.Series(np.asarray(values.array)))
    if isinstance(dtype, pd.PeriodDtype):
        values = values.dt.start_time
    elif pd.api.types.is_datetime64_any_dtype(dtype):
        values = _on_the_clock(values)
    elif not pd.api.types.is_string_dtype(dtype):
        return [str(value) for value in values.tolist()]
    return [str(text) for text in values.astype(str)]


def _on_the_clock(times: "pd.Series[Any]") -> "pd.Series[Any]":
    """Days of a place as its clock shows them: their UTC offset changes, their step does not."""
    import pandas as pd

    index = pd.DatetimeIndex(times)
    if index.tz is None:
        return pd.Series(index)
    moments = np.sort(index.tz_convert(None).to_numpy())
    by_day = len(moments) < 2 or np.diff(moments).min() >= _SHORTEST_DAY
    return pd.Series(index.tz_localize(None) if by_day else index)
