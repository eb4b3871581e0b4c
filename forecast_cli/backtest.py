"""Forecasts at known origins -> scores next to the simple forecasts, and residuals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast_cli import metrics
from forecast_cli.analogues import ANALOGUES
from forecast_cli.baselines import NAIVE, SIMPLE, SIMPLE_MEAN, Continuations, simple_for
from forecast_cli.cleaning import usual_futures
from forecast_cli.findings import Backtest, Breakdown, ModelScores
from forecast_cli.panel import Panel
from forecast_cli.splits import Origins, seen_values
from forecast_cli.windows import futures, histories

Array = NDArray[np.float64]

_NEGLIGIBLE_SKILL = 0.01


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Known origins of a panel, ready to be forecast and scored.

    `context` [W, L] is what may be seen, `actual` [W, H] what came, NaN where unknown, and `scale`
    [W] the seasonal error of the series before the first of its origins, NaN where it makes none.
    `usual` [W, H] is `actual` without outliers: what models are chosen by, but not scored on.
    """

    origins: Origins
    context: Array
    actual: Array
    usual: Array
    scale: Array
    season_length: int

    @property
    def horizon(self) -> int:
        """Steps ahead that are scored."""
        return int(self.actual.shape[1])

    @cached_property
    def simple(self) -> dict[str, Array]:
        """The simple forecasts [W, H], by name."""
        shared = Continuations(
            context=self.context, horizon=self.horizon, season_length=self.season_length
        )
        rules = simple_for(self.season_length)
        return {name: shared.by(continuation) for name, continuation in rules.items()}

    def rows(self, chosen: NDArray[np.bool_]) -> "Scene":
        """The chosen [W] of the origins."""
        return Scene(
            origins=self.origins.rows(chosen),
            context=self.context[chosen],
            actual=self.actual[chosen],
            usual=self.usual[chosen],
            scale=self.scale[chosen],
            season_length=self.season_length,
        )

    def scaled_error(self, forecast: Array) -> float:
        """Mean absolute error of a forecast [W, H], in seasonal errors where there are any."""
        scaled = _mean(metrics.mase(self.usual, forecast, self.scale))
        return scaled if np.isfinite(scaled) else _mean(metrics.mae(self.usual, forecast))


def make_scene(panel: Panel, origins: Origins, horizon: int, season_length: int) -> Scene:
    """Gather what lies around the origins."""
    first = panel.offsets[1:].copy()
    np.minimum.at(first, origins.series, origins.stops)
    error = metrics.seasonal_error(*seen_values(panel, first), season_length)
    actual = futures(panel, origins, horizon)
    ruled = panel.outlier_rule is not None
    return Scene(
        origins=origins,
        context=histories(panel, origins),
        actual=actual,
        usual=usual_futures(panel, origins, horizon) if ruled else actual,
        scale=np.where(np.nan_to_num(error) > 0, error, np.nan)[origins.series],
        season_length=season_length,
    )


def join(one: Scene, other: Scene) -> Scene:
    """The origins of two scenes of one panel, forecast over the same steps, as one."""
    return Scene(
        origins=Origins(
            series=np.concatenate((one.origins.series, other.origins.series)),
            stops=np.concatenate((one.origins.stops, other.origins.stops)),
            limits=np.concatenate((one.origins.limits, other.origins.limits)),
        ),
        context=np.concatenate((one.context, other.context)),
        actual=np.concatenate((one.actual, other.actual)),
        usual=np.concatenate((one.usual, other.usual)),
        scale=np.concatenate((one.scale, other.scale)),
        season_length=one.season_length,
    )


def score(
    model: str,
    scene: Scene,
    forecast: Array,
    bounds: Mapping[int, tuple[Array, Array]] | None = None,
) -> ModelScores:
    """The errors of a forecast [W, H], averaged over the steps of an origin, then over origins.

    RMSE and R² pool all points; R² measures against the mean of each origin's actual values, so
    that large series do not make it look good.
    """
    actual = scene.actual
    mape = _mean(metrics.mape(actual, forecast))
    return ModelScores(
        model=model,
        mae=_mean(metrics.mae(actual, forecast)),
        rmse=float(metrics.rmse(actual.ravel(), forecast.ravel())),
        smape=_mean(metrics.smape(actual, forecast)),
        mase=_defined(_mean(metrics.mase(actual, forecast, scene.scale))),
        mape=None if (actual == 0).any() else _defined(mape),
        r2=_defined(_r2(scene, forecast)),
        coverage={
            str(level): _mean(metrics.coverage(actual, lo, hi))
            for level, (lo, hi) in (bounds or {}).items()
        },
    )


