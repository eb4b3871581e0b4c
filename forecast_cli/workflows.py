"""One straight function per command: options in, files read and written, findings out."""

import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from forecast_cli.backtest import (
    break_down,
    break_down_by_step,
    break_down_by_target,
    report_backtest,
    score,
)
from forecast_cli.checkpoint import (
    dump_model,
    open_model,
    read_checkpoint,
)
from forecast_cli.cleaning import treat_outliers
from forecast_cli.compare_config import CompareConfig
from forecast_cli.config import HISTORY_LENGTH, EvaluationConfig, PredictionConfig, Settings
from forecast_cli.continuation import continue_data
from forecast_cli.engines.opening import opened
from forecast_cli.errors import CheckpointError
from forecast_cli.filesystem import check_writable, write_atomically
from forecast_cli.findings import (
    CompareReport,
    EvaluateReport,
    InfoReport,
    PredictReport,
    TrainReport,
)
from forecast_cli.fingerprint import Fingerprint, take_fingerprint
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_wanted
from forecast_cli.inspection import summarise
from forecast_cli.leaderboard import rank
from forecast_cli.matching import read_like_training, tell_short_series, training_ends
from forecast_cli.model import Model, Training
from forecast_cli.model_findings import describe_checkpoint, report_forecast, report_training
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, read_panel
from forecast_cli.preparation import prepare
from forecast_cli.progress import Progress
from forecast_cli.read_config import ReadConfig
from forecast_cli.resume import keeping_state
from forecast_cli.rolling import (
    forecast_grown,
    forecast_known,
    steps_to_score,
    tell_blocks,
    tell_in_sample,
)
from forecast_cli.splits import (
    last_values,
    origins_at_end,
)
from forecast_cli.windows import count_windows

if TYPE_CHECKING:
    from forecast_cli.fitting import Fitted

STANDARD_STREAM = "-"
IN_MEMORY = "model in memory"
"""What reports call a model that comes from no file."""


def name_of(model_source: str | Model) -> str:
    """What a report calls a checkpoint."""
    return model_source if isinstance(model_source, str) else IN_MEMORY


def train(
    source: str,
    output: str,
    *,
    settings: Settings,
    resume: bool = False,
    tell: Tell,
    progress: Progress,
) -> tuple[bytes, TrainReport]:
    """Read, window, train, backtest; write one checkpoint to `output` unless that is `-`.

    With `resume` an interrupted training goes on, and one that was finished is not done again.
    Returns the checkpoint's bytes and what was found.
    """
    from forecast_cli.devices import tell_device
    from forecast_cli.fitting import fit
    from forecast_cli.training import Workshop

    started = time.perf_counter()
    to_file = output != STANDARD_STREAM
    if to_file:
        check_writable(output)
    with (
        opened(settings.engine, threads=settings.optimisation.threads) as engine,
        keeping_state(output if to_file else None, tell) as keeper,
    ):
        panel = read_panel(source, settings.read, tell)
        panel, plan = prepare(
            panel, settings.window, outliers=settings.cleaning.outliers, tell=tell
        )
        fingerprint = take_fingerprint(panel, settings)
        finished = _finished(output, fingerprint) if resume and to_file else None
        if finished is not None:
            tell(Notice("guess", "--resume: this training is finished; nothing was left to do"))
            checkpoint, model = finished
        else:
            keeper.begin(fingerprint, resume=resume)
            tell_device(settings.optimisation, tell)
            workshop = Workshop(engine, keeper)
            fitted = fit(panel, plan, settings, tell=tell, progress=progress, workshop=workshop)
            model = make_model(panel, fitted, settings, fingerprint)
            checkpoint = dump_model(model)
            if to_file:
                write_atomically(output, checkpoint)
    tell_short_series(model, panel, origins_at_end(panel), tell)
    seconds = time.perf_counter() - started
    return checkpoint, report_training(output, panel, plan, model, seconds)


def _finished(output: str, fingerprint: Fingerprint) -> tuple[bytes, Model] | None:
    """The checkpoint that this very training has written already, if it is there."""
    if not Path(output).is_file():
        return None
    try:
        model, _ = read_checkpoint(output)
    except CheckpointError:
        # Whatever it is, it is replaced, as without --resume.
        return None
    return (dump_model(model), model) if model.training.task == fingerprint.task else None


