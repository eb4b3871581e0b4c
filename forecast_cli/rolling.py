"""Model, panel -> forecasts of its last known values, made from rolling origins."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.config import EvaluationConfig, PredictionConfig
from forecast_cli.errors import DataError
from forecast_cli.findings import EvaluateReport
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.matching import new_steps
from forecast_cli.model import Model
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.splits import Origins, origins_before


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownForecast:
    """A forecast of values that are known, and the scene that it is scored in."""

    forecast: Forecast
    scene: Scene
    n_windows: int
    step_size: int

    @property
    def n_in_sample(self) -> int:
        """How many of the known values were seen in training."""
        assert self.forecast.in_sample is not None
        return int((self.forecast.in_sample & np.isfinite(self.scene.actual)).sum())

    @property
    def cutoff_labels(self) -> list[str]:
        """The time of the cutoff of each origin."""
        labels = self.forecast.calendar.labels(self.forecast.cutoffs)
        return [str(label) for label in labels]


def steps_to_score(model: Model, panel: Panel, trained_until: NDArray[np.int64]) -> int:
    """What came after the training data, or one horizon where nothing did."""
    return new_steps(panel, trained_until) or model.committee.horizon


def forecast_known(
    model: Model,
    panel: Panel,
    trained_until: NDArray[np.int64],
    *,
    scoring: EvaluationConfig,
    steps: int,
) -> KnownForecast:
    """Forecast the last `steps` of each series that is long enough.

    `trained_until` [N] is as `matching.training_ends` says.

    Raises:
        DataError: no series is.
    """
    horizon = model.committee.horizon
    step = scoring.step_size or horizon
    back = np.arange(steps, 0, -step)
    origins = _origins_to_score(panel, back)
    span = min(steps, horizon)
    forecast = forecast_from(model, panel, origins, horizon=span, levels=model.levels_of(scoring))
    scene = make_scene(panel, origins, span, model.committee.season_length)
    positions = forecast.cutoffs[:, None] + np.arange(1, span + 1)
    in_sample = positions <= trained_until[origins.series][:, None]
    return KnownForecast(
        forecast=replace(forecast, actual=scene.actual, in_sample=in_sample),
        scene=scene,
        n_windows=len(back),
        step_size=step,
    )


def is_long_enough(panel: Panel, steps: int) -> bool:
    """Whether so many steps can be held back of any series."""
    return steps < int(panel.lengths.max())


def forecast_grown(
    model: Model, panel: Panel, trained_until: NDArray[np.int64]
) -> tuple[Scene, NDArray[np.float64]] | None:
    """What came after the training data, forecast [W, H] from its end; None if nothing came."""
    committee = model.committee
    grown = np.flatnonzero((trained_until >= panel.starts) & (trained_until < panel.ends))
    if len(grown) == 0:
        return None
    stops = panel.offsets[grown] + trained_until[grown] - panel.starts[grown] + 1
    origins = Origins(series=grown, stops=stops, limits=panel.offsets[grown + 1])
    scene = make_scene(panel, origins, committee.horizon, committee.season_length)
    forecast = forecast_from(model, panel, origins, horizon=committee.horizon, levels=())
    return scene, forecast.mean


def tell_blocks(model: Model, wanted: PredictionConfig, tell: Tell) -> None:
    """Tell of a horizon that is longer than that of the model."""
    steps = model.horizon_of(wanted)
    if steps > model.committee.horizon:
        tell(
            Notice(
                "warning",
                f"the model was trained for {model.committee.horizon} steps: the {steps} asked "
                "for are forecast in blocks, each resting on the one before",
            )
        )


def tell_in_sample(report: EvaluateReport, tell: Tell) -> None:
    """Tell that errors on what was trained on look too small."""
    if report.n_in_sample:
        tell(
            Notice(
                "warning",
                f"{report.n_in_sample} of {report.backtest.n_points} scored values are in-sample: "
                "the checkpoint was trained on them, so its errors look smaller than they are",
            )
        )


def _origins_to_score(panel: Panel, back: NDArray[np.int64]) -> Origins:
    """The origins `back` [K] steps before the end of each series that is long enough."""
    if not is_long_enough(panel, int(back[0])):
        longest = int(panel.lengths.max())
        raise DataError(
            f"{panel.source}: the longest series has {longest} values, too few to hold back "
            f"{back[0]}; give more data or a smaller --holdout"
        )
    return origins_before(panel.offsets[1:], panel.offsets[:-1] + 1, back)
