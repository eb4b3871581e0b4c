"""`forecast info`: what a checkpoint holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType

from forecast_cli.cli.options import DEFAULT_MODEL, Model, TalkOptions, TextOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, write_report
from forecast_cli.report import backtest_parts, data_facts, describe_network, facts, parts_table
from forecast_cli.wording import counted, printable

if TYPE_CHECKING:
    from forecast_cli.findings import InfoReport


@with_options
def info(model: Model = DEFAULT_MODEL, *, result: TextOptions, talk: TalkOptions) -> None:
    """Show what a checkpoint holds."""
    check_streams(inputs=[model], output=result.output)
    from forecast_cli import workflows

    report = workflows.info(model)
    write_report(report, list(_describe(report)), result)


def _describe(report: "InfoReport") -> Iterator[RenderableType]:
    yield facts(
        [
            ("checkpoint", printable(report.checkpoint)),
            ("format", f"version {report.format_version}, written by {report.written_by}"),
            ("sha256", report.sha256),
            *data_facts(report.data),
            ("network", _network(report)),
            ("seed", str(report.seed)),
        ]
    )
    yield parts_table(report)
    if report.backtest is not None:
        yield from backtest_parts(report.backtest)


def _network(report: "InfoReport") -> str:
    return (
        f"{describe_network(report)}; "
        f"{counted(report.horizon, 'step')} ahead, season length {report.season_length}"
    )
