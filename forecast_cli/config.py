"""Every setting and its default, as frozen dataclasses that check themselves.

The command line reads its defaults from here and a checkpoint stores what was used.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from forecast_cli.errors import ConfigError

Layer = Literal["gru", "lstm", "rnn"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
Cell = Literal["gru", "lstm", "rnn", "lstm-gru"]
CELLS: tuple[Cell, ...] = get_args(Cell)
Strategy = Literal["direct", "recursive"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
Activation = Literal["gelu", "relu", "tanh", "silu", "none"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
OptimizerName = Literal["adamw", "adam", "rmsprop", "sgd"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)
Schedule = Literal["onecycle", "cosine", "plateau", "none"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[Device, ...] = get_args(Device)
Aggregate = Literal["mean", "sum", "last"]
Missing = Literal["mask", "interpolate", "zero", "error"]
MISSING_MODES: tuple[Missing, ...] = get_args(Missing)

MEBIBYTE = 1024 * 1024

CALENDAR_NAMES = ("hour", "weekday", "month", "none")

HISTORY_LENGTH = 1024
"""The most values of a series, counted from its cutoff back, that a forecast may rest on."""


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ConfigError(message)


def _require_one_of(option: str, value: str, accepted: Sequence[str]) -> None:
    _require(value in accepted, f"{option} is {value!r}; accepted values: {', '.join(accepted)}")


def _require_at_least(option: str, value: float | None, lowest: float) -> None:
    _require(value is None or value >= lowest, f"{option} is {value}; it must be {lowest} or more")


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
            _require(
                text is None or len(text) == 1, f"{option} must be one character, not {text!r}"
            )
        _require(
            self.decimal is None or self.decimal in ".,",
            f"--decimal is {self.decimal!r}; it must be '.' or ','",
        )
        _require(
            self.thousands is None or (len(self.thousands) == 1 and not self.thousands.isdigit()),
            f"--thousands must be one character that is no digit, not {self.thousands!r}",
        )
        _require(
            self.thousands is None or self.thousands != self.decimal,
            "--thousands and --decimal must differ",
        )
        _require(
            self.aggregate is None or not self.by_frequency,
            "--aggregate brings all series to one frequency and --by-frequency keeps frequencies "
            "apart; give one of them",
        )
        for option, size in (
            ("--max-bytes", self.max_bytes),
            ("--max-line-bytes", self.max_line_bytes),
            ("--max-columns", self.max_columns),
        ):
            _require_at_least(option, size, 1)
        self._check_covariates()
        if self.missing is not None:
            _require_one_of("--missing", self.missing, MISSING_MODES)
        _require(
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
                _require(
                    other is None or option != other or name not in self.covariates,
                    f"--{option} names column {name!r} twice",
                )
                _require(
                    other in (None, option) or name not in self.covariates,
                    f"column {name!r} is named by --{other} and --{option}; it can have one role",
                )
                owner[name] = option


@dataclass(frozen=True, kw_only=True)
class WindowConfig:
    """What a window spans. None means: chosen from the frequency and the lengths, and told."""

    horizon: int | None = None
    context_length: int | None = None
    season_length: int | None = None

    def __post_init__(self) -> None:
        _require_at_least("--horizon", self.horizon, 1)
        _require_at_least("--context-length", self.context_length, 1)
        _require_at_least("--season-length", self.season_length, 1)


OutlierMode = Literal["clip", "keep", "error"]
OUTLIER_MODES: tuple[OutlierMode, ...] = get_args(OutlierMode)


@dataclass(frozen=True, kw_only=True)
class OutlierConfig:
    """What is done with values that stand alone, far outside what is usual there."""

    outliers: OutlierMode = "clip"

    def __post_init__(self) -> None:
        _require_one_of("--outliers", self.outliers, OUTLIER_MODES)


_MOST_LAYERS = 32
_LARGEST_HIDDEN_SIZE = 4096
"""Networks beyond these sizes take gigabytes each, for series of some hundred values."""

_LAYERS_OF_CELL: dict[Cell, tuple[Layer, ...]] = {
    "gru": ("gru",),
    "lstm": ("lstm",),
    "rnn": ("rnn",),
    "lstm-gru": ("lstm", "gru"),
}


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """The recurrent network: its cell and sizes, and what it does beside (see `network`).

    With a `segment_length` above 1 the network takes that many steps at a time. None leaves it to
    each member of a committee; a network by itself then takes one. `bidirectional` layers read the
    context backwards as well; with `attention` the end of the context is not all that is looked
    at. A `recursive` network forecasts one step, and the next from its own forecast, and so on.
    """

    cell: Cell = "gru"
    layers: int = 1
    hidden_size: int = 64
    segment_length: int | None = None
    dropout: float = 0.1
    bidirectional: bool = False
    attention: bool = False
    strategy: Strategy = "direct"
    activation: Activation = "gelu"

    def __post_init__(self) -> None:
        _require_one_of("--cell", self.cell, CELLS)
        _require_one_of("--strategy", self.strategy, STRATEGIES)
        _require_one_of("--activation", self.activation, ACTIVATIONS)
        for option, size, most in (
            ("--layers", self.layers, _MOST_LAYERS),
            ("--hidden-size", self.hidden_size, _LARGEST_HIDDEN_SIZE),
            ("--segment-length", self.pace, HISTORY_LENGTH),
        ):
            _require(1 <= size <= most, f"{option} is {size}; it must be in 1 to {most}")
        _require(0 <= self.dropout < 1, f"--dropout is {self.dropout}; it must be in [0, 1)")

    @property
    def pace(self) -> int:
        """The steps that the network takes at a time."""
        return 1 if self.segment_length is None else self.segment_length

    @property
    def recurrent_layers(self) -> tuple[Layer, ...]:
        """The kind of every recurrent layer, from the input up.

        >>> NetworkConfig(cell="lstm-gru", layers=2).recurrent_layers
        ('lstm', 'gru', 'lstm', 'gru')
        """
        return self.layers * _LAYERS_OF_CELL[self.cell]

    def stride(self, horizon: int) -> int:
        """The steps, of a horizon, that the network forecasts at a time.

        >>> NetworkConfig().stride(12), NetworkConfig(strategy="recursive").stride(12)
        (12, 1)
        """
        return horizon if self.strategy == "direct" else 1


Effort = Literal["fast", "normal", "best"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)

DEFAULT_THREADS = min(8, os.cpu_count() or 1)
"""A committee has some six members, and each is trained on one thread."""

_MOST_MEMBERS = 200


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The optimisation. An epoch is `steps_per_epoch` batches of windows drawn at random.

    `epochs` and `members` that are None follow from `effort` and the data (see `candidates`).
    """

    effort: Effort = "normal"
    members: int | None = None
    epochs: int | None = None
    steps_per_epoch: int = 60
    batch_size: int = 64
    learning_rate: float = 2e-3
    l1: float = 0.0
    l2: float = 1e-2
    clip_norm: float = 1.0
    optimizer: OptimizerName = "adamw"
    schedule: Schedule = "onecycle"
    patience: int = 8
    seed: int = 0
    threads: int = DEFAULT_THREADS
    device: Device = "auto"
    time_limit: float | None = None

    def __post_init__(self) -> None:
        for option, count in (
            ("--epochs", self.epochs),
            ("--steps-per-epoch", self.steps_per_epoch),
            ("--batch-size", self.batch_size),
            ("--patience", self.patience),
            ("--threads", self.threads),
        ):
            _require_at_least(option, count, 1)
        for option, size in (
            ("--learning-rate", self.learning_rate),
            ("--clip-norm", self.clip_norm),
            ("--time-limit", 1.0 if self.time_limit is None else self.time_limit),
        ):
            _require(0 < size < math.inf, f"{option} is {size}; it must be above 0 and finite")
        for option, size in (("--l1", self.l1), ("--l2", self.l2)):
            _require(0 <= size < math.inf, f"{option} is {size}; it must be 0 or more and finite")
        _require_one_of("--effort", self.effort, EFFORTS)
        _require_one_of("--optimizer", self.optimizer, OPTIMIZERS)
        _require_one_of("--schedule", self.schedule, SCHEDULES)
        _require(
            self.members is None or 1 <= self.members <= _MOST_MEMBERS,
            f"--members is {self.members}; it must be in 1 to {_MOST_MEMBERS}",
        )
        _require(0 <= self.seed < 2**63, f"--seed is {self.seed}; it must be in [0, 2^63)")
        _require(
            self.device in DEVICES,
            f"--device is {self.device!r}; accepted values: {', '.join(DEVICES)}",
        )


