"""`forecast train`: a file in, one checkpoint out, and how good it is."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.cli.memory import check_memory
from forecast_cli.cli.options import (
    STANDARD_STREAM,
    CheckpointOptions,
    Data,
    SkillOptions,
    TalkOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_skill, check_streams, json_document
from forecast_cli.cli.streams import Streams, is_output_terminal, write_output
from forecast_cli.config import Settings
from forecast_cli.errors import ConfigError
from forecast_cli.report import backtest_parts, data_facts, describe_windows, facts, parts_table
from forecast_cli.wording import counted

if TYPE_CHECKING:
    from forecast_cli.findings import TrainReport


@with_options
def train(
    data: Data,
    *,
    settings: Settings,
    target: CheckpointOptions,
    asked: SkillOptions,
    talk: TalkOptions,
) -> None:
    """Train networks on DATA and save them as one checkpoint file.

    A backtest beside simple forecasts tells whether they are worth using. With --by-frequency,
    model.forecast becomes model.D.forecast, model.MS.forecast and so on.
    """
    check_target(target)
    check_memory(threads=settings.optimisation.threads)
    from forecast_cli import workflows
    from forecast_cli.cli.progress_bar import showing_progress
    from forecast_cli.findings import TrainReports
    from forecast_cli.trainings import plan_trainings

    streams = Streams(quiet=talk.quiet)
    reports = []
    for output, chosen in plan_trainings(data, target.output, settings):
        check_streams(inputs=[data], output=output)
        with showing_progress(streams.console, talk) as progress:
            checkpoint, report = workflows.train(
                data,
                output,
                settings=chosen,
                resume=target.resume,
                tell=streams.tell,
                progress=progress,
            )
        streams.show(*describe_training(report))
        reports.append(report)
        if not target.json:
            write_output(checkpoint_output(checkpoint, output))
    if target.json:
        several = settings.read.by_frequency and settings.read.freq is None
        outcome = TrainReports(frequencies=tuple(reports)) if several else report
        write_output(json_document(outcome))
    for report in reports:
        check_skill(report.backtest, asked.min_skill)


def check_target(target: CheckpointOptions) -> None:
    """Refuse standard output for the checkpoint where it is a terminal, or wanted for the report.

    Raises:
        ConfigError: saying which.
    """
    if target.output == STANDARD_STREAM:
        if target.json:
            raise ConfigError(
                "--json and --output - both want standard output; give --output a file name"
            )
        if is_output_terminal():
            raise ConfigError(
                "--output - would write a binary checkpoint to the terminal; "
                "give a file name, or pipe it on"
            )


def checkpoint_output(checkpoint: bytes, output: str) -> bytes:
    """What goes to standard output: the checkpoint, or its path."""
    return checkpoint if output == STANDARD_STREAM else os.fsencode(output) + b"\n"


def describe_training(report: "TrainReport") -> Iterator[RenderableType]:
    """What was trained, from what, and how good it is."""
    windows = (
        f"{describe_windows(report.horizon, report.context_length)}, "
        f"season length {report.season_length}, {counted(report.n_windows, 'window')}"
    )
    network = f"{report.cell}, {counted(report.n_parameters, 'parameter')}"
    yield Text()
    yield facts(
        [
            *data_facts(report.data),
            ("windows", windows),
            ("network", f"{network}, trained in {report.seconds:.1f} s"),
        ]
    )
    yield parts_table(report)
    if report.backtest is not None:
        yield from backtest_parts(report.backtest)