def make_model(
    panel: Panel, fitted: "Fitted", settings: Settings, fingerprint: Fingerprint
) -> Model:
    """What is fitted as what a checkpoint holds."""
    # Where the data lay is nobody's business who gets the checkpoint.
    kept = replace(panel, source=PurePath(panel.source).name or panel.source)
    return Model(
        committee=fitted.committee,
        widths=fitted.widths,
        usual_disagreement=fitted.usual_disagreement,
        effects=fitted.effects,
        panel=last_values(kept, HISTORY_LENGTH),
        training=Training(
            written_by=f"forecast-cli {metadata.version('forecast-cli')}",
            task=fingerprint.task,
            outliers=settings.cleaning.outliers,
            seed=settings.optimisation.seed,
            data=summarise(kept),
            levels=settings.levels,
            n_windows=count_windows(panel, fitted.committee.season_length),
            backtest=fitted.backtest,
        ),
    )


def predict(
    source: str | None,
    model_source: str | Model,
    *,
    read: ReadConfig,
    wanted: PredictionConfig,
    tell: Tell,
) -> tuple[Forecast, PredictReport]:
    """Continue the training data, or `source`, from a checkpoint."""
    model = open_model(model_source)
    data = continue_data(source, model, read, wanted, tell)
    panel, known = data.panel, None
    if source is not None:
        grown = forecast_grown(model, panel, data.trained_until)
        known = None if grown is None else score(model.committee.name, *grown)
    tell_blocks(model, wanted, tell)
    forecast = forecast_wanted(model, panel, wanted)
    return forecast, report_forecast(model, wanted, n_series=panel.n_series, known=known)


def evaluate(
    source: str,
    model_source: str | Model,
    *,
    read: ReadConfig,
    scoring: EvaluationConfig,
    tell: Tell,
) -> tuple[Forecast, EvaluateReport]:
    """Score a checkpoint on the last steps of known values, from rolling origins.

    Without a holdout that is what came after the training data, or one horizon where nothing did.
    """
    model = open_model(model_source)
    panel = read_like_training(source, model, read, tell)
    trained_until = training_ends(model, panel)
    steps = scoring.holdout or steps_to_score(model, panel, trained_until)
    known = forecast_known(model, panel, trained_until, scoring=scoring, steps=steps)
    forecast, scene = known.forecast, known.scene
    report = EvaluateReport(
        checkpoint=name_of(model_source),
        data=summarise(panel),
        backtest=report_backtest(
            scene,
            score(model.committee.name, scene, forecast.mean, forecast.bounds),
            n_windows=known.n_windows,
            step_size=known.step_size,
            by_target=break_down_by_target(panel, scene, forecast.mean),
        ),
        n_in_sample=known.n_in_sample,
        by_series=break_down(
            scene, forecast.mean, [panel.name(int(i)) for i in scene.origins.series]
        ),
        by_step=break_down_by_step(scene, forecast.mean),
        by_cutoff=break_down(scene, forecast.mean, known.cutoff_labels),
    )
    tell_in_sample(report, tell)
    return forecast, report


def compare(source: str, *, config: CompareConfig, tell: Tell, progress: Progress) -> CompareReport:
    """Fit every model at the same cutoffs and rank what they forecast from there."""
    from forecast_cli.comparison import Race, check_models, choose_cutoffs, choose_models, run

    started = time.perf_counter()
    check_models(config.cutoffs.models)
    panel = read_panel(source, config.read, tell)
    cutoffs = choose_cutoffs(panel, config, tell)
    models = choose_models(config.cutoffs.models, cutoffs.plan.season_length, tell)
    panel = treat_outliers(panel, config.cleaning.outliers, cutoffs.plan.season_length, tell)
    scene = cutoffs.scene(panel)
    race = Race(
        panel=panel, cutoffs=cutoffs, scene=scene, config=config, tell=tell, progress=progress
    )
    leaderboard = rank(scene, run(race, models), models, step_size=cutoffs.step_size)
    plan = cutoffs.plan
    return CompareReport(
        data=summarise(panel),
        horizon=plan.horizon,
        context_length=max(plan.context_length, plan.long_context_length),
        season_length=plan.season_length,
        n_windows=len(cutoffs.back),
        step_size=cutoffs.step_size,
        n_series=len(np.unique(scene.origins.series)),
        n_points=int(np.isfinite(scene.actual).sum()),
        leaderboard=leaderboard,
        seconds=time.perf_counter() - started,
    )


def info(model_source: str) -> InfoReport:
    """Say what a checkpoint holds."""
    model, digest = read_checkpoint(model_source)
    return describe_checkpoint(model_source, model, digest)
