"""Time columns -> calendar and positions: what the times of a table say, or a refusal with line."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.packed_texts import empties
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import Texts, paired
from forecast_cli.reading.clocks import clock_text
from forecast_cli.reading.integers import (
    are_year_months,
    mostly_integers,
    place_integers,
    read_integers,
    tell_epoch,
    tell_year_months,
    without_fractions,
)
from forecast_cli.reading.places import Numbered, number_rows
from forecast_cli.reading.table import Table
from forecast_cli.reading.timesource import (
    Timeline,
    TimeSource,
    asked_grid,
    check_grid,
    check_labels,
    require_two,
)
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import distinct, month_number, ordered
from forecast_cli.times.grid import Grid, infer_grid
from forecast_cli.times.timeformats import AmbiguousTimesError, from_format, read_times
from forecast_cli.times.timestamps import Times, TimeText, offset_text, zone_of
from forecast_cli.wording import escape

_MONTHS_TO_DOUBLE_YEAR = 13
_SERIES = 4


def read_timeline(table: Table, columns: Sequence[int], config: ReadConfig, tell: Tell) -> Timeline:
    """The times [R] of one time column, or of a year column with a month, quarter and day column.

    Raises:
        DataError: A time is missing or unreadable, times are irregular, or too few to tell.
        ConfigError: `freq` or `date_format` is not understood.
    """
    texts = joined_texts(table, columns)
    first = _first_rows(texts)
    in_order = bool((first[1:] > first[:-1]).all())
    if not in_order:
        order = np.argsort(first)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        texts = Texts(rank[texts.codes], [texts.values[i] for i in order.tolist()])
        first = first[order]
    source = TimeSource(
        texts=texts.values,
        name="-".join(table.columns[column] for column in columns),
        origin=table.source,
        where=lambda text: table.where(int(first[text]), columns[0]),
    )
    timeline = place_times(source, config, tell)
    # Where all times differ, each row has its own already.
    return timeline if len(texts.values) == table.n_rows else timeline.take(texts.codes)


def _first_rows(texts: Texts) -> Numbered:
    """The first row [T] of each text."""
    rows = number_rows(len(texts.codes))
    if len(texts.values) == len(rows) and (texts.codes == rows).all():
        return rows
    first = np.full(len(texts.values), len(rows), dtype=rows.dtype)
    n_seen = 0
    # Most often the first series has all times.
    while n_seen < len(rows) and (not n_seen or first.max() == len(rows)):
        n_seen = min(len(rows), _SERIES * max(n_seen, len(first)))
        first[texts.codes[:n_seen][::-1]] = rows[:n_seen][::-1]
    return first


def joined_texts(table: Table, columns: Sequence[int]) -> Texts:
    """The texts of a time column, or of several joined as year-month-day or year-Qquarter.

    A time of day follows a space: the second column where the first holds more than years, and any
    fourth one.
    """
    if len(columns) == 1:
        return table.stripped(columns[0])
    first = table.texts(columns[0])
    codes, values = first.codes, [text.strip() for text in first.values]
    has_days = any(len(text) > len("2024") for text in values)
    for number, column in enumerate(columns[1:], start=1):
        part = table.texts(column)
        mark = "-Q" if "q" in table.columns[column].lower() else "-"
        mark = " " if number == 3 or (has_days and len(columns) == 2) else mark
        pairs, codes = paired(codes, part)
        values = [
            values[pair // len(part.values)] + mark + _part_text(part.values, pair, mark)
            for pair in pairs.tolist()
        ]
    return Texts(codes, values)


def _part_text(values: Sequence[str], pair: int, mark: str) -> str:
    text = values[pair % len(values)].strip()
    if mark == " ":
        return clock_text(text)
    return text if mark == "-Q" else str(month_number(text) or text).zfill(2)


def place_times(source: TimeSource, config: ReadConfig, tell: Tell) -> Timeline:
    """The distinct times on the calendar that holds all of them."""
    blank = empties(source.texts)
    if len(blank):
        raise DataError(f"{source.where(int(blank[0]))}: the time is missing; every row needs one")
    if config.date_format is not None:
        return _place_dates(source, config, tell)
    source = _with_whole_numbers(source, tell)
    if not mostly_integers(source.texts):
        return _place_dates(source, config, tell)
    values = read_integers(source)
    if not are_year_months(source, values, config):
        tell_epoch(source, tell)
        return place_integers(source, values, config)
    tell_year_months(source, tell)
    return _place_dates(source, replace(config, date_format="%Y%m"), tell)


def _with_whole_numbers(source: TimeSource, tell: Tell) -> TimeSource:
    """The times of a source, as whole numbers where all are written as 1960.0."""
    whole = without_fractions(source.texts)
    if whole is None or len(set(whole)) < len(whole):
        return source
    text = f"column {escape(source.name)}: {escape(source.texts[0])} is read as {whole[0]}"
    tell(Notice("guess", text))
    return replace(source, texts=whole)


def _place_dates(source: TimeSource, config: ReadConfig, tell: Tell) -> Timeline:
    written, times = _written_times(source, config.date_format)
    if times.bad.any():
        raise _unreadable(source, written, times)
    if times.utc is not times.wall and len(distinct(times.wall - times.utc)) > 1:
        written = _with_zone(source, written, times, tell)
    grid = _date_grid(source, times, config)
    moments = times.utc if grid.unit == "instant" else times.wall
    _refuse_double_years(source, grid)
    if config.freq is None:
        _refuse_months_of_weeks(source, grid, moments)
    check_grid(source, grid, moments, config)
    calendar = Calendar(grid=grid, text=written)
    if config.freq is not None:
        check_labels(source, calendar, moments, config)
    return Timeline.placed(calendar, moments)


def _refuse_double_years(source: TimeSource, grid: Grid) -> None:
    """Refuse 2001/02, 2002/03 and so on: years that end in the next one are no months."""
    if grid.unit == "month" and grid.step == _MONTHS_TO_DOUBLE_YEAR:
        raise DataError(
            f"{source.found(0)}, '{escape(source.texts[1])}' and so on are every 13 months if read "
            "as months; write a year that ends in the next one by its first year, as in 2001"
        )


def _refuse_months_of_weeks(source: TimeSource, grid: Grid, moments: NDArray[np.int64]) -> None:
    """Refuse times that are always four or five weeks apart: months of whole weeks are no grid."""
    if grid.unit != "day" or grid.step != 7:
        return
    weeks = np.diff(distinct(grid.positions(moments)))
    if set(weeks.tolist()) == {4, 5}:
        raise DataError(
            f"{source.found(0)}, '{escape(source.texts[1])}' and so on are four and five weeks "
            "apart, as in 4-4-5 calendars, and on no grid; number the periods 1, 2, 3, … instead "
            "(--season-length 12), or say --freq MS --aggregate last if each has a month of its own"
        )


def _written_times(source: TimeSource, date_format: str | None) -> tuple[TimeText, Times]:
    """How the times are written, and what they say."""
    if date_format is not None:
        try:
            return from_format(date_format, source.texts)
        except ValueError as error:
            raise ConfigError(
                f"--date-format {date_format!r}: {error}; accepted are the directives of strftime "
                "such as %Y-%m-%d %H:%M:%S, and %q for a quarter"
            ) from error
    try:
        found = read_times(source.texts)
    except AmbiguousTimesError as error:
        raise DataError(
            f"{source.where(0)}: '{escape(source.texts[0])}' may be read as {error}; say which "
            "with --date-format"
        ) from error
    if found is None and month_number(source.texts[0]) is not None:
        raise DataError(
            f"{source.found(0)} is a month without its year; add a column with the year, or write "
            "2024-01"
        )
    if found is None:
        raise DataError(
            f"{source.where(0)}: '{escape(source.texts[0])}' is not a time; accepted are dates "
            "such as 2024-01-31, 2024-01, 2024Q1, years, whole numbers; --date-format names others"
        )
    return found


def _unreadable(source: TimeSource, written: TimeText, times: Times) -> DataError:
    first = int(np.argmax(times.bad))
    good = np.flatnonzero(~times.bad)
    like = f" such as '{escape(source.texts[int(good[0])])}'" if len(good) else ""
    pattern = written.pattern + ("%z" if written.suffix else "")
    return DataError(
        f"{source.where(first)}: '{escape(source.texts[first])}' is not a time in the format of "
        f"the others ({pattern}{like}); mend it, delete the line if it is no data, or name the "
        "format with --date-format"
    )


def _with_zone(source: TimeSource, written: TimeText, times: Times, tell: Tell) -> TimeText:
    """How to write future times where the UTC offset changes within the file."""
    zone = zone_of(times)
    if zone is None:
        latest = int(times.utc.argmax())
        tell(
            Notice(
                "warning",
                f"column {escape(source.name)}: UTC offsets change; forecasts are written with the "
                f"last one, as in '{escape(source.texts[latest])}'",
            )
        )
        suffix = offset_text(source.texts[latest])
        return replace(written, suffix=suffix)
    tell(Notice("guess", f"column {escape(source.name)}: UTC offsets change as they do in {zone}"))
    return replace(written, zone=zone)


def _date_grid(source: TimeSource, times: Times, config: ReadConfig) -> Grid:
    wall, utc = times.wall, times.utc
    if (utc[1:] < utc[:-1]).any():
        order = np.argsort(utc, kind="stable")
        wall, utc = wall[order], utc[order]
    if config.freq is not None:
        return asked_grid(source, config, wall, utc)
    require_two(source, len(distinct(utc)), "--freq")
    return infer_grid(ordered(wall), utc)
