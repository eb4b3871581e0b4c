"""Observations -> observations of one frequency, or a refusal that says which series have which."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import ConfigError, DataError, UserError
from forecast_cli.notices import Notice, Tell
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.layout import Observations, observe
from forecast_cli.reading.places import number_rows
from forecast_cli.reading.repairs import arrange, series_name
from forecast_cli.reading.role_guess import guess_roles
from forecast_cli.reading.roles import Roles, check_ties
from forecast_cli.reading.stack import read_tables
from forecast_cli.reading.table import Table
from forecast_cli.reading.timesource import is_inherited
from forecast_cli.times.aliases import grid_from_alias
from forecast_cli.times.grid import Grid, infer_grid
from forecast_cli.wording import escape

# A series says its frequency where it has this many times and fills this share of its own grid.
_FEWEST_TIMES = 5
_FILLED = 0.8
_NAMED_SERIES = 3
_MOST_ROWS = 8
_UNKNOWN = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class _Frequencies:
    """The grids of a file's series, finest first, and the number of its grid for each series [N].

    A series with too few times to tell has the coarsest grid that holds it, or the number -1.
    """

    grids: tuple[Grid, ...]
    of_series: NDArray[np.int64]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The frequencies as `--freq` takes them."""
        return tuple(grid.freq for grid in self.grids)


def read_frequencies(source: str, config: ReadConfig) -> tuple[str, ...]:
    """The frequencies of the series in a file, finest first; raises as the panel would."""
    table = read_tables(source, config, _silent)
    roles = guess_roles(table, config)
    check_ties(table, roles)
    return _frequencies_of(each_on_its_grid(table, roles, config)).aliases


def list_frequencies(table: Table, roles: Roles, config: ReadConfig) -> list[tuple[str, list[str]]]:
    """The frequencies of a table's series, finest first, each with the names of its series."""
    observed = each_on_its_grid(table, roles, config)
    found = _frequencies_of(observed)
    return [
        (freq, [series_name(ids) for ids in observed.ids[found.of_series == number]])
        for number, freq in enumerate(found.aliases)
    ]


def each_on_its_grid(table: Table, roles: Roles, config: ReadConfig) -> Observations:
    """The arranged observations where every series may have a frequency of its own."""
    asked = replace(config, freq=None, aggregate=None, by_frequency=True)
    return arrange(observe(table, roles, asked, _silent), _silent)


def _silent(_: Notice) -> None:
    """What is read again is told then."""


def check_frequencies(observed: Observations, config: ReadConfig) -> None:
    """Raise DataError where sorted rows hold series of different frequencies.

    A frequency that was asked for is that of all series.
    """
    if config.freq is not None or observed.layout != "long" or len(observed.ids) < 2:
        return
    found = _frequencies_of(observed)
    if len(found.grids) > 1:
        raise DataError(
            f"{observed.source} holds series of different frequencies: {_table(observed, found)}; "
            f"{_advice(observed, found)}"
        )


def _advice(observed: Observations, found: _Frequencies) -> str:
    """What can be done about several frequencies."""
    ways = [f"bring them to one, as in --freq {found.aliases[-1]} --aggregate mean (or sum, last)"]
    if len(set(found.aliases)) == len(found.aliases):
        ways.insert(0, "train a model for each with --by-frequency")
    common = observed.calendar.grid
    if common in found.grids:
        ways.append(f"read all as {common.freq}, with gaps, by --freq {common.freq}")
    return ", or ".join(ways)


def of_frequency(observed: Observations, config: ReadConfig, tell: Tell) -> Observations:
    """The series of the frequency that `config` asks for, on its own grid; others are told.

    Raises:
        ConfigError, DataError: No series has it, or none is asked for among several.
    """
    found = _frequencies_of(observed)
    chosen = _chosen(observed, found, config)
    if chosen is None:
        raise _not_chosen(observed, found, config)
    keep = found.of_series == chosen
    rows = keep[observed.series]
    grid = found.grids[chosen]
    if found.aliases.count(grid.freq) > 1:
        raise DataError(
            f"{observed.source} holds series of one frequency at different times: "
            f"{_table(observed, found)}; "
            f"bring them together with --freq {grid.freq} --aggregate mean, sum or last"
        )
    if not keep.all():
        others = _table(observed, found, but=chosen)
        tell(Notice("guess", f"{observed.source}: series of other frequencies left out: {others}"))
    return replace(
        observed,
        values=observed.values[rows],
        positions=grid.positions(_times(observed, grid)[rows]),
        series=(np.cumsum(keep) - 1)[observed.series[rows]],
        rows=observed.rows[rows],
        beside=observed.beside.rows(rows),
        ids=observed.ids[keep],
        calendar=replace(observed.calendar, grid=grid),
        by_frequency=True,
    )


def _frequencies_of(observed: Observations) -> _Frequencies:
    """The frequency of each series, among rows that are sorted by series and time."""
    common = observed.calendar.grid
    # Numbers of another kind would make a copy of all series.
    starts = np.searchsorted(observed.series, number_rows(len(observed.ids) + 1))
    grids: list[Grid] = [common]
    numbers = np.zeros(len(observed.ids), dtype=np.int64)
    for series in _suspects(observed, starts).tolist():
        rows = slice(starts[series], starts[series + 1])
        grid = _own_grid(observed, rows)
        if grid is None:
            numbers[series] = _UNKNOWN
            continue
        if grid not in grids:
            grids.append(grid)
        numbers[series] = grids.index(grid)
    for series in np.flatnonzero(numbers == _UNKNOWN).tolist():
        numbers[series] = _holding(observed, slice(starts[series], starts[series + 1]), grids)
    return _ordered(grids, numbers)


