"""Times with their places -> checked grid, or a refusal that names the line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import ConfigError, DataError, UserError
from forecast_cli.read_config import ReadConfig
from forecast_cli.times.aliases import grid_from_alias, period_grid
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import distinct
from forecast_cli.times.grid import Grid
from forecast_cli.times.periods import periods, usual_frequency
from forecast_cli.wording import escape

# A grid with more steps than this for each time in the file is taken for a misunderstanding.
_STEPS_PER_TIME = 20
_STEPS_PER_TIME_ASKED = 2000
_LABELS_COMPARED = 32
AGGREGATE = "--aggregate mean, sum or last"


class IrregularTimesError(DataError):
    """No grid holds the times of all series closely; those of each may be regular."""


@dataclass(frozen=True, kw_only=True)
class LaterReadConfig(ReadConfig):
    """How to read data for a model; `inherited` names the settings that no option gave.

    `grid` is that of the model, in whose periods later values are put.
    """

    inherited: frozenset[str] = frozenset()
    grid: Grid | None = None


def is_inherited(config: ReadConfig, setting: str) -> bool:
    """Whether a setting comes from the checkpoint and not from the user."""
    return isinstance(config, LaterReadConfig) and setting in config.inherited


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeSource:
    """The distinct time texts of a column in file order, and how a message names their places."""

    texts: Sequence[str]
    name: str
    origin: str
    where: Callable[[int], str]

    def found(self, text: int) -> str:
        """A time and its place, for a message."""
        return f"{self.where(text)}: '{escape(self.texts[text])}'"


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """A calendar, times [T] as its grid takes them, and the positions [T] that they lie at.

    A time off the grid lies in the period of its position.
    """

    calendar: Calendar
    times: NDArray[np.int64]
    positions: NDArray[np.int64]

    @classmethod
    def placed(cls, calendar: Calendar, times: NDArray[np.int64]) -> Self:
        """Times [T] at the positions whose periods they lie in."""
        return cls(calendar=calendar, times=times, positions=periods(calendar.grid, times))

    def take(self, indices: NDArray[np.int64]) -> Self:
        """The times at the indices [R]."""
        times = self.times[indices]
        # Plain steps are their own positions.
        same = self.positions is self.times
        return replace(self, times=times, positions=times if same else self.positions[indices])


def grid_of_model(config: ReadConfig) -> Grid | None:
    """The grid of the model in whose periods values are to be put, if it gave the frequency."""
    if config.aggregate is None or not isinstance(config, LaterReadConfig):
        return None
    return config.grid if "freq" in config.inherited else None


def asked_grid(
    source: TimeSource, config: ReadConfig, wall: NDArray[np.int64], utc: NDArray[np.int64]
) -> Grid:
    """The grid of `--freq` for dates, `wall` and `utc` [T] as `grid_from_alias` takes them."""
    assert config.freq is not None
    known = grid_of_model(config)
    if known is not None and known.unit not in ("step", "year"):
        return known
    made = grid_from_alias if config.aggregate is None else period_grid
    try:
        return made(config.freq, wall, utc)
    except ValueError as error:
        if is_inherited(config, "freq"):
            raise _not_of_checkpoint(source, _words(config.freq), 0) from error
        raise ConfigError(f"--freq {error}") from error


def whole_number_grid_refused(source: TimeSource, config: ReadConfig, *, years: bool) -> UserError:
    """The error for a frequency of dates where times are whole numbers."""
    freq = config.freq or ""
    if is_inherited(config, "freq"):
        return _not_of_checkpoint(source, _words(freq), 0)
    return ConfigError(
        f"--freq {freq} needs dates, but column {escape(source.name)} holds whole numbers such as "
        f"{escape(source.texts[0])}; accepted here: a whole number{', YS' if years else ''}"
    )


def _not_of_checkpoint(source: TimeSource, words: str, text: int) -> DataError:
    """The error for times that are not those a checkpoint was trained on."""
    return DataError(
        f"the checkpoint forecasts {words}; this file has '{escape(source.texts[text])}' at "
        f"{source.where(text)}; {AGGREGATE} resamples data, or train on it"
    )


def _words(freq: str) -> str:
    """A frequency of a checkpoint in words."""
    if freq.isdigit():
        return _described(Grid(unit="step", step=int(freq)))
    start = np.zeros(1, dtype=np.int64)
    return _described(grid_from_alias(freq, start, start))


def _described(grid: Grid) -> str:
    counts = f"data in whole numbers ({grid.describe()})"
    return counts if grid.unit == "step" else f"{grid.describe()} data"


def require_two(source: TimeSource, n_times: int, option: str) -> None:
    """Raise DataError where one time alone is to tell the frequency."""
    if n_times < 2:
        raise DataError(
            f"{source.origin} holds 1 time only, {escape(source.texts[0])}; at least 2 rows with "
            f"different times are needed to tell the frequency (or {option})"
        )


def check_grid(
    source: TimeSource, grid: Grid, moments: NDArray[np.int64], config: ReadConfig
) -> None:
    """Raise DataError where times [T] are off the grid, or few and far between on it.

    With `--aggregate`, times may be off the grid of `--freq`.
    """
    off = np.flatnonzero(~grid.holds(moments))
    if len(off) and config.aggregate is None:
        if is_inherited(config, "freq"):
            raise _not_of_checkpoint(source, _described(grid), int(off[0]))
        raise DataError(
            f"{source.found(int(off[0]))} does not lie on the grid of --freq {grid.freq}; "
            f"{AGGREGATE} puts each value into its period, or leave --freq out or name the "
            "frequency of the data"
        )
    if config.by_frequency:
        # Each series is to have a grid of its own.
        return
    positions = distinct(grid.positions(moments))
    steps = int(positions[-1] - positions[0]) + 1
    limit = _STEPS_PER_TIME if config.freq is None else _STEPS_PER_TIME_ASKED
    if len(positions) > 2 and steps > limit * len(positions):
        at = int(np.argmax(grid.positions(moments) == _oddest(positions)))
        if is_inherited(config, "freq"):
            raise _not_of_checkpoint(source, _described(grid), at)
        raise IrregularTimesError(
            f"{source.found(at)} leaves times irregular: the coarsest grid that holds all "
            f"{len(positions)} of them is {grid.describe()}, with {steps} steps; mend it, or name "
            f"a frequency and what becomes of its values, as in --freq "
            f"{usual_frequency(grid, moments)} --aggregate mean (or sum, or last)"
        )


def check_labels(
    source: TimeSource, calendar: Calendar, moments: NDArray[np.int64], config: ReadConfig
) -> None:
    """Raise UserError where times [T] are written too coarsely for a grid, as quarters for MS."""
    positions = calendar.positions(moments[:1]) + np.arange(_LABELS_COMPARED)
    times = calendar.text.parse([str(label) for label in calendar.labels(positions)])
    again = times.utc if calendar.grid.unit == "instant" else times.wall
    if not times.bad.any() and np.array_equal(calendar.positions(again), positions):
        return
    if is_inherited(config, "freq"):
        raise _not_of_checkpoint(source, _described(calendar.grid), 0)
    raise ConfigError(
        f"--freq {config.freq} needs finer times than '{escape(source.texts[0])}' in column "
        f"{escape(source.name)}; leave --freq out or name the frequency of the data"
    )


def _oddest(positions: NDArray[np.int64]) -> int:
    """The position most at odds with the others: far from all, or closest to its neighbour."""
    jumps = np.diff(positions)
    if np.median(jumps) > 1:
        return int(positions[jumps.argmin() + 1])
    widest = int(jumps.argmax())
    return int(positions[widest + 1] if 2 * widest >= len(jumps) else positions[widest])
