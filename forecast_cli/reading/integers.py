"""Whole-number times -> calendar and positions: plain steps, years, or 202401 for a month."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.packed_texts import PackedTexts, lengths
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.preamble import normal_name
from forecast_cli.reading.timesource import (
    Timeline,
    TimeSource,
    asked_grid,
    check_grid,
    grid_of_model,
    require_two,
    whole_number_grid_refused,
)
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import distinct
from forecast_cli.times.grid import Grid
from forecast_cli.times.timeformats import sniff
from forecast_cli.wording import escape

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_WHOLE_FLOAT = re.compile(r"([+-]?\d{1,15})\.0+", re.ASCII)
_YEARS = (1500, 2200)
_SAMPLE = 1000
_SPREADSHEET_DAYS = (20_000, 80_000)
_EPOCHS = {
    "seconds": (5 * 10**8, 5 * 10**9),
    "milliseconds": (5 * 10**11, 5 * 10**12),
    "microseconds": (5 * 10**14, 5 * 10**15),
}
_PARTS = {"month": 12, "monat": 12, "quarter": 4, "week": 53, "day": 31, "hour": 24}
"""Parts of a date, and how many there are until they start anew."""

_DATE_NAMES = ("date", "datum", "day", "ds", "datetime", "timestamp", "time", "month", "fecha")
# So many whole numbers without a 13th month are months, whatever the name of their column.
_ENOUGH_MONTHS = 6


def mostly_integers(texts: Sequence[str]) -> bool:
    """Whether most texts are whole numbers, and no dates such as 20240131."""
    sample = texts[:: len(texts) // _SAMPLE + 1]
    whole = [text for text in sample if _INTEGER.fullmatch(text)]
    return len(whole) > len(sample) / 2 and not _are_compact_dates(whole)


def without_fractions(texts: Sequence[str]) -> list[str] | None:
    """Whole numbers that a program wrote as 1960.0, without the fraction; None for other texts."""
    if not _WHOLE_FLOAT.fullmatch(texts[0]):
        return None
    matches = [_WHOLE_FLOAT.fullmatch(text) for text in texts]
    whole = [match[1] for match in matches if match]
    return whole if len(whole) == len(texts) else None


def are_year_months(source: TimeSource, values: NDArray[np.int64], config: ReadConfig) -> bool:
    """Whether whole numbers are meant as 202401: by name, by frequency, or as there are many."""
    if _is_step(config.freq) or values.min() < _YEARS[0] * 100 or values.max() >= 10**6:
        return False
    if (lengths(source.texts) != 6).any():
        return False
    years, months = np.divmod(values, 100)
    shaped = (years >= _YEARS[0]) & (years <= _YEARS[1]) & (months >= 1) & (months <= 12)
    named = len(values) > 1 and _is_date_name(source.name)
    meant = named or config.freq is not None or len(values) >= _ENOUGH_MONTHS
    return bool(shaped.all()) and meant


def tell_year_months(source: TimeSource, tell: Tell) -> None:
    """Tell that whole numbers are read as months, and how to have it otherwise."""
    text = (
        f"column {escape(source.name)}: {escape(source.texts[0])} is read as a year and a month "
        "(--date-format %Y%m; --freq 1 takes plain steps)"
    )
    tell(Notice("guess", text))


def tell_epoch(source: TimeSource, tell: Tell) -> None:
    """Tell that whole numbers which may count from 1970 are read as plain steps."""
    first = abs(int(source.texts[0])) if _INTEGER.fullmatch(source.texts[0]) else 0
    for unit, (lowest, highest) in _EPOCHS.items():
        if lowest <= first < highest and _is_date_name(source.name):
            text = (
                f"column {escape(source.name)}: {escape(source.texts[0])} may count {unit} since "
                "1970, but is read as plain steps; write times as YYYY-MM-DD HH:MM:SS for a "
                "calendar"
            )
            tell(Notice("warning", text))


def place_integers(source: TimeSource, values: NDArray[np.int64], config: ReadConfig) -> Timeline:
    """Times on the calendar of years or plain steps that holds all of them."""
    lowest, highest = int(values.min()), int(values.max())
    years = _YEARS[0] <= lowest and highest <= _YEARS[1]
    if _SPREADSHEET_DAYS[0] <= lowest and highest <= _SPREADSHEET_DAYS[1]:
        _refuse_spreadsheet_days(source)
    _refuse_parts(source, values)
    step = _asked_step(source, config, years=years)
    different = distinct(values)
    if step is None:
        require_two(source, len(different), "--freq 1")
        step = int(np.gcd.reduce(np.diff(different)))
    as_years = years and not (config.freq or "").strip().isdigit()
    grid = Grid(unit="year" if as_years else "step", step=step, phase=lowest % step)
    if config.aggregate is not None:
        grid = _period_grid(grid, values, config)
    check_grid(source, grid, values, config)
    return Timeline.placed(Calendar(grid=grid), values)


def _period_grid(grid: Grid, values: NDArray[np.int64], config: ReadConfig) -> Grid:
    """The grid itself where it holds all values, else that of the multiples of its step."""
    known = grid_of_model(config)
    if known is not None and (known.unit, known.step) == (grid.unit, grid.step):
        return known
    return grid if grid.holds(values).all() else replace(grid, phase=0)


def _are_compact_dates(texts: Sequence[str]) -> bool:
    if any(len(text) != 8 for text in texts):
        return False
    found = sniff(texts)
    return found is not None and found.pattern == "%Y%m%d" and not found.parse(texts).bad.any()


def read_integers(source: TimeSource) -> NDArray[np.int64]:
    """The times as whole numbers.

    Raises:
        DataError: A text is no whole number as the others are.
    """
    if (
        isinstance(source.texts, PackedTexts)
        and (known := source.texts.whole_numbers()) is not None
    ):
        return known
    for i, text in enumerate(source.texts):
        if not _INTEGER.fullmatch(text):
            raise DataError(
                f"{source.found(i)} is not a whole number as the other times are; "
                "mend it, or delete the line if it is no data"
            )
    return np.array([int(text) for text in source.texts], dtype=np.int64)


def _is_date_name(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _DATE_NAMES)


def _refuse_spreadsheet_days(source: TimeSource) -> None:
    if _is_date_name(source.name):
        raise DataError(
            f"{source.where(0)}: {escape(source.texts[0])} looks like the day number of a "
            "spreadsheet; write dates as YYYY-MM-DD, or rename the column if these are plain steps"
        )


def _refuse_parts(source: TimeSource, values: NDArray[np.int64]) -> None:
    """Refuse months and the like that start anew: to sort them would mix years."""
    name = normal_name(source.name)
    if name not in _PARTS or values.min() < 0 or values.max() > _PARTS[name]:
        return
    falls = np.flatnonzero(np.diff(values) < 0)
    if len(falls) == 1 and len(values) > 2:
        raise DataError(
            f"{source.found(int(falls[0]) + 1)} comes after '{escape(source.texts[falls[0]])}': a "
            f"{name} needs its year; add a column with the year, or rename the column if these are "
            "plain steps"
        )


def _is_step(freq: str | None) -> bool:
    return freq is not None and freq.strip().isdigit() and freq.isascii() and int(freq[:18]) > 0


def _asked_step(source: TimeSource, config: ReadConfig, *, years: bool) -> int | None:
    """The step that `--freq` asks for among whole numbers."""
    freq = config.freq
    if freq is None:
        return None
    if _is_step(freq):
        return int(freq[:18])
    start = np.zeros(1, dtype=np.int64)
    grid = asked_grid(source, config, start, start)
    if years and grid.unit == "month" and grid.step % 12 == 0:
        return grid.step // 12
    raise whole_number_grid_refused(source, config, years=years)
