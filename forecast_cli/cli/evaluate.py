"""`forecast evaluate`: a checkpoint and known values in, its errors out."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.cli.options import (
    Data,
    ModelOptions,
    ResultOptions,
    SkillOptions,
    TalkOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.part_results import check_parts, write_parts
from forecast_cli.cli.results import (
    check_skill,
    check_streams,
    choose_format,
    tell_one_machine,
    write_forecast,
)
from forecast_cli.cli.streams import Streams
from forecast_cli.config import EvaluationConfig
from forecast_cli.engine_config import EngineConfig
from forecast_cli.part_folder import is_part_folder
from forecast_cli.read_config import ReadConfig
from forecast_cli.report import backtest_parts, breakdown_table, data_facts, facts
from forecast_cli.wording import counted, printable

if TYPE_CHECKING:
    from forecast_cli.findings import EvaluateReport

_MOST_ROWS = 12


@with_options
def evaluate(
    data: Data,
    *,
    model: ModelOptions,
    read: ReadConfig,
    scoring: EvaluationConfig,
    engine: EngineConfig,
    result: ResultOptions,
    asked: SkillOptions,
    talk: TalkOptions,
) -> None:
    """Score a checkpoint on known values of DATA, beside simple forecasts.

    With a folder as --output every file of DATA is forecast by itself, and gets a part there.
    """
    streams = Streams(quiet=talk.quiet)
    if is_part_folder(result.output):
        data = check_parts(data, result.output)
        from forecast_cli.partitions import evaluate_parts

        report = write_parts(
            partial(evaluate_parts, data, model.model, scoring=scoring),
            read=read,
            engine=engine,
            result=result,
            streams=streams,
            talk=talk,
        )
    else:
        check_streams(inputs=[data, model.model], output=result.output)
        choose_format(result)
        tell_one_machine(engine, streams.tell)
        from forecast_cli import workflows

        forecast, report = workflows.evaluate(
            data, model.model, read=read, scoring=scoring, tell=streams.tell
        )
        write_forecast(forecast, report, result)
    streams.show(*_describe(report))
    check_skill(report.backtest, asked.min_skill)


def _describe(report: "EvaluateReport") -> Iterator[RenderableType]:
    yield Text()
    points = counted(report.backtest.n_points, "point")
    yield facts(
        [
            ("checkpoint", printable(report.checkpoint)),
            *data_facts(report.data),
            ("scored", f"{points}, {report.n_in_sample} of them in-sample"),
        ]
    )
    for title, rows in (
        ("series", report.by_series),
        ("step", report.by_step),
        ("cutoff", report.by_cutoff),
    ):
        if len(rows) > 1:
            yield breakdown_table(f"by {title}", rows, most=_MOST_ROWS)
    yield from backtest_parts(report.backtest)
