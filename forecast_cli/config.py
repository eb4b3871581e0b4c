"""The settings of windows, networks, training and forecasts, and their defaults.

They are frozen dataclasses that check themselves: the command line reads its defaults from here
and a checkpoint stores what was used.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from forecast_cli.checks import require, require_at_least, require_one_of, require_within
from forecast_cli.engine_config import EngineConfig
from forecast_cli.read_config import OutlierConfig, ReadConfig

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
AnaloguesMode = Literal["auto", "off"]
ANALOGUES_MODES: tuple[AnaloguesMode, ...] = get_args(AnaloguesMode)
Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[Device, ...] = get_args(Device)

HISTORY_LENGTH = 1024
"""The most values of a series, counted from its cutoff back, that a forecast may rest on."""


@dataclass(frozen=True, kw_only=True)
class WindowConfig:
    """What a window spans. None means: chosen from the frequency and the lengths, and told."""

    horizon: int | None = None
    context_length: int | None = None
    season_length: int | None = None

    def __post_init__(self) -> None:
        require_at_least("--horizon", self.horizon, 1)
        require_at_least("--context-length", self.context_length, 1)
        require_at_least("--season-length", self.season_length, 1)


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

    With a `segment_length` above 1 the network takes that many steps at a time. None leaves it and
    `hidden_size` to each member of a committee; a network by itself then takes one step at a time
    and has 64 units a layer. `bidirectional` layers read the
    context backwards as well; with `attention` the end of the context is not all that is looked
    at. A `recursive` network forecasts one step, and the next from its own forecast, and so on.
    """

    cell: Cell = "gru"
    layers: int = 1
    hidden_size: int | None = None
    segment_length: int | None = None
    dropout: float = 0.1
    bidirectional: bool = False
    attention: bool = False
    strategy: Strategy = "direct"
    activation: Activation = "gelu"

    def __post_init__(self) -> None:
        require_one_of("--cell", self.cell, CELLS)
        require_one_of("--strategy", self.strategy, STRATEGIES)
        require_one_of("--activation", self.activation, ACTIVATIONS)
        for option, size, most in (
            ("--layers", self.layers, _MOST_LAYERS),
            ("--hidden-size", self.units, _LARGEST_HIDDEN_SIZE),
            ("--segment-length", self.pace, HISTORY_LENGTH),
        ):
            require_within(option, size, 1, most)
        require(0 <= self.dropout < 1, f"--dropout is {self.dropout}; it must be in [0, 1)")

    @property
    def units(self) -> int:
        """The units of every layer."""
        return 64 if self.hidden_size is None else self.hidden_size

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
    `analogues` are tried beside the networks where the data have enough windows, or not at all.
    Without `patience` every epoch is trained.
    """

    effort: Effort = "normal"
    members: int | None = None
    analogues: AnaloguesMode = "auto"
    epochs: int | None = None
    steps_per_epoch: int = 60
    batch_size: int = 64
    learning_rate: float = 2e-3
    l1: float = 0.0
    l2: float = 1e-2
    clip_norm: float = 1.0
    optimizer: OptimizerName = "adamw"
    schedule: Schedule = "onecycle"
    patience: int | None = None
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
            require_at_least(option, count, 1)
        for option, size in (
            ("--learning-rate", self.learning_rate),
            ("--clip-norm", self.clip_norm),
            ("--time-limit", 1.0 if self.time_limit is None else self.time_limit),
        ):
            require(0 < size < math.inf, f"{option} is {size}; it must be above 0 and finite")
        for option, size in (("--l1", self.l1), ("--l2", self.l2)):
            require(0 <= size < math.inf, f"{option} is {size}; it must be 0 or more and finite")
        require_one_of("--effort", self.effort, EFFORTS)
        require_one_of("--analogues", self.analogues, ANALOGUES_MODES)
        require_one_of("--optimizer", self.optimizer, OPTIMIZERS)
        require_one_of("--schedule", self.schedule, SCHEDULES)
        if self.members is not None:
            require_within("--members", self.members, 1, _MOST_MEMBERS)
        require(0 <= self.seed < 2**63, f"--seed is {self.seed}; it must be in [0, 2^63)")
        require_one_of("--device", self.device, DEVICES)


DEFAULT_LEVELS = (80, 95)


def check_levels(levels: Sequence[int]) -> tuple[int, ...]:
    """Levels of prediction intervals in per cent, ascending and unique.

    >>> check_levels([95, 80, 95])
    (80, 95)
    """
    for level in levels:
        require(0 < level < 100, f"--level is {level}; it must lie between 0 and 100 (per cent)")
    return tuple(sorted(set(levels)))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that `forecast train` can be told; the `engine` does not change what it makes."""

    read: ReadConfig = ReadConfig()
    cleaning: OutlierConfig = OutlierConfig()
    window: WindowConfig = WindowConfig()
    network: NetworkConfig = NetworkConfig()
    optimisation: TrainConfig = TrainConfig()
    levels: tuple[int, ...] = DEFAULT_LEVELS
    engine: EngineConfig = EngineConfig()

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
        require_at_least("--holdout", self.holdout, 1)
        require_at_least("--step-size", self.step_size, 1)
        check_levels(self.levels or ())