def _suspects(observed: Observations, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The series in which no two times lie next to each other on the common grid."""
    series, positions = observed.series, observed.positions
    adjacent = np.zeros(len(series), dtype=np.bool_)
    np.equal(np.diff(positions), 1, out=adjacent[1:])
    adjacent[1:] &= series[1:] == series[:-1]
    some = np.logical_or.reduceat(adjacent, starts[:-1])
    return np.flatnonzero(~some & (np.diff(starts) > 1))


def _own_grid(observed: Observations, rows: slice) -> Grid | None:
    """The grid of the rows of one series; None where they are few, or far between on it."""
    calendar, positions = observed.calendar, observed.positions[rows]
    if len(positions) < _FEWEST_TIMES:
        return None
    if calendar.kind != "date":
        times = calendar.grid.times(positions)
        step = int(np.gcd.reduce(np.diff(times)))
        grid = replace(calendar.grid, step=step, phase=int(times[0]) % step)
    else:
        times = calendar.grid.times(positions)
        wall, utc = calendar.text.both_clocks(times, utc=calendar.grid.unit == "instant")
        grid = infer_grid(wall, utc)
        times = utc if grid.unit == "instant" else wall
    own = grid.positions(times)
    return grid if len(own) >= _FILLED * (own[-1] - own[0] + 1) else None


def _times(observed: Observations, grid: Grid) -> NDArray[np.int64]:
    """The times [R] of all rows, as a grid takes them."""
    calendar = observed.calendar
    times = calendar.grid.times(observed.positions)
    if calendar.kind != "date":
        return times
    wall, utc = calendar.text.both_clocks(times, utc=calendar.grid.unit == "instant")
    return utc if grid.unit == "instant" else wall


def _holding(observed: Observations, rows: slice, grids: list[Grid]) -> int:
    part = replace(observed, positions=observed.positions[rows])
    fits = [i for i, grid in enumerate(grids) if grid.holds(_times(part, grid)).all()]
    return max(fits, key=lambda i: _size(grids[i]), default=_UNKNOWN)


def _ordered(grids: list[Grid], numbers: NDArray[np.int64]) -> _Frequencies:
    """Without grids that no series has, finest first."""
    used = [i for i in range(len(grids)) if (numbers == i).any()]
    order = sorted(used, key=lambda i: (_size(grids[i]), grids[i].freq))
    rank = np.full(len(grids) + 1, _UNKNOWN)
    rank[order] = np.arange(len(order))
    return _Frequencies(grids=tuple(grids[i] for i in order), of_series=rank[numbers])


def _size(grid: Grid) -> float:
    """The mean length of a step, in units of the grid's times."""
    span = 1200
    times = grid.times(np.array([0, span]))
    return float(times[1] - times[0]) / span


def _chosen(observed: Observations, found: _Frequencies, config: ReadConfig) -> int | None:
    if config.freq is None:
        return 0 if len(found.grids) == 1 else None
    for number, grid in enumerate(found.grids):
        if grid.freq == _normal(observed, grid, config.freq):
            return number
    return None


def _normal(observed: Observations, grid: Grid, freq: str) -> str:
    """A frequency as a grid writes it."""
    if observed.calendar.kind != "date" or freq.isdigit():
        return freq.strip()
    times = grid.times(np.zeros(1, dtype=np.int64))
    try:
        return grid_from_alias(freq, times, times).freq
    except ValueError as error:
        raise ConfigError(f"--freq {error}") from error


def _not_chosen(observed: Observations, found: _Frequencies, config: ReadConfig) -> UserError:
    table = _table(observed, found)
    if config.freq is None:
        return ConfigError(
            f"--by-frequency needs --freq here, for {observed.source} holds series of different "
            f"frequencies: {table}; name one of them"
        )
    if is_inherited(config, "freq"):
        return DataError(
            f"the checkpoint forecasts series of frequency {config.freq}; {observed.source} holds "
            f"none: {table}; use the checkpoint of one of these, or train on this file"
        )
    return DataError(
        f"{observed.source} holds no series of --freq {config.freq}: {table}; name one of these"
    )


def _table(observed: Observations, found: _Frequencies, but: int | None = None) -> str:
    rows = []
    for number in range(len(found.grids)):
        if number != but:
            named = _series(observed, np.flatnonzero(found.of_series == number))
            rows.append(f"{_label(observed, found, number)}: {named}")
    if len(rows) > _MOST_ROWS:
        rows = [*rows[:_MOST_ROWS], f"and {len(rows) - _MOST_ROWS} more frequencies"]
    unknown = np.flatnonzero(found.of_series == _UNKNOWN)
    if len(unknown):
        rows.append(f"too few or irregular times to tell: {_series(observed, unknown)}")
    return "; ".join(rows)


def _label(observed: Observations, found: _Frequencies, number: int) -> str:
    """A frequency, with the time of a series where others have the same at other times."""
    grid = found.grids[number]
    if found.aliases.count(grid.freq) == 1:
        return grid.freq
    row = int(np.argmax(found.of_series[observed.series] == number))
    time = str(observed.calendar.labels(observed.positions[row : row + 1])[0])
    return f"{grid.freq} as in {escape(time)}"


def _series(observed: Observations, indices: NDArray[np.int64]) -> str:
    names = [", ".join(map(escape, map(str, observed.ids[i]))) for i in indices[:_NAMED_SERIES]]
    more = ", …" if len(indices) > _NAMED_SERIES else ""
    return f"{len(indices)} series ({', '.join(names)}{more})"
