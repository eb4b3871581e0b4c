"""What can be said about a file: its columns, its times, its marks and its flaws."""

from dataclasses import dataclass
from typing import Literal, get_args

from forecast_cli.checks import require, require_at_least, require_one_of

Aggregate = Literal["mean", "sum", "last"]
Missing = Literal["mask", "interpolate", "zero", "error"]
MISSING_MODES: tuple[Missing, ...] = get_args(Missing)

CALENDAR_NAMES = ("hour", "weekday", "month", "none")

MEBIBYTE = 1024 * 1024

_NO_DELIMITERS = '"\n\r\0'


@dataclass(frozen=True, kw_only=True)
class ReadConfig:
    """How a file is to be understood; what is None or empty is guessed, and the guess is told.

    `aggregate` makes one value of all values of a period; without it a period has one.
    `by_frequency` takes the series of one frequency, which is `freq`, and leaves the others out.
    Without `missing`, values that are missing stay so: networks see how long ago the last one was.
    """

    target: tuple[str, ...] = ()
    time: str | None = None
    id: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    holidays: str | None = None
    freq: str | None = None
    aggregate: Aggregate | None = None
    by_frequency: bool = False
    missing: Missing | None = None
    date_format: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    max_bytes: int = 2048 * MEBIBYTE
    max_line_bytes: int = 16 * MEBIBYTE
    max_columns: int = 20_000

    def __post_init__(self) -> None:
        for option, text in (("--delimiter", self.delimiter), ("--decimal", self.decimal)):
            require(text is None or len(text) == 1, f"{option} must be one character, not {text!r}")
        require(
            self.delimiter is None
            or (self.delimiter.isascii() and self.delimiter not in _NO_DELIMITERS),
            f"--delimiter is {self.delimiter!r}; accepted is an ASCII character, no quote",
        )
        require(
            self.decimal is None or self.decimal in ".,",
            f"--decimal is {self.decimal!r}; it must be '.' or ','",
        )
        require(
            self.thousands is None or _may_mark_thousands(self.thousands),
            f"--thousands must be one character that is no letter, digit or sign, "
            f"not {self.thousands!r}",
        )
        require(
            self.thousands is None or self.thousands != self.decimal,
            "--thousands and --decimal must differ",
        )
        require(
            self.aggregate is None or not self.by_frequency,
            "--aggregate brings all series to one frequency and --by-frequency keeps frequencies "
            "apart; give one of them",
        )
        for option, size in (
            ("--max-bytes", self.max_bytes),
            ("--max-line-bytes", self.max_line_bytes),
            ("--max-columns", self.max_columns),
        ):
            require_at_least(option, size, 1)
        self._check_covariates()
        if self.missing is not None:
            require_one_of("--missing", self.missing, MISSING_MODES)
        require(
            set(self.calendar) <= set(CALENDAR_NAMES) and "none" not in self.calendar[1:],
            f"--calendar is {','.join(self.calendar)!r}; accepted values: "
            f"{', '.join(CALENDAR_NAMES)}",
        )

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns beside the target that are named, by role."""
        return (*self.past, *self.future, *self.static)

    def _check_covariates(self) -> None:
        owner: dict[str, str] = {}
        for option in ("past", "future", "static", "target", "id", "time"):
            value = getattr(self, option) or ()
            for name in (value,) if isinstance(value, str) else value:
                other = owner.get(name)
                require(
                    other is None or option != other or name not in self.covariates,
                    f"--{option} names column {name!r} twice",
                )
                require(
                    other in (None, option) or name not in self.covariates,
                    f"column {name!r} is named by --{other} and --{option}; it can have one role",
                )
                owner[name] = option


OutlierMode = Literal["clip", "keep", "error"]
OUTLIER_MODES: tuple[OutlierMode, ...] = get_args(OutlierMode)


@dataclass(frozen=True, kw_only=True)
class OutlierConfig:
    """What is done with values that stand alone, far outside what is usual there."""

    outliers: OutlierMode = "clip"

    def __post_init__(self) -> None:
        require_one_of("--outliers", self.outliers, OUTLIER_MODES)


def _may_mark_thousands(mark: str) -> bool:
    # Letters and signs stand in numbers themselves: 1e5, -2.
    return len(mark) == 1 and not mark.isalnum() and mark not in "+-"
