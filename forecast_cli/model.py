"""Committee, intervals and last values -> Model: everything that a forecast needs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast_cli.committee import Committee
from forecast_cli.config import EvaluationConfig, PredictionConfig
from forecast_cli.effects import Effects
from forecast_cli.findings import Backtest, DataSummary
from forecast_cli.panel import Panel
from forecast_cli.read_config import OutlierMode
from forecast_cli.scales import typical_share
from forecast_cli.splits import origins_at_end
from forecast_cli.windows import histories


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a model came about. No times: the same data and seed give the same file.

    `task` tells the data and the options from all others, None where an older version trained.
    `outliers` says how they were, and are to be, treated.
    """

    written_by: str
    task: str | None
    seed: int
    outliers: OutlierMode
    data: DataSummary
    levels: tuple[int, ...]
    n_windows: int
    backtest: Backtest | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """Everything a forecast needs: the committee, interval widths, and every series' last values.

    The committee forecasts what remains of a series without the effects of what is known ahead.

    `widths` is [99, H] in the units that `intervals.with_disagreement` makes of seasonal errors and
    the `usual_disagreement`. `panel` holds at most HISTORY_LENGTH values a series.
    """

    committee: Committee
    widths: NDArray[np.float64]
    usual_disagreement: float
    effects: Effects | None
    panel: Panel
    training: Training

    @cached_property
    def typical_share(self) -> float:
        """What the changes of the training series are of their level, in the median."""
        trained = histories(self.panel, origins_at_end(self.panel))
        return typical_share(trained, self.committee.season_length)

    @cached_property
    def ends(self) -> dict[tuple[str, ...], int]:
        """The last calendar position of each training series, by its ids."""
        ends = zip(self.panel.ids.tolist(), self.panel.ends.tolist(), strict=True)
        return {tuple(key): end for key, end in ends}

    def horizon_of(self, wanted: PredictionConfig) -> int:
        """The steps that are wanted, or as many as it was trained for."""
        return wanted.horizon or self.committee.horizon

    def levels_of(self, wanted: PredictionConfig | EvaluationConfig) -> tuple[int, ...]:
        """The levels of intervals that are wanted, or those it was trained with."""
        return wanted.levels or self.training.levels

    @property
    def uses_covariates(self) -> bool:
        """Whether its forecasts depend on anything beside the values."""
        return self.effects is not None or any(m.form.inputs for m in self.committee.members)

    @property
    def n_parameters(self) -> int:
        """Weights of all members together."""
        return self.committee.n_parameters
