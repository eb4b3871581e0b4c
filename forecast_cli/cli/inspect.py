"""`forecast inspect`: what was understood of a file, and what train would do with it."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.cli.options import Data, TalkOptions, TextOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, write_report
from forecast_cli.cli.streams import Streams
from forecast_cli.config import OutlierConfig, ReadConfig, WindowConfig
from forecast_cli.findings import InspectReport, Understanding
from forecast_cli.report import (
    count,
    data_facts,
    describe_windows,
    facts,
    percent,
    printable,
    short_text,
    table,
)


@with_options
def inspect(
    data: Data,
    *,
    read: ReadConfig,
    cleaning: OutlierConfig,
    window: WindowConfig,
    result: TextOptions,
    talk: TalkOptions,
) -> None:
    """Show what is understood of DATA, and what train would do with it."""
    check_streams(inputs=[data], output=result.output)
    from forecast_cli import workflows

    streams = Streams(quiet=talk.quiet)
    report = workflows.inspect(
        data, read=read, window=window, outliers=cleaning.outliers, tell=streams.tell
    )
    write_report(report, list(_describe(report)), result)


def _describe(report: InspectReport) -> Iterator[RenderableType]:
    cells = [[short_text(c.name), c.role, c.kind, short_text(c.example)] for c in report.columns]
    yield table(["column", "role", "kind", "example"], cells, n_left=4)
    for role, candidates in report.ties.items():
        names = ", ".join(map(short_text, candidates))
        yield Text(f"\nthe {role} may be any of {names}; say which with --{role}")
    if report.understood is not None:
        yield from _describe_panel(report.understood)


def _describe_panel(found: Understanding) -> Iterator[RenderableType]:
    yield Text()
    season = f"{count(found.season_length, 'step')}"
    if found.season_strength is not None:
        season += f", seen in {percent(found.season_strength)} of the series"
    yield facts(
        [
            *data_facts(found.data),
            ("season", season),
            (
                "values",
                f"{found.n_zero} zero, {found.n_negative} negative; "
                f"{count(found.n_constant_series, 'constant series', 'constant series')}",
            ),
            (
                "windows",
                f"{describe_windows(found.horizon, found.context_length)}, "
                f"{count(found.n_windows, 'window')} to learn from",
            ),
        ]
    )
    yield Text("\nto train on it as it was understood:")
    # Whole, so that it can be copied; a terminal breaks it where it likes.
    yield Text(printable(found.command), no_wrap=True, overflow="ignore")
