"""What `forecast plot` and `forecast report` found out, as plain records."""

from dataclasses import dataclass

from forecast_cli.findings import Breakdown, DataSummary, InfoReport


@dataclass(frozen=True, kw_only=True)
class PlotReport:
    """The outcome of `forecast plot`: which series of `n_series` the picture shows."""

    checkpoint: str
    data: DataSummary
    model: str
    horizon: int
    n_series: int
    shown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ResidualCheck:
    """One thing that residuals can show; `passed` where there is nothing to worry about."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class ResidualReport:
    """Forecasts from the latest known origins, checked against what came.

    `n_in_sample` of the `n_points` values were seen in training. `coverage` maps a level to the
    share of values inside its interval.
    """

    n_series: int
    n_origins: int
    n_points: int
    n_in_sample: int
    checks: tuple[ResidualCheck, ...]
    coverage: dict[str, float]
    by_step: tuple[Breakdown, ...]


@dataclass(frozen=True, kw_only=True)
class FullReport:
    """The outcome of `forecast report`. `commands` make the checkpoint and the forecast again."""

    model: InfoReport
    data: DataSummary
    horizon: int
    shown: tuple[str, ...]
    notices: tuple[str, ...]
    residuals: ResidualReport | None
    commands: tuple[str, ...]
