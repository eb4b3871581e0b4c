"""One straight function per command: options in, files read and written, findings out."""

import time
from dataclasses import replace
from importlib import metadata
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import break_down, break_down_by_step, make_scene, report_backtest, score
from forecast_cli.checkpoint import (
    FORMAT_VERSION,
    Model,
    Training,
    dump_model,
    read_checkpoint,
)
from forecast_cli.config import HISTORY_LENGTH, EvaluationConfig, ReadConfig, Settings, WindowConfig
from forecast_cli.defaults import plan_windows
from forecast_cli.errors import ConfigError, DataError, Notice, Tell, escape
from forecast_cli.filesystem import check_writable, write_atomically
from forecast_cli.findings import (
    EvaluateReport,
    InfoReport,
    InspectReport,
    MemberSummary,
    ModelScores,
    PredictReport,
    TrainReport,
)
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.inspection import describe_columns, inspect_panel, summarise
from forecast_cli.panel import Panel, panel_from_table, read_again, read_panel
from forecast_cli.progress import Progress
from forecast_cli.reading.roles import guess_roles
from forecast_cli.reading.table import read_table
from forecast_cli.splits import (
    Origins,
    last_values,
    minimum_context,
    origins_at_end,
    origins_before,
)
from forecast_cli.windows import WindowSampler, contexts

STANDARD_STREAM = "-"

_MOST_NAMED = 3


def train(
    source: str, output: str, *, settings: Settings, tell: Tell, progress: Progress
) -> tuple[bytes, TrainReport]:
    """Read, window, train, backtest; write one checkpoint to `output` unless that is `-`.

    Returns the checkpoint's bytes and what was found.
    """
    from forecast_cli.fitting import fit

    started = time.perf_counter()
    if output != STANDARD_STREAM:
        check_writable(output)
    panel = read_panel(source, settings.read, tell)
    plan = plan_windows(panel, settings.window, tell)
    fitted = fit(panel, plan, settings, tell=tell, progress=progress)
    n_windows = WindowSampler.over(
        panel, panel.offsets[1:], minimum_context(plan.season_length)
    ).n_windows
    # Where the data lay is nobody's business who gets the checkpoint.
    kept = replace(panel, source=PurePath(panel.source).name)
    model = Model(
        committee=fitted.committee,
        widths=fitted.widths,
        panel=last_values(kept, HISTORY_LENGTH),
        training=Training(
            written_by=f"forecast-cli {metadata.version('forecast-cli')}",
            seed=settings.optimisation.seed,
            data=summarise(kept),
            levels=settings.levels,
            n_windows=n_windows,
            backtest=fitted.backtest,
        ),
    )
    _tell_short_series(model, panel, origins_at_end(panel), tell)
    checkpoint = dump_model(model)
    if output != STANDARD_STREAM:
        write_atomically(output, checkpoint)
    report = TrainReport(
        checkpoint=output,
        data=summarise(panel),
        cell=settings.network.cell,
        horizon=plan.horizon,
        context_length=plan.context_length,
        season_length=plan.season_length,
        n_windows=n_windows,
        n_parameters=model.n_parameters,
        members=_summarise_members(model),
        simple=model.committee.simple,
        simple_weight=model.committee.simple_weight,
        backtest=fitted.backtest,
        seconds=time.perf_counter() - started,
    )
    return checkpoint, report


def predict(
    source: str | None,
    model_source: str,
    *,
    read: ReadConfig,
    horizon: int | None,
    levels: tuple[int, ...] | None,
    tell: Tell,
) -> tuple[Forecast, PredictReport]:
    """Continue the training data, or `source`, from a checkpoint."""
    model, _ = read_checkpoint(model_source)
    steps = horizon or model.committee.horizon
    panel, known = model.panel, None
    if source is None:
        if read != ReadConfig():
            raise ConfigError("options that say how to read a file need DATA to read")
    else:
        panel = _read_like_training(source, model, read, tell)
        _tell_new_series(model, panel, tell)
        known = _score_known_values(model, panel)
    origins = origins_at_end(panel)
    _tell_short_series(model, panel, origins, tell)
    if steps > model.committee.horizon:
        tell(
            Notice(
                "warning",
                f"the model was trained for {model.committee.horizon} steps: the {steps} asked "
                "for are forecast in blocks, each resting on the one before",
            )
        )
    levels = levels or model.training.levels
    forecast = forecast_from(model, panel, origins, horizon=steps, levels=levels)
    report = PredictReport(
        n_series=panel.n_series,
        horizon=steps,
        model=_model_name(model),
        backtest=model.training.backtest,
        known=known,
    )
    return forecast, report


