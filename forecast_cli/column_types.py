"""Forecast -> DataFrame whose ids and times have the types that they came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.forecast import Forecast
from forecast_cli.panel import Columns
from forecast_cli.reading.frames import FrameSource, holds_times, named_columns, texts_of
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.timestamps import Times

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnTypes:
    """How times are typed, None where they come from a file, and the ids by their text.

    `time` is a type of pandas, or the class of Python's own dates.
    """

    time: Any = None
    ids: Mapping[str, "pd.Series[Any]"] = field(default_factory=dict)


def types_in(source: str, columns: Columns) -> ColumnTypes:
    """The types of the id and time columns of a DataFrame; those of a file are not known."""
    if not isinstance(source, FrameSource):
        return ColumnTypes()
    named = dict(named_columns(source))
    return ColumnTypes(
        time=_time_type(named[columns.time]) if columns.time in named else None,
        ids={name: _by_text(named[name]) for name in columns.id if name in named},
    )


def typed_frame(forecast: Forecast, types: ColumnTypes) -> "pd.DataFrame":
    """The frame of a forecast with ids and times typed.

    Where the type of times is not known, dates are datetime64, in the time zone or with the UTC
    offset that the file had, and whole numbers are int64. Ids that are not known stay texts.
    """
    frame = forecast.frame()
    n_ids = len(forecast.columns.id)
    # The cutoffs of a scored forecast stand behind its times.
    n_times = 1 if forecast.actual is None else 2
    for name in frame.columns[n_ids : n_ids + n_times]:
        frame[name] = typed_times(frame[name].tolist(), forecast.calendar, types.time)
    for name in forecast.columns.id:
        known = types.ids.get(name)
        if known is not None and frame[name].isin(known.index).all():
            frame[name] = known.loc[frame[name]].array
    return frame


def typed_times(labels: list[Any], calendar: Calendar, kind: Any = None) -> "pd.Index[Any]":
    """Times [T] as a calendar writes them, in the type that they are to have.

    >>> typed_times(["2024-01", "2024-02"], Calendar.dates("MS", pattern="%Y-%m"))
    DatetimeIndex(['2024-01-01', '2024-02-01'], dtype='datetime64[us]', freq=None)
    """
    import pandas as pd

    is_text = kind is not None and kind is not date and pd.api.types.is_string_dtype(kind)
    if calendar.kind == "date" and not is_text:
        return _typed_dates(labels, calendar, kind)
    written = [str(label) for label in labels] if is_text else labels
    index: pd.Index[Any] = pd.Index(written, dtype=None if kind is date else kind)
    return index


def _typed_dates(labels: list[Any], calendar: Calendar, kind: Any) -> "pd.Index[Any]":
    import pandas as pd

    times = calendar.text.parse(labels)
    if kind is date:
        return pd.Index(_clock(times.wall).date, dtype=object)
    if isinstance(kind, pd.PeriodDtype):
        return pd.PeriodIndex(_clock(times.wall), freq=kind.freq)
    zone = getattr(kind, "tz", None) or (_offset(times) if calendar.text.is_aware else None)
    found = _moments(times, calendar, zone)
    return found.astype(kind) if holds_times(kind) else found


def _moments(times: Times, calendar: Calendar, zone: Any) -> "pd.DatetimeIndex":
    """Times in a zone, or on the clock where there is none."""
    if zone is None:
        return _clock(times.wall)
    if calendar.text.is_aware:
        return _clock(times.utc).tz_localize("UTC").tz_convert(calendar.text.zone or zone)
    first = np.ones(len(times.wall), dtype=np.bool_)
    return _clock(times.wall).tz_localize(zone, nonexistent="shift_forward", ambiguous=first)


def _clock(times: NDArray[np.int64]) -> "pd.DatetimeIndex":
    """Microseconds since 1970 as times without a zone."""
    import pandas as pd

    return pd.DatetimeIndex(times.astype("datetime64[us]"))


def _offset(times: Times) -> timezone:
    """The UTC offset of times that all have one."""
    return timezone(timedelta(microseconds=int((times.wall - times.utc)[0])))


def _time_type(column: "pd.Series[Any]") -> Any:
    """The type that times are to have that are like those of a column."""
    import pandas as pd

    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    if not pd.api.types.is_object_dtype(kind):
        return kind
    first = next(iter(column.dropna()), None)
    if isinstance(first, datetime):
        return None
    return date if isinstance(first, date) else object


def _by_text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """The distinct values of a column by the text that stands for them."""
    texts = texts_of(column)
    _, first = np.unique(texts.codes, return_index=True)
    found = column.iloc[first]
    return found.set_axis([texts.values[code] for code in texts.codes[first]])
