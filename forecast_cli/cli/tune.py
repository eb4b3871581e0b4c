"""`forecast tune`: a file in, the checkpoint of the best settings out, and what they brought."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from forecast_cli.cli.memory import check_memory
from forecast_cli.cli.options import CheckpointOptions, Data, SkillOptions, TalkOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_skill, check_streams, json_document
from forecast_cli.cli.streams import Streams, write_output
from forecast_cli.cli.train import check_target, checkpoint_output, describe_training
from forecast_cli.report import table
from forecast_cli.tune_config import TuneConfig
from forecast_cli.wording import counted, number, printable

if TYPE_CHECKING:
    from forecast_cli.tuning_findings import TrialSummary, TuneReport

_MOST_ROWS = 10


@with_options
def tune(
    data: Data,
    *,
    config: TuneConfig,
    target: CheckpointOptions,
    asked: SkillOptions,
    talk: TalkOptions,
) -> None:
    """Search for the best settings on DATA, and save what they train as one checkpoint file.

    Settings are scored by forecasts of values that came after what they were trained on. What
    tuning brought over the defaults is measured on the last values, which the search never sees.
    """
    check_target(target)
    check_streams(inputs=[data, config.search.space], output=target.output)
    check_memory(threads=config.settings.optimisation.threads)
    from forecast_cli import tune_workflow
    from forecast_cli.cli.progress_bar import showing_progress

    streams = Streams(quiet=talk.quiet)
    with showing_progress(streams.console, talk) as progress:
        checkpoint, report = tune_workflow.tune(
            data,
            target.output,
            config=config,
            resume=target.resume,
            tell=streams.tell,
            progress=progress,
        )
    streams.show(*describe_training(report.training), *_describe(report))
    streams.show_line(f"the same checkpoint: {report.command}")
    to_output = checkpoint_output(checkpoint, target.output)
    write_output(json_document(report) if target.json else to_output)
    check_skill(report.training.backtest, asked.min_skill)


def _describe(report: "TuneReport") -> Iterator[RenderableType]:
    each = "" if report.n_origins == 1 else f"{counted(report.n_origins, 'forecast')} of "
    yield Text()
    yield Text(
        f"search: {counted(len(report.trials), 'trial')} ({report.search}), trained with --effort "
        f"{report.effort}, scored at up to {counted(report.n_cutoffs, 'cutoff')} by {each}"
        f"{counted(report.span, 'step')} of every series; {report.seconds:.1f} s in all"
    )
    yield _trial_table(report.trials, report.winner)
    yield Text()
    yield Text(printable(report.verdict), style="bold")


def _trial_table(trials: "Sequence[TrialSummary]", winner: int) -> Padding:
    """The best trials first; the worst ones are counted, the defaults always shown."""
    ranked = sorted(trials, key=_rank)
    shown = [t for place, t in enumerate(ranked) if place < _MOST_ROWS or not t.number]
    rows = [_row(trial, winner) for trial in shown]
    if len(trials) > len(shown):
        rows.append([f"… {len(trials) - len(shown)} more", "", "", ""])
    return table(["trial", "settings", "error", "time"], rows, n_left=2)


def _rank(trial: "TrialSummary") -> tuple[int, float, int]:
    error = trial.error
    if error is None:
        scored = [e for e in trial.errors if e is not None]
        error = scored[-1] if scored else float("inf")
    return (("scored", "dropped", "failed").index(trial.outcome), error, trial.number)


def _row(trial: "TrialSummary", winner: int) -> list[str]:
    settings = ", ".join(f"{name} {value}" for name, value in trial.settings.items())
    shown = trial.outcome if trial.error is None else number(trial.error)
    mark = " (best)" if trial.number == winner else ""
    return [f"{trial.number}{mark}", settings or "defaults", shown, f"{trial.seconds:.1f} s"]