def evaluate(
    source: str,
    model_source: str,
    *,
    read: ReadConfig,
    scoring: EvaluationConfig,
    tell: Tell,
) -> tuple[Forecast, EvaluateReport]:
    """Score a checkpoint on the last steps of known values, from rolling origins.

    Without a holdout that is what came after the training data, or one horizon where nothing did.
    """
    model, _ = read_checkpoint(model_source)
    committee = model.committee
    panel = _read_like_training(source, model, read, tell)
    trained_until = _training_ends(model, panel)
    steps = scoring.holdout or _new_steps(panel, trained_until) or committee.horizon
    step = scoring.step_size or committee.horizon
    back = np.arange(steps, 0, -step)
    origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 1, back)
    if steps >= panel.lengths.max():
        raise DataError(
            f"{panel.source}: the longest series has {panel.lengths.max()} values, too few to hold "
            f"back {steps}; give more data or a smaller --holdout"
        )
    span = min(steps, committee.horizon)
    levels = scoring.levels or model.training.levels
    forecast = forecast_from(model, panel, origins, horizon=span, levels=levels)
    scene = make_scene(panel, origins, span, committee.season_length)
    positions = forecast.cutoffs[:, None] + np.arange(1, span + 1)
    in_sample = positions <= trained_until[origins.series][:, None]
    forecast = replace(forecast, actual=scene.actual, in_sample=in_sample)
    scores = score(_model_name(model), scene, forecast.mean, forecast.bounds)
    n_in_sample = int((in_sample & np.isfinite(scene.actual)).sum())
    if n_in_sample:
        tell(
            Notice(
                "warning",
                f"{n_in_sample} of {np.isfinite(scene.actual).sum()} scored values are in-sample: "
                "the checkpoint was trained on them, so its errors look smaller than they are",
            )
        )
    report = EvaluateReport(
        checkpoint=model_source,
        data=summarise(panel),
        backtest=report_backtest(scene, scores, n_windows=len(back), step_size=step),
        n_in_sample=n_in_sample,
        by_series=break_down(scene, forecast.mean, [panel.name(int(i)) for i in origins.series]),
        by_step=break_down_by_step(scene, forecast.mean),
        by_cutoff=break_down(scene, forecast.mean, panel.calendar.labels(forecast.cutoffs)),
    )
    return forecast, report


def inspect(source: str, *, read: ReadConfig, window: WindowConfig, tell: Tell) -> InspectReport:
    """Say what is understood of a file and what `train` would do with it."""
    notices: list[str] = []

    def keep(notice: Notice) -> None:
        notices.append(notice.text)
        tell(notice)

    table = read_table(source, read, keep)
    roles = guess_roles(table, read)
    understood = None
    if not roles.ties:
        panel = panel_from_table(table, read, keep)
        understood = inspect_panel(panel, plan_windows(panel, window, keep))
    return InspectReport(
        columns=describe_columns(table, roles),
        ties={
            role: tuple(table.columns[column] for column in columns)
            for role, columns in roles.ties.items()
        },
        notices=tuple(notices),
        understood=understood,
    )


def info(model_source: str) -> InfoReport:
    """Say what a checkpoint holds."""
    model, digest = read_checkpoint(model_source)
    committee, training = model.committee, model.training
    return InfoReport(
        checkpoint=model_source,
        format_version=FORMAT_VERSION,
        written_by=training.written_by,
        sha256=digest,
        data=training.data,
        cell=committee.network.cell,
        layers=committee.network.layers,
        hidden_size=committee.network.hidden_size,
        horizon=committee.horizon,
        season_length=committee.season_length,
        n_parameters=model.n_parameters,
        members=_summarise_members(model),
        simple=committee.simple,
        simple_weight=committee.simple_weight,
        seed=training.seed,
        backtest=training.backtest,
    )


