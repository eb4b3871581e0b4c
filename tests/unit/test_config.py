import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

from forecast_cli.compare_config import CutoffConfig, NetworkSizes
from forecast_cli.config import (
    CELLS,
    DEFAULT_LEVELS,
    NetworkConfig,
    PredictionConfig,
    Settings,
    TrainConfig,
    WindowConfig,
    check_levels,
)
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig


@pytest.mark.parametrize(
    ("option", "make"),
    [
        ("--horizon", lambda: WindowConfig(horizon=0)),
        ("--context-length", lambda: WindowConfig(context_length=0)),
        ("--season-length", lambda: WindowConfig(season_length=-12)),
        ("--cell", lambda: NetworkConfig(cell="gruu")),  # type: ignore[arg-type]
        ("--layers", lambda: NetworkConfig(layers=0)),
        ("--hidden-size", lambda: NetworkConfig(hidden_size=0)),
        ("--layers", lambda: NetworkConfig(layers=33)),
        ("--layers", lambda: NetworkSizes(layers=33)),
        ("--dropout", lambda: NetworkSizes(dropout=1)),
        ("--strategy", lambda: NetworkConfig(strategy="both")),  # type: ignore[arg-type]
        ("--strategy", lambda: NetworkSizes(strategy="")),  # type: ignore[arg-type]
        ("--activation", lambda: NetworkConfig(activation="selu")),  # type: ignore[arg-type]
        ("--optimizer", lambda: TrainConfig(optimizer="adagrad")),  # type: ignore[arg-type]
        ("--schedule", lambda: TrainConfig(schedule="linear")),  # type: ignore[arg-type]
        ("--n-windows", lambda: CutoffConfig(n_windows=0)),
        ("--step-size", lambda: CutoffConfig(step_size=0)),
        ("--hidden-size", lambda: NetworkConfig(hidden_size=20_000)),
        ("--dropout", lambda: NetworkConfig(dropout=1)),
        ("--dropout", lambda: NetworkConfig(dropout=-0.1)),
        ("--dropout", lambda: NetworkConfig(dropout=math.nan)),
        ("--segment-length", lambda: NetworkConfig(segment_length=0)),
        ("--segment-length", lambda: NetworkConfig(segment_length=1025)),
        # A text that is not one of the choices, as a checkpoint or a caller may bring it.
        ("--effort", lambda: TrainConfig(effort="heroic")),  # type: ignore[arg-type]
        ("--members", lambda: TrainConfig(members=0)),
        ("--members", lambda: TrainConfig(members=201)),
        ("--epochs", lambda: TrainConfig(epochs=0)),
        ("--steps-per-epoch", lambda: TrainConfig(steps_per_epoch=0)),
        ("--batch-size", lambda: TrainConfig(batch_size=0)),
        ("--patience", lambda: TrainConfig(patience=0)),
        ("--threads", lambda: TrainConfig(threads=0)),
        ("--learning-rate", lambda: TrainConfig(learning_rate=0)),
        ("--learning-rate", lambda: TrainConfig(learning_rate=math.nan)),
        ("--clip-norm", lambda: TrainConfig(clip_norm=0)),
        ("--l1", lambda: TrainConfig(l1=-1)),
        ("--l2", lambda: TrainConfig(l2=math.nan)),
        ("--seed", lambda: TrainConfig(seed=-1)),
        ("--seed", lambda: TrainConfig(seed=2**63)),
        ("--time-limit", lambda: TrainConfig(time_limit=0)),
        ("--device", lambda: TrainConfig(device="tpu")),  # type: ignore[arg-type]
        ("--delimiter", lambda: ReadConfig(delimiter="")),
        ("--delimiter", lambda: ReadConfig(delimiter=";;")),
        ("--delimiter", lambda: ReadConfig(delimiter='"')),
        ("--delimiter", lambda: ReadConfig(delimiter="\n")),
        ("--delimiter", lambda: ReadConfig(delimiter="é")),
        ("--decimal", lambda: ReadConfig(decimal="'")),
        ("--decimal", lambda: ReadConfig(decimal="")),
        ("--thousands", lambda: ReadConfig(thousands="0")),
        ("--thousands", lambda: ReadConfig(thousands=",,")),
        ("--max-bytes", lambda: ReadConfig(max_bytes=0)),
        ("--max-line-bytes", lambda: ReadConfig(max_line_bytes=0)),
        ("--max-columns", lambda: ReadConfig(max_columns=0)),
    ],
)
def test_a_value_out_of_range_is_refused_under_the_name_of_its_option(
    option: str, make: Callable[[], object]
) -> None:
    with pytest.raises(ConfigError, match=f"^{option} "):
        make()


def test_a_refusal_tells_the_value_and_what_is_accepted() -> None:
    with pytest.raises(ConfigError, match=r"^--horizon is -3; it must be 1 or more$"):
        WindowConfig(horizon=-3)
    with pytest.raises(ConfigError, match=r"'gruu'; accepted values: gru, lstm, rnn, lstm-gru$"):
        NetworkConfig(cell="gruu")  # type: ignore[arg-type]


def test_the_lowest_values_accepted_are_accepted() -> None:
    assert WindowConfig(horizon=1, context_length=1, season_length=1).horizon == 1
    assert NetworkConfig(layers=1, hidden_size=1, dropout=0).dropout == 0
    assert TrainConfig(epochs=1, batch_size=1, patience=1, threads=1, l1=0, l2=0, seed=0).l1 == 0
    assert TrainConfig(seed=2**63 - 1).seed == 2**63 - 1
    assert TrainConfig(members=1).members == NetworkConfig(segment_length=1).segment_length == 1


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_accepted(cell: str) -> None:
    assert NetworkConfig(cell=cell).cell == cell  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0, 100, -5, 101])
def test_a_level_must_lie_between_0_and_100_per_cent(level: int) -> None:
    with pytest.raises(ConfigError, match=f"^--level is {level};"):
        check_levels([80, level])


def test_levels_come_out_ascending_and_once_each() -> None:
    assert check_levels([95, 80, 50, 95]) == (50, 80, 95)
    assert check_levels([]) == ()


def test_the_default_settings_accept_themselves() -> None:
    settings = Settings()
    assert check_levels(settings.levels) == settings.levels == DEFAULT_LEVELS
    assert settings.window == WindowConfig(horizon=None, context_length=None, season_length=None)
    assert settings.read == ReadConfig()
    assert settings.optimisation.members is settings.optimisation.epochs is None


def test_a_network_whose_pace_is_left_open_takes_one_step_at_a_time() -> None:
    assert NetworkConfig().pace == 1
    assert NetworkConfig(segment_length=6).pace == 6


@pytest.mark.parametrize(
    ("config", "field"),
    [(Settings(), "levels"), (NetworkConfig(), "cell"), (ReadConfig(), "time")],
)
def test_settings_cannot_be_changed_behind_their_checks(config: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(config, field, "other")


def test_the_horizon_and_levels_of_a_prediction_are_checked() -> None:
    with pytest.raises(ConfigError, match="--horizon"):
        PredictionConfig(horizon=0)
    with pytest.raises(ConfigError, match="--level"):
        PredictionConfig(levels=(0,))
