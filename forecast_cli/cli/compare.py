"""`forecast compare`: a file in, a leaderboard of cells and simple forecasts out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.cli.memory import check_memory
from forecast_cli.cli.options import Data, ResultOptions, TalkOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, choose_format, write_leaderboard
from forecast_cli.cli.streams import Streams
from forecast_cli.compare_config import CompareConfig
from forecast_cli.report import data_facts, describe_windows, facts
from forecast_cli.wording import counted, percent

if TYPE_CHECKING:
    from forecast_cli.findings import CompareReport


@with_options
def compare(
    data: Data,
    *,
    config: CompareConfig,
    result: ResultOptions,
    talk: TalkOptions,
) -> None:
    """Rank cells and simple forecasts by how they forecast what is known of DATA.

    A cell stands for all that train would make with it. Nothing is saved.
    """
    check_streams(inputs=[data], output=result.output)
    choose_format(result)
    check_memory(threads=config.optimisation.threads)
    from forecast_cli import workflows
    from forecast_cli.cli.progress_bar import showing_progress

    streams = Streams(quiet=talk.quiet)
    with showing_progress(streams.console, talk) as progress:
        report = workflows.compare(data, config=config, tell=streams.tell, progress=progress)
    streams.show(*_describe(report))
    write_leaderboard(report, result)
    streams.show(Text(), Text(report.leaderboard.verdict, style="bold"))


def _describe(report: "CompareReport") -> Iterator[RenderableType]:
    apart = f", {report.step_size} apart" if report.n_windows > 1 else ""
    windows = (
        f"{describe_windows(report.horizon, report.context_length)}, "
        f"season length {report.season_length}"
    )
    all_series = counted(report.data.n_series, "series", "series")
    some = f"{report.n_series} of " if report.n_series < report.data.n_series else ""
    scored = (
        f"{some}{all_series}, up to {counted(report.n_windows, 'cutoff')} "
        f"each{apart}, {counted(report.n_points, 'point')}, in {report.seconds:.1f} s"
    )
    shares = [
        f"{row.model} {percent(row.network_share)}"
        for row in report.leaderboard.rows
        if row.network_share > 0
    ]
    yield Text()
    yield facts(
        [
            *data_facts(report.data),
            ("windows", windows),
            ("scored", scored),
            ("skill", f"against {report.leaderboard.best_naive}, the best naive forecast"),
            *([("networks", f"weight beside simple parts: {', '.join(shares)}")] if shares else []),
        ]
    )
