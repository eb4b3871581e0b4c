"""Times -> positions: the regular grid that the series of a panel lie on."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast_cli.errors import DataError
from forecast_cli.times.aliases import grid_from_alias
from forecast_cli.times.grid import Grid, Unit
from forecast_cli.times.patterns import check_pattern
from forecast_cli.times.timestamps import ZONES, TimeText, check_suffix

Kind = Literal["step", "year", "date"]

_LARGEST_STEP = 10**15
_LAST_MOMENT = 253_402_300_800_000_000 - 1


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A regular grid of times, numbered by consecutive integers, and how its times are written.

    Positions are absolute: two calendars of one grid give a time the same position, whatever file
    they came from.

    >>> monthly = Calendar.dates("MS", pattern="%Y-%m")
    >>> monthly.labels([648, 649])
    ['2024-01', '2024-02']
    """

    grid: Grid
    text: TimeText = field(default_factory=TimeText)

    @classmethod
    def steps(cls, step: int = 1) -> Self:
        """Plain integers: the multiples of the step."""
        return cls(grid=Grid(unit="step", step=step))

    @classmethod
    def years(cls) -> Self:
        """Integer years."""
        return cls(grid=Grid(unit="year"))

    @classmethod
    def dates(cls, freq: str, pattern: str = "%Y-%m-%d") -> Self:
        """Dates on a pandas offset alias, anchored as the alias says or at 1970-01-01."""
        start = np.zeros(1, dtype=np.int64)
        return cls(grid=grid_from_alias(freq, start, start), text=TimeText(pattern=pattern))

    @property
    def kind(self) -> Kind:
        """Whether times are plain integers, integer years or dates."""
        return self.grid.unit if self.grid.unit in ("step", "year") else "date"

    @property
    def freq(self) -> str:
        """The pandas offset alias; the step as text where times are plain integers."""
        return self.grid.freq

    @property
    def season_length(self) -> int:
        """The customary season of the frequency, in steps; 1 where there is none."""
        return self.grid.season_length

    def describe(self) -> str:
        """The frequency in words: "monthly (MS)"."""
        return self.grid.describe()

    def positions(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions [T] of times [T], given as `Grid` takes them; off the grid, the one before."""
        return self.grid.positions(times)

    def labels(self, positions: ArrayLike) -> list[int] | list[str]:
        """Times as the file writes them: integers stay integers, dates keep their format.

        Raises:
            DataError: A date lies beyond the year 9999.
        """
        wanted = np.asarray(positions, dtype=np.int64).ravel()
        if self.kind != "date":
            return [int(time) for time in self.grid.times(wanted).tolist()]
        # A panel asks for few distinct positions many times over.
        distinct, inverse = np.unique(wanted, return_inverse=True)
        times = self.grid.times(distinct)
        if len(times) and times.max() > _LAST_MOMENT:
            raise DataError(
                "times go beyond the year 9999, the last one that a date can have; forecast fewer "
                "steps with --horizon"
            )
        render = self.text.render_instants if self.grid.unit == "instant" else self.text.render
        written = np.array(render(times), dtype=np.object_)
        return [str(label) for label in written[inverse]]

    def wall(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds since 1970 on the clock of the place [T] at positions [T] of dates."""
        times = self.grid.times(positions)
        return self.text.wall(times) if self.grid.unit == "instant" else times

    def to_dict(self) -> dict[str, Any]:
        """A record of plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: object) -> Self:
        """The inverse of `to_dict` for a record that cannot be trusted.

        Raises:
            ValueError: Anything about the record is odd; the text says what.
        """
        parts = _checked(record, {"grid": dict, "text": dict})
        grid = _checked(parts["grid"], {item.name: item.type for item in fields(Grid)})
        text = _checked(parts["text"], {"pattern": str, "suffix": str, "zone": str})
        _check_grid(grid)
        check_pattern(text["pattern"])
        check_suffix(text["suffix"])
        if text["zone"] and (text["zone"] not in ZONES or not text["suffix"]):
            raise ValueError("the time zone is not known")
        return cls(grid=Grid(**grid), text=TimeText(**text))


def _checked(record: object, types: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(record, dict) or set(record) != set(types):
        raise ValueError(f"the calendar must hold {', '.join(types)}")
    for name, kind in types.items():
        expected = str if kind == Unit else kind
        if type(record[name]) is not expected:
            raise ValueError(f"{name} of the calendar is no {expected.__name__}")
    return record


def _check_grid(grid: dict[str, Any]) -> None:
    if grid["unit"] not in get_args(Unit):
        raise ValueError("the unit of the calendar is not known")
    ranges = {
        "step": (1, _LARGEST_STEP),
        "phase": (0, grid["step"] - 1),
        "day": (1, 31),
        "clock": (0, 86_400_000_000 - 1),
    }
    for name, (lowest, highest) in ranges.items():
        if not lowest <= grid[name] <= highest:
            raise ValueError(f"{name} of the calendar is {grid[name]}, not {lowest} … {highest}")
