"""Time columns -> calendar and positions: what the times of a table say, or a refusal with line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import ReadConfig
from forecast_cli.errors import ConfigError, DataError, Notice, Tell, escape
from forecast_cli.reading.table import Table, Texts
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import distinct
from forecast_cli.times.grid import Grid, grid_from_alias, infer_grid
from forecast_cli.times.timeformats import AmbiguousTimesError, from_format, sniff
from forecast_cli.times.timestamps import Times, TimeText, offset_text, zone_of

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_YEARS = (1500, 2200)
_SAMPLE = 1000
_SPREADSHEET_DAYS = (20_000, 80_000)
_DATE_NAMES = ("date", "datum", "day", "ds", "datetime", "timestamp", "time", "month", "fecha")
# A grid with more steps than this for each time in the file is taken for a misunderstanding.
_STEPS_PER_TIME = 20
_STEPS_PER_TIME_ASKED = 2000


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeSource:
    """The distinct time texts of a column in file order, and how a message names their places."""

    texts: list[str]
    name: str
    origin: str
    where: Callable[[int], str]


def read_timeline(
    table: Table, columns: Sequence[int], config: ReadConfig, tell: Tell
) -> tuple[Calendar, NDArray[np.int64]]:
    """The calendar of one time column, or of a year column with a month, quarter and day column.

    Returns:
        The calendar and the position [R] of each row.

    Raises:
        DataError: A time is missing or unreadable, times are irregular, or too few to tell.
        ConfigError: `freq` or `date_format` is not understood.
    """
    texts = joined_texts(table, columns)
    first = np.empty(len(texts.values), dtype=np.int64)
    first[texts.codes[::-1]] = np.arange(table.n_rows)[::-1]
    order = np.argsort(first)
    source = TimeSource(
        texts=[texts.values[i] for i in order.tolist()],
        name="-".join(table.columns[column] for column in columns),
        origin=table.source,
        where=lambda text: table.where(int(first[order[text]]), columns[0]),
    )
    calendar, positions = place_times(source, config, tell)
    placed = np.empty_like(positions)
    placed[order] = positions
    return calendar, placed[texts.codes]


def joined_texts(table: Table, columns: Sequence[int]) -> Texts:
    """The texts of a time column, or of several joined as year-month-day or year-Qquarter."""
    first = table.texts(columns[0])
    if len(columns) == 1:
        return Texts(first.codes, list(map(str.strip, first.values)))
    codes, values = first.codes, [text.strip() for text in first.values]
    for column in columns[1:]:
        part = table.texts(column)
        mark = "-Q" if "q" in table.columns[column].lower() else "-"
        pairs, codes = np.unique(codes * len(part.values) + part.codes, return_inverse=True)
        values = [
            values[pair // len(part.values)] + mark + _two_digits(part.values, pair, mark)
            for pair in pairs.tolist()
        ]
    return Texts(codes, values)


def _two_digits(values: list[str], pair: int, mark: str) -> str:
    text = values[pair % len(values)].strip()
    return text if mark == "-Q" else text.zfill(2)


def place_times(
    source: TimeSource, config: ReadConfig, tell: Tell
) -> tuple[Calendar, NDArray[np.int64]]:
    """The calendar that holds all of the distinct times, and their positions on it."""
    blank = [i for i, text in enumerate(source.texts) if not text]
    if blank:
        raise DataError(f"{source.where(blank[0])}: the time is missing; every row needs one")
    date_format = config.date_format
    if date_format is None and _mostly_integers(source.texts):
        values = _integers(source)
        if not _are_year_months(values, source.name):
            return _place_integers(source, values, config)
        date_format = "%Y%m"
    return _place_dates(source, date_format, config.freq, tell)


def _mostly_integers(texts: Sequence[str]) -> bool:
    sample = texts[:: len(texts) // _SAMPLE + 1]
    whole = [text for text in sample if _INTEGER.fullmatch(text)]
    return len(whole) > len(sample) / 2 and not _are_compact_dates(whole)


def _are_compact_dates(texts: Sequence[str]) -> bool:
    if any(len(text) != 8 for text in texts):
        return False
    found = sniff(texts)
    return found is not None and found.pattern == "%Y%m%d" and not found.parse(texts).bad.any()


def _integers(source: TimeSource) -> NDArray[np.int64]:
    for i, text in enumerate(source.texts):
        if not _INTEGER.fullmatch(text):
            raise DataError(
                f"{source.where(i)}: '{escape(text)}' is not a whole number as the other times are"
            )
    return np.array([int(text) for text in source.texts], dtype=np.int64)


def _are_year_months(values: NDArray[np.int64], name: str) -> bool:
    """Whether whole numbers are meant as 202401: a column of dates of this shape."""
    years, months = np.divmod(values, 100)
    shaped = (years >= _YEARS[0]) & (years <= _YEARS[1]) & (months >= 1) & (months <= 12)
    return bool(shaped.all()) and len(values) > 1 and _is_date_name(name)


def _is_date_name(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _DATE_NAMES) or "month" in lowered


def _place_integers(
    source: TimeSource, values: NDArray[np.int64], config: ReadConfig
) -> tuple[Calendar, NDArray[np.int64]]:
    lowest, highest = int(values.min()), int(values.max())
    years = _YEARS[0] <= lowest and highest <= _YEARS[1]
    if _SPREADSHEET_DAYS[0] <= lowest and highest <= _SPREADSHEET_DAYS[1]:
        _refuse_spreadsheet_days(source)
    step = _asked_step(source, config.freq, years=years)
    different = distinct(values)
    if step is None:
        _require_two(source, len(different), "--freq 1")
        step = int(np.gcd.reduce(np.diff(different)))
    unit = "year" if years and not (config.freq or "").strip().isdigit() else "step"
    grid = Grid(unit="year" if unit == "year" else "step", step=step, phase=lowest % step)
    _check_grid(source, grid, values, asked=config.freq is not None)
    return Calendar(grid=grid), grid.positions(values)


def _refuse_spreadsheet_days(source: TimeSource) -> None:
    if _is_date_name(source.name):
        raise DataError(
            f"{source.where(0)}: {escape(source.texts[0])} looks like the day number of a "
            "spreadsheet; write dates as YYYY-MM-DD, or rename the column if these are plain steps"
        )


def _asked_step(source: TimeSource, freq: str | None, *, years: bool) -> int | None:
    """The step that `--freq` asks for among whole numbers."""
    if freq is None:
        return None
    if freq.strip().isdigit() and freq.isascii() and int(freq[:18]) > 0:
        return int(freq[:18])
    start = np.zeros(1, dtype=np.int64)
    try:
        grid = grid_from_alias(freq, start, start)
    except ValueError as error:
        raise ConfigError(f"--freq {error}") from error
    if years and grid.unit == "month" and grid.step % 12 == 0:
        return grid.step // 12
    raise ConfigError(
        f"--freq {freq} needs dates, but column {escape(source.name)} holds whole numbers such as "
        f"{escape(source.texts[0])}; accepted here: a whole number{', YS' if years else ''}"
    )


def _place_dates(
    source: TimeSource, date_format: str | None, freq: str | None, tell: Tell
) -> tuple[Calendar, NDArray[np.int64]]:
    written = _time_text(source, date_format)
    times = written.parse(source.texts)
    if times.bad.any():
        raise _unreadable(source, written, times)
    if ((times.wall - times.utc) != (times.wall - times.utc)[0]).any():
        written = _with_zone(source, written, times, tell)
    grid = _date_grid(source, times, freq)
    moments = times.utc if grid.unit == "instant" else times.wall
    _check_grid(source, grid, moments, asked=freq is not None)
    return Calendar(grid=grid, text=written), grid.positions(moments)


def _time_text(source: TimeSource, date_format: str | None) -> TimeText:
    if date_format is not None:
        try:
            return from_format(date_format, source.texts)
        except ValueError as error:
            raise ConfigError(
                f"--date-format {date_format!r}: {error}; accepted are the directives of strftime "
                "such as %Y-%m-%d %H:%M:%S, and %q for a quarter"
            ) from error
    try:
        found = sniff(source.texts)
    except AmbiguousTimesError as error:
        raise DataError(
            f"{source.where(0)}: '{escape(source.texts[0])}' may be read as {error}; say which "
            "with --date-format"
        ) from error
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
        f"the others ({pattern}{like}); mend it, or name the format with --date-format"
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


def _date_grid(source: TimeSource, times: Times, freq: str | None) -> Grid:
    order = np.argsort(times.utc, kind="stable")
    if freq is not None:
        try:
            return grid_from_alias(freq, times.wall[order], times.utc[order])
        except ValueError as error:
            raise ConfigError(f"--freq {error}") from error
    _require_two(source, len(distinct(times.utc)), "--freq")
    return infer_grid(np.sort(times.wall), times.utc[order])


def _require_two(source: TimeSource, n_times: int, option: str) -> None:
    if n_times < 2:
        raise DataError(
            f"{source.origin} holds 1 time only, {escape(source.texts[0])}; at least 2 rows with "
            f"different times are needed to tell the frequency (or {option})"
        )


def _check_grid(source: TimeSource, grid: Grid, moments: NDArray[np.int64], *, asked: bool) -> None:
    off = np.flatnonzero(~grid.holds(moments))
    if len(off):
        first = int(off[0])
        raise DataError(
            f"{source.where(first)}: '{escape(source.texts[first])}' does not lie on the grid of "
            f"--freq {grid.freq}; leave --freq out or name the frequency of the data"
        )
    positions = distinct(grid.positions(moments))
    steps = int(positions[-1] - positions[0]) + 1
    limit = _STEPS_PER_TIME_ASKED if asked else _STEPS_PER_TIME
    if len(positions) > 2 and steps > limit * len(positions):
        closest = int(np.diff(positions).argmin())
        at = int(np.argmax(grid.positions(moments) == positions[closest + 1]))
        raise DataError(
            f"{source.where(at)}: '{escape(source.texts[at])}' leaves times irregular: the "
            f"coarsest grid that holds all {len(positions)} of them is {grid.describe()}, with "
            f"{steps} steps; resample the data, or name its frequency with --freq"
        )