DEFAULT_LEVELS = (80, 95)


def check_levels(levels: Sequence[int]) -> tuple[int, ...]:
    """Levels of prediction intervals in per cent, ascending and unique.

    >>> check_levels([95, 80, 95])
    (80, 95)
    """
    for level in levels:
        _require(0 < level < 100, f"--level is {level}; it must lie between 0 and 100 (per cent)")
    return tuple(sorted(set(levels)))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that `forecast train` can be told."""

    read: ReadConfig = ReadConfig()
    cleaning: OutlierConfig = OutlierConfig()
    window: WindowConfig = WindowConfig()
    network: NetworkConfig = NetworkConfig()
    optimisation: TrainConfig = TrainConfig()
    levels: tuple[int, ...] = DEFAULT_LEVELS

    def __post_init__(self) -> None:
        check_levels(self.levels)


@dataclass(frozen=True, kw_only=True)
class PredictionConfig:
    """How far to forecast, None: as the checkpoint was trained; and a file of what is known ahead.

    The file is for covariates whose future values do not stand in the data.
    """

    horizon: int | None = None
    levels: tuple[int, ...] | None = None
    future_data: str | None = None

    def __post_init__(self) -> None:
        WindowConfig(horizon=self.horizon)
        check_levels(self.levels or ())


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """What `forecast evaluate` scores. None means: all that came after the training data."""

    holdout: int | None = None
    step_size: int | None = None
    levels: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _require_at_least("--holdout", self.holdout, 1)
        _require_at_least("--step-size", self.step_size, 1)
        check_levels(self.levels or ())


@dataclass(frozen=True, kw_only=True)
class NetworkSizes:
    """What networks have in common that differ in their cell."""

    layers: int = NetworkConfig.layers
    hidden_size: int = NetworkConfig.hidden_size
    segment_length: int | None = NetworkConfig.segment_length
    dropout: float = NetworkConfig.dropout
    bidirectional: bool = NetworkConfig.bidirectional
    attention: bool = NetworkConfig.attention
    strategy: Strategy = NetworkConfig.strategy
    activation: Activation = NetworkConfig.activation

    def __post_init__(self) -> None:
        self.of(CELLS[0])

    def of(self, cell: Cell) -> NetworkConfig:
        """A network of this cell."""
        return NetworkConfig(
            cell=cell, **{field.name: getattr(self, field.name) for field in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class CutoffConfig:
    """What is compared, and where. Empty or None means: all models, as many cutoffs as fit in."""

    models: tuple[str, ...] = ()
    n_windows: int | None = None
    step_size: int | None = None

    def __post_init__(self) -> None:
        _require_at_least("--n-windows", self.n_windows, 1)
        _require_at_least("--step-size", self.step_size, 1)


@dataclass(frozen=True, kw_only=True)
class CompareConfig:
    """Everything that `forecast compare` can be told."""

    read: ReadConfig = ReadConfig()
    cleaning: OutlierConfig = OutlierConfig()
    window: WindowConfig = WindowConfig()
    sizes: NetworkSizes = NetworkSizes()
    optimisation: TrainConfig = TrainConfig()
    cutoffs: CutoffConfig = CutoffConfig()

    def training(self, cell: Cell, *, n_fits: int) -> Settings:
        """How each of so many fits is trained: they share the time limit."""
        limit = self.optimisation.time_limit
        share = None if limit is None else limit / n_fits
        return Settings(
            read=self.read,
            cleaning=self.cleaning,
            window=self.window,
            network=self.sizes.of(cell),
            optimisation=replace(self.optimisation, time_limit=share),
        )
