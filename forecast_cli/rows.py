"""Arrays and frames with a row for each step -> DataFrames on a calendar, and back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast_cli.reading.frames import holds_times
from forecast_cli.times.calendar import Calendar

if TYPE_CHECKING:
    import pandas as pd

    Rows = ArrayLike | pd.DataFrame | pd.Series[Any]


def as_frame(rows: "Rows", name: str) -> "pd.DataFrame":
    """Rows [T] or [T, K] as a frame; `name`, or name0 and so on, where columns have no names.

    >>> as_frame([[1, 2], [3, 4]], "y").columns.tolist()
    ['y0', 'y1']
    """
    import pandas as pd

    if isinstance(rows, pd.Series):
        rows = rows.to_frame(name if rows.name is None else rows.name)
    if isinstance(rows, pd.DataFrame):
        return rows.set_axis([str(column) for column in rows.columns], axis="columns")
    values = np.asarray(rows)
    values = values[:, None] if values.ndim == 1 else values
    count = values.shape[1]
    names = [name] if count == 1 else [f"{name}{number}" for number in range(count)]
    return pd.DataFrame(values, columns=names)


def is_one_array(rows: "Rows") -> bool:
    """Whether rows are one series [T], not a table [T, K]."""
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return False
    return isinstance(rows, pd.Series) or np.asarray(rows).ndim == 1


def times_of(*frames: "pd.DataFrame") -> "pd.Index[Any] | None":
    """The first index [T] that holds times, None where rows are only counted."""
    return next((frame.index for frame in frames if holds_times(frame.index.dtype)), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """Frames side by side, with the column that holds their times."""

    frame: "pd.DataFrame"
    time: str
    counted: bool

    @classmethod
    def beside(cls, *frames: "pd.DataFrame") -> Self:
        """Frames of the same rows; without an index of times, rows are counted from 0.

        Raises:
            ValueError: Two frames have different times.
        """
        import pandas as pd

        index = times_of(*frames)
        timed = [frame for frame in frames if times_of(frame) is not None]
        if any(not frame.index.equals(index) for frame in timed):
            raise ValueError("the rows of X and y have different times")
        whole = pd.concat([frame.reset_index(drop=True) for frame in frames], axis="columns")
        time = "time"
        while time in whole.columns:
            time += "_"
        whole.insert(0, time, np.arange(len(whole)) if index is None else index)
        return cls(frame=whole, time=time, counted=index is None)


def positions_of(index: "pd.Index[Any]", calendar: Calendar) -> NDArray[np.int64]:
    """The calendar positions [T] of an index of times."""
    import pandas as pd

    starts = index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index
    moments = pd.DatetimeIndex(starts).as_unit("us")
    if moments.tz is not None:
        in_utc = calendar.grid.unit == "instant" and calendar.text.is_aware
        moments = moments.tz_convert(None) if in_utc else moments.tz_localize(None)
    return calendar.positions(moments.asi8)