def report_backtest(
    scene: Scene,
    model_scores: ModelScores,
    *,
    n_windows: int,
    step_size: int,
    by_target: tuple[Breakdown, ...] = (),
) -> Backtest:
    """Set the model's scores beside the simple forecasts' and say whether it is worth using."""
    simple = [score(name, scene, values) for name, values in scene.simple.items()]
    judgement = judge(model_scores, simple)
    return Backtest(
        n_series=len(np.unique(scene.origins.series)),
        n_windows=n_windows,
        step_size=step_size,
        horizon=scene.horizon,
        n_points=int(np.isfinite(scene.actual).sum()),
        scores=judgement.scores,
        best_simple=judgement.best_simple,
        best_naive=judgement.best_naive,
        skill=judgement.skill,
        verdict=judgement.verdict,
        by_target=by_target,
    )


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A model's scores beside those of the simple forecasts, in the words of a `Backtest`."""

    scores: tuple[ModelScores, ...]
    best_simple: str
    best_naive: str
    skill: float | None
    verdict: str


def judge(model_scores: ModelScores, simple: Sequence[ModelScores]) -> Judgement:
    """Say whether a model is worth using, by MASE where that is defined for all."""
    by_mase = model_scores.mase is not None and all(s.mase is not None for s in simple)

    def error(scores: ModelScores) -> float:
        return float(scores.mase if by_mase and scores.mase is not None else scores.mae)

    best = min(simple, key=error)
    naive = min((scores for scores in simple if scores.model in NAIVE), key=error)
    return Judgement(
        scores=(model_scores, *(s for s in simple if s.model != model_scores.model)),
        best_simple=best.model,
        best_naive=naive.model,
        skill=skill(error(model_scores), error(naive)),
        verdict=_verdict(model_scores.model, best.model, skill(error(model_scores), error(best))),
    )


def skill(error: float, of_simple: float) -> float | None:
    """The share by which an error lies below that of a simple forecast; None if that makes none."""
    return 1 - error / of_simple if of_simple > 0 else None


def break_down(scene: Scene, forecast: Array, labels: Sequence[str | int]) -> tuple[Breakdown, ...]:
    """The errors of a forecast [W, H] by the label of the origin, as labels first appear."""
    rows: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        rows.setdefault(str(label), []).append(number)
    return tuple(
        _breakdown(label, scene.actual[chosen], forecast[chosen], scene.scale[chosen])
        for label, chosen in rows.items()
    )


def break_down_by_target(panel: Panel, scene: Scene, forecast: Array) -> tuple[Breakdown, ...]:
    """The errors of a forecast [W, H] by target, if the series of the panel have several."""
    if panel.covariates is None or not panel.covariates.siblings:
        return ()
    return break_down(scene, forecast, panel.ids[scene.origins.series, -1].tolist())


def break_down_by_step(scene: Scene, forecast: Array) -> tuple[Breakdown, ...]:
    """The errors of a forecast [W, H] at each step ahead."""
    return tuple(
        _breakdown(str(step + 1), scene.actual[:, [step]], forecast[:, [step]], scene.scale)
        for step in range(scene.horizon)
    )


def _breakdown(label: str, actual: Array, forecast: Array, scale: Array) -> Breakdown:
    return Breakdown(
        label=label,
        n_points=int(np.isfinite(actual).sum()),
        mae=_mean(metrics.mae(actual, forecast)),
        smape=_mean(metrics.smape(actual, forecast)),
        mase=_defined(_mean(metrics.mase(actual, forecast, scale))),
    )


def _verdict(model: str, best: str, skill: float | None) -> str:
    if model in SIMPLE:
        return f"Not worth a network: none did better on validation, so every forecast is {model}."
    if model in (ANALOGUES, SIMPLE_MEAN):
        without = "the forecast without one"
        return f"Not worth a network: none has a weight. {_compare(without, best, skill)}"
    return _compare(model, best, skill)


def _compare(model: str, best: str, skill: float | None) -> str:
    if skill is None:
        return f"Use {best}: it makes no error here, so there is nothing for {model} to improve on."
    if skill > _NEGLIGIBLE_SKILL:
        return (
            f"Worth using: {model} makes {100 * skill:.0f} % less error than {best}, "
            "the best simple forecast."
        )
    if skill >= -_NEGLIGIBLE_SKILL:
        return f"No better than simple: {model} and {best}, the best simple forecast, are level."
    return (
        f"Not worth using here: {model} makes {-100 * skill:.0f} % more error than {best}, "
        "the best simple forecast."
    )


def _r2(scene: Scene, forecast: Array) -> float:
    known = np.isfinite(scene.actual)
    counts = np.maximum(known.sum(axis=1, keepdims=True), 1)
    centre = np.where(known, scene.actual, 0).sum(axis=1, keepdims=True) / counts
    return float(metrics.r2((scene.actual - centre).ravel(), (forecast - centre).ravel()))


def _mean(values: Array) -> float:
    """The mean of what is defined, NaN if nothing is."""
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
