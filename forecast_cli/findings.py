"""What a command found out, as plain records."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ModelScores:
    """The errors of one model (the network or a simple forecast) over all scored points.

    None where a score is not defined: MAPE with a zero among the actual values, R² of constant
    actual values, MASE where every series is constant. `coverage` maps a level to the share of
    actual values inside its interval (0 to 1), for the model only.
    """

    model: str
    mae: float
    rmse: float
    smape: float
    mase: float | None
    mape: float | None
    r2: float | None
    coverage: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """Errors of the model along one axis: a series, a step or a cutoff."""

    label: str
    n_points: int
    mae: float
    smape: float
    mase: float | None


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """A rolling-origin backtest: the model first, the simple forecasts after it.

    `skill` is 1 - error / error of `best_naive`, by MASE (by MAE where MASE is not defined); None
    where the best naive forecast makes no error. `verdict` compares with `best_simple`, the best of
    all simple forecasts. Where there are several targets, `by_target` has the errors of each.
    """

    n_series: int
    n_windows: int
    step_size: int
    horizon: int
    n_points: int
    scores: tuple[ModelScores, ...]
    best_simple: str
    best_naive: str
    skill: float | None
    verdict: str
    by_target: tuple[Breakdown, ...]


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """What was understood of a file."""

    source: str
    layout: str
    id_columns: tuple[str, ...]
    time_column: str | None
    target: str
    freq: str
    n_series: int
    n_values: int
    n_missing: int
    shortest: int
    longest: int
    first_time: str
    last_time: str


@dataclass(frozen=True, kw_only=True)
class MemberSummary:
    """One member of the model: how it sees a window, and how it did in validation and backtest.

    `covariates` are the columns that it sees beside the target.

    Both errors are those of the same network trained without these parts, in seasonal errors.
    """

    representation: str
    context_length: int
    segment_length: int
    hidden_size: int
    covariates: tuple[str, ...]
    epochs: int
    validation_mase: float | None
    backtest_mase: float | None
    weight: float


@dataclass(frozen=True, kw_only=True)
class AnaloguesSummary:
    """Windows of the training data whose continuations take part in a forecast.

    `context_length` steps are compared. The error is that of older windows alone on the test part,
    in seasonal errors.
    """

    context_length: int
    n_windows: int
    backtest_mase: float | None
    weight: float


@dataclass(frozen=True, kw_only=True)
class TrainReport:
    """The outcome of `forecast train`."""

    checkpoint: str
    data: DataSummary
    cell: str
    horizon: int
    context_length: int
    season_length: int
    n_windows: int
    n_parameters: int
    members: tuple[MemberSummary, ...]
    analogues: AnaloguesSummary | None
    simple: str
    simple_weights: dict[str, float]
    backtest: Backtest | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class TrainReports:
    """The outcome of `forecast train --by-frequency`: one training for each frequency."""

    frequencies: tuple[TrainReport, ...]


@dataclass(frozen=True, kw_only=True)
class PredictReport:
    """The line that `forecast predict` ends with."""

    n_series: int
    horizon: int
    model: str
    backtest: Backtest | None
    known: ModelScores | None


@dataclass(frozen=True, kw_only=True)
class EvaluateReport:
    """The outcome of `forecast evaluate`. `n_in_sample` points were seen in training."""

    checkpoint: str
    data: DataSummary
    backtest: Backtest
    n_in_sample: int
    by_series: tuple[Breakdown, ...]
    by_step: tuple[Breakdown, ...]
    by_cutoff: tuple[Breakdown, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A row of a leaderboard: one model, its errors over all scored points, and what it costs.

    A cell stands for the committee that `train` makes with it, and `network_share` is what its
    networks weigh there (0 to 1), in the mean over the cutoffs: 0 is a simple forecast under the
    name of a cell. `n_parameters` are the most at any cutoff, `seconds` those of fitting and
    forecasting at all of them. `skill` is that of a Backtest. `chance` is the probability of such
    a difference from the best model if both are equally good; None for that model itself and where
    there are too few pairs.
    """

    model: str
    mase: float | None
    smape: float
    mae: float
    rmse: float
    skill: float | None
    seconds: float
    n_parameters: int
    network_share: float
    chance: float | None
    standing: Literal["best", "level", "worse", "too few pairs"]


@dataclass(frozen=True, kw_only=True)
class Leaderboard:
    """Models by error, the best first; differences are tested over `n_pairs` of `paired_over`."""

    rows: tuple[Standing, ...]
    best_naive: str
    n_pairs: int
    paired_over: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class CompareReport:
    """The outcome of `forecast compare`."""

    data: DataSummary
    horizon: int
    context_length: int
    season_length: int
    n_windows: int
    step_size: int
    n_series: int
    n_points: int
    leaderboard: Leaderboard
    seconds: float


@dataclass(frozen=True, kw_only=True)
class InfoReport:
    """What a checkpoint holds."""

    checkpoint: str
    format_version: int
    written_by: str
    sha256: str
    data: DataSummary
    cell: str
    layers: int
    hidden_size: int
    bidirectional: bool
    attention: bool
    strategy: str
    activation: str
    horizon: int
    season_length: int
    n_parameters: int
    members: tuple[MemberSummary, ...]
    analogues: AnaloguesSummary | None
    simple: str
    simple_weights: dict[str, float]
    seed: int
    backtest: Backtest | None
