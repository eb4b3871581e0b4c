"""`predict` and `evaluate` on the files of a folder one by one, on any engine."""

from collections.abc import Generator
from dataclasses import dataclass, replace

from forecast_cli.checkpoint import open_model
from forecast_cli.config import EvaluationConfig, PredictionConfig
from forecast_cli.continuation import continue_data
from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines.opening import opened
from forecast_cli.engines.work import IsStopped
from forecast_cli.errors import ConfigError
from forecast_cli.findings import EvaluateReport, PredictReport
from forecast_cli.inference import forecast_wanted
from forecast_cli.matching import new_steps, read_like_training, training_ends
from forecast_cli.model import Model
from forecast_cli.model_findings import report_forecast
from forecast_cli.notices import Notice, Tell
from forecast_cli.overlap import OverlapCheck, Sketch, sketch
from forecast_cli.part_folder import PartFolder, writing_parts
from forecast_cli.part_scores import PartScores, joined_report, score_part
from forecast_cli.parts_told import PartsListener
from forecast_cli.progress import Progress
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.datafiles import Partition, partitions
from forecast_cli.rolling import (
    forecast_grown,
    forecast_known,
    is_long_enough,
    tell_blocks,
    tell_in_sample,
)
from forecast_cli.tallies import Tally
from forecast_cli.workflows import name_of
from forecast_cli.writer import FileFormat, render_frame


@dataclass(frozen=True, kw_only=True)
class PartsConfig:
    """How files are read, where the parts go and in which format, and who makes them."""

    read: ReadConfig
    output: str
    file_format: FileFormat
    engine: EngineConfig


@dataclass(frozen=True, kw_only=True, eq=False)
class _Predictions:
    """What forecasts of all files share."""

    files: list[Partition]
    model: Model
    read: ReadConfig
    wanted: PredictionConfig
    folder: PartFolder
    file_format: FileFormat


@dataclass(frozen=True, kw_only=True, eq=False)
class _Predicted:
    """What is known of the forecast of a file when it is written."""

    n_series: int
    ids: Sketch
    known: Tally | None


def predict_parts(
    source: str,
    model_source: str,
    *,
    wanted: PredictionConfig,
    parts: PartsConfig,
    tell: Tell,
    progress: Progress,
) -> PredictReport:
    """Continue every file of a folder or a pattern by itself: one part of the result for each.

    Raises:
        ConfigError: `source` is one file.
        DataError: a file cannot be read, or two hold values of the same series.
        OutputError: the folder cannot be written.
    """
    files = _files(source, tell)
    model = open_model(model_source)
    tell_blocks(model, wanted, tell)
    with (
        opened(parts.engine) as engine,
        writing_parts(parts.output, parts.file_format) as folder,
        PartsListener("predicting", len(files), tell, progress) as listener,
    ):
        job = _Predictions(
            files=files,
            model=model,
            read=parts.read,
            wanted=wanted,
            folder=folder,
            file_format=parts.file_format,
        )
        done = engine.run(_predict, job, len(files), hear=listener.hear)
        check = OverlapCheck(files)
        for number, part in enumerate(done):
            check.add(number, part.ids)
    known = [part.known for part in done if part.known is not None]
    return report_forecast(
        model,
        wanted,
        n_series=sum(part.n_series for part in done),
        known=sum(known, start=Tally()).scores(model.committee.name) if known else None,
    )


def _predict(
    job: _Predictions, number: int, _: IsStopped
) -> Generator[Notice | None, None, _Predicted]:
    """Forecast one file and write the part."""
    notices: list[Notice] = []
    model, wanted = job.model, job.wanted
    data = continue_data(job.files[number], model, job.read, wanted, notices.append)
    panel = data.panel
    grown = forecast_grown(model, panel, data.trained_until)
    forecast = forecast_wanted(model, panel, wanted)
    job.folder.write(number, render_frame(forecast.frame(), job.file_format))
    yield from (*notices, None)
    return _Predicted(
        n_series=panel.n_series,
        ids=sketch(panel.ids),
        known=None if grown is None else Tally.of(*grown),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scorings:
    """What the scores of all files share."""

    files: list[Partition]
    model: Model
    read: ReadConfig
    scoring: EvaluationConfig
    folder: PartFolder
    file_format: FileFormat


def evaluate_parts(
    source: str,
    model_source: str,
    *,
    scoring: EvaluationConfig,
    parts: PartsConfig,
    tell: Tell,
    progress: Progress,
) -> EvaluateReport:
    """Score a checkpoint on every file of a folder or a pattern; the scores are those of all.

    They are what all files read as one give, but for rounding; scores of single series are left to
    the parts. Without a holdout every file is read twice, first to find what came after
    the training data.

    Raises:
        ConfigError: `source` is one file.
        DataError: a file cannot be read, or two hold values of the same series, or no series is
            long enough.
        OutputError: the folder cannot be written.
    """
    files = _files(source, tell)
    model = open_model(model_source)
    with opened(parts.engine) as engine, writing_parts(parts.output, parts.file_format) as folder:
        job = _Scorings(
            files=files,
            model=model,
            read=parts.read,
            scoring=scoring,
            folder=folder,
            file_format=parts.file_format,
        )
        if scoring.holdout is None:
            with PartsListener("measuring", len(files), _ignore, progress) as listener:
                grown = max(engine.run(_measure, job, len(files), hear=listener.hear))
            steps = grown or model.committee.horizon
            job = replace(job, scoring=replace(scoring, holdout=steps))
        with PartsListener("scoring", len(files), tell, progress) as listener:
            done = engine.run(_score, job, len(files), hear=listener.hear)
        check = OverlapCheck(files)
        for number, part in enumerate(done):
            check.add(number, part.ids)
    report = joined_report(
        done, job.scoring, checkpoint=name_of(model_source), source=source, model=model
    )
    tell_in_sample(report, tell)
    return report


def _measure(job: _Scorings, number: int, _: IsStopped) -> Generator[Notice | None, None, int]:
    """How many steps came in a file after the training data."""
    panel = read_like_training(job.files[number], job.model, job.read, _ignore)
    yield None
    return new_steps(panel, training_ends(job.model, panel))


def _score(job: _Scorings, number: int, _: IsStopped) -> Generator[Notice | None, None, PartScores]:
    """Score one file and write the part; nothing is written where no series is long enough."""
    notices: list[Notice] = []
    model = job.model
    panel = read_like_training(job.files[number], model, job.read, notices.append)
    steps = job.scoring.holdout
    assert steps is not None
    known = None
    if is_long_enough(panel, steps):
        known = forecast_known(
            model, panel, training_ends(model, panel), scoring=job.scoring, steps=steps
        )
        job.folder.write(number, render_frame(known.forecast.frame(), job.file_format))
    yield from (*notices, None)
    return score_part(panel, known)


def _files(source: str, tell: Tell) -> list[Partition]:
    files = partitions(source, tell)
    if not files:
        raise ConfigError(
            "a folder as --output takes a part for each file of DATA, which must be a folder or a "
            "pattern in quotes; give --output the name of a file"
        )
    return files


def _ignore(_: Notice) -> None:
    pass
