"""Forecasts of known values in single files -> the report on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast_cli.backtest import judge
from forecast_cli.config import EvaluationConfig
from forecast_cli.errors import DataError
from forecast_cli.findings import Backtest, Breakdown, DataSummary, EvaluateReport
from forecast_cli.inspection import summarise
from forecast_cli.model import Model
from forecast_cli.overlap import Sketch, sketch
from forecast_cli.panel import Panel
from forecast_cli.rolling import KnownForecast
from forecast_cli.tallies import Labelled, Tally, added, tally_by, tally_by_step

_MODEL = "the model"


@dataclass(frozen=True, kw_only=True, eq=False)
class PartScores:
    """What a file adds to the report: its shape, and the tallies of its origins if it has any.

    `first` and `last` are the positions of the first and the last time in it.
    """

    data: DataSummary
    first: int
    last: int
    ids: Sketch
    n_windows: int = 0
    n_series: int = 0
    n_in_sample: int = 0
    span: int = 0
    by_model: Labelled
    by_target: Labelled
    by_step: Labelled
    by_cutoff: Labelled


def score_part(panel: Panel, known: KnownForecast | None) -> PartScores:
    """The scores of a file, None: no series of it is long enough."""
    part = PartScores(
        data=summarise(panel),
        first=int(panel.starts.min()),
        last=int(panel.ends.max()),
        ids=sketch(panel.ids),
        by_model={},
        by_target={},
        by_step={},
        by_cutoff={},
    )
    if known is None:
        return part
    scene, forecast = known.scene, known.forecast
    mean, series = forecast.mean, scene.origins.series
    several = panel.covariates is not None and panel.covariates.siblings
    simple = {name: Tally.of(scene, said) for name, said in scene.simple.items()}
    return replace(
        part,
        n_windows=known.n_windows,
        n_series=len(np.unique(series)),
        n_in_sample=known.n_in_sample,
        span=scene.horizon,
        by_model={_MODEL: Tally.of(scene, mean, forecast.bounds), **simple},
        by_target=tally_by(scene, mean, panel.ids[series, -1].tolist()) if several else {},
        by_step=tally_by_step(scene, mean),
        by_cutoff=tally_by(scene, mean, known.cutoff_labels),
    )


def joined_report(
    parts: Sequence[PartScores],
    scoring: EvaluationConfig,
    *,
    model: Model,
    checkpoint: str,
    source: str,
) -> EvaluateReport:
    """The report on all files; it has no scores of single series, of which there may be millions.

    Raises:
        DataError: no series is long enough.
    """
    scored = [part for part in parts if part.by_model]
    if not scored:
        longest = max(part.data.longest for part in parts)
        raise DataError(
            f"{source}: the longest series has {longest} values, too few to hold back "
            f"{scoring.holdout}; give more data or a smaller --holdout"
        )
    tallies = added(part.by_model for part in scored)
    own = tallies.pop(_MODEL)
    judgement = judge(
        own.scores(model.committee.name), [tally.scores(name) for name, tally in tallies.items()]
    )
    return EvaluateReport(
        checkpoint=checkpoint,
        data=_joined_data(parts, source),
        backtest=Backtest(
            n_series=sum(part.n_series for part in scored),
            n_windows=scored[0].n_windows,
            step_size=scoring.step_size or model.committee.horizon,
            horizon=scored[0].span,
            n_points=own.squares.count,
            scores=judgement.scores,
            best_simple=judgement.best_simple,
            best_naive=judgement.best_naive,
            skill=judgement.skill,
            verdict=judgement.verdict,
            by_target=_breakdowns([part.by_target for part in scored]),
        ),
        n_in_sample=sum(part.n_in_sample for part in scored),
        by_series=(),
        by_step=_breakdowns([part.by_step for part in scored]),
        by_cutoff=_breakdowns([part.by_cutoff for part in scored]),
    )


def _breakdowns(parts: Sequence[Labelled]) -> tuple[Breakdown, ...]:
    return tuple(tally.breakdown(label) for label, tally in added(parts).items())


def _joined_data(parts: Sequence[PartScores], source: str) -> DataSummary:
    found = [part.data for part in parts]
    return replace(
        found[0],
        source=source,
        n_series=sum(data.n_series for data in found),
        n_values=sum(data.n_values for data in found),
        n_missing=sum(data.n_missing for data in found),
        shortest=min(data.shortest for data in found),
        longest=max(data.longest for data in found),
        first_time=min(parts, key=lambda part: part.first).data.first_time,
        last_time=max(parts, key=lambda part: part.last).data.last_time,
    )