def _summarise_members(model: Model) -> tuple[MemberSummary, ...]:
    members = model.committee.members
    networks = (1 - model.committee.simple_weight) / max(sum(m.share for m in members), 1e-12)
    return tuple(
        MemberSummary(
            representation=str(member.representation),
            context_length=member.context_length,
            epochs=member.epochs,
            validation_mase=member.validation_error,
            weight=networks * member.share,
        )
        for member in members
    )


def _model_name(model: Model) -> str:
    """The cell, or the simple forecast where no network speaks."""
    return model.committee.network.cell if model.committee.members else model.committee.simple


def _read_like_training(source: str, model: Model, read: ReadConfig, tell: Tell) -> Panel:
    """Read DATA by the columns and the frequency of the training data, unless told otherwise.

    Raises:
        DataError: it lies on another calendar.
    """
    expected = model.panel.calendar
    panel = read_panel(source, read_again(model.panel, read), tell)
    if (panel.calendar.kind, panel.calendar.freq) != (expected.kind, expected.freq):
        raise DataError(
            f"{panel.source}: the data is {panel.calendar.describe()}, but the model was trained "
            f"on {expected.describe()} data; train on this data, or resample it"
        )
    return panel


def _training_ends(model: Model, panel: Panel) -> NDArray[np.int64]:
    """The last calendar position each series of `panel` was trained on [N]; very early if none."""
    trained = {
        tuple(key): int(end) for key, end in zip(model.panel.ids, model.panel.ends, strict=True)
    }
    never = np.iinfo(np.int64).min
    return np.array([trained.get(tuple(key), never) for key in panel.ids], dtype=np.int64)


def _new_steps(panel: Panel, trained_until: NDArray[np.int64]) -> int:
    """How many steps the series that were trained on have grown by, at most."""
    known = trained_until >= panel.starts
    return int(np.max((panel.ends - trained_until)[known], initial=0))


def _score_known_values(model: Model, panel: Panel) -> ModelScores | None:
    """Score what came after the training data, forecast from its end; None if nothing came."""
    committee = model.committee
    ends = _training_ends(model, panel)
    grown = np.flatnonzero((ends >= panel.starts) & (ends < panel.ends))
    if len(grown) == 0:
        return None
    stops = panel.offsets[grown] + ends[grown] - panel.starts[grown] + 1
    origins = Origins(series=grown, stops=stops, limits=panel.offsets[grown + 1])
    scene = make_scene(panel, origins, committee.horizon, committee.season_length)
    return score(_model_name(model), scene, committee.forecast(scene.context))


def _tell_new_series(model: Model, panel: Panel, tell: Tell) -> None:
    unseen = np.flatnonzero(_training_ends(model, panel) == np.iinfo(np.int64).min)
    if len(unseen) and model.panel.columns.id:
        tell(
            Notice(
                "warning",
                f"{len(unseen)} series not seen in training: {_names(panel, unseen)}; the model "
                "forecasts them from their own values",
            )
        )


def _tell_short_series(model: Model, panel: Panel, origins: Origins, tell: Tell) -> None:
    """Name the series that a network cannot forecast, if there are networks."""
    if not model.committee.members:
        return
    longest = int(min(panel.lengths.max(), HISTORY_LENGTH))
    context = contexts(panel, origins, longest)
    alone = origins.series[~model.committee.rows_for_networks(context)]
    least = minimum_context(model.committee.season_length)
    short = alone[panel.lengths[alone] < least]
    for group, why in (
        (short, f"shorter than the {least} values that the network needs"),
        (np.setdiff1d(alone, short), "without change or with too few values"),
    ):
        if len(group):
            tell(
                Notice(
                    "warning",
                    f"{len(group)} series {why}: {_names(panel, group, lengths=True)}; "
                    f"forecast by {model.committee.simple}, the best simple forecast",
                )
            )


def _names(panel: Panel, series: NDArray[np.int64], *, lengths: bool = False) -> str:
    named = [
        f"{escape(panel.name(int(i)))}" + (_count_in_brackets(panel, int(i)) if lengths else "")
        for i in series[:_MOST_NAMED]
    ]
    more = len(series) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _count_in_brackets(panel: Panel, series: int) -> str:
    length = panel.lengths[series]
    return " (1 value)" if length == 1 else f" ({length} values)"
