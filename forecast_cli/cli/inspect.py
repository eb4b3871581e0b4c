"""`forecast inspect`: what was understood of a file, and what train would do with it."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from forecast_cli.cli.data_findings import MOST_COLUMNS, describe_data, shortened
from forecast_cli.cli.options import Data, TalkOptions, TextOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, write_report
from forecast_cli.cli.streams import Streams
from forecast_cli.config import Settings
from forecast_cli.inspect_findings import (
    ColumnGuess,
    InspectReport,
    PlannedNetwork,
    TrainingPlan,
    Understanding,
)
from forecast_cli.report import describe_member, facts, table
from forecast_cli.wording import counted, printable, short_text


@with_options
def inspect(
    data: Data,
    *,
    settings: Settings,
    result: TextOptions,
    talk: TalkOptions,
) -> None:
    """Show what is understood of DATA, and what train would do with it and these options."""
    check_streams(inputs=[data], output=result.output)
    from forecast_cli import inspecting

    streams = Streams(quiet=talk.quiet)
    report = inspecting.inspect(data, settings=settings, tell=streams.tell)
    write_report(report, list(_describe(report)), result)


def _describe(report: InspectReport) -> Iterator[RenderableType]:
    yield table(["column", "role", "kind", "example"], _column_rows(report.columns), n_left=4)
    for role, candidates in report.ties.items():
        names = ", ".join(map(short_text, candidates))
        yield Text(f"\nthe {role} may be any of {names}; say which with --{role}")
    if report.frequencies:
        rows = [
            [
                f.freq,
                ", ".join(map(short_text, f.series))
                + (", …" if f.n_series > len(f.series) else ""),
                str(f.n_series),
            ]
            for f in report.frequencies
        ]
        yield table(["frequency", "series", "in all"], rows, n_left=2)
    if report.understood is not None:
        yield from describe_data(report.understood)
    for problem in report.problems:
        yield Text.assemble(("\ntrain would stop here: ", "bold"), printable(problem))
    if report.understood is not None:
        yield from _describe_training(report.understood)


def _column_rows(columns: Sequence[ColumnGuess]) -> list[list[str]]:
    rows = [[short_text(c.name), c.role, c.kind, short_text(c.example)] for c in columns]
    return shortened(rows, MOST_COLUMNS)


def _describe_training(found: Understanding) -> Iterator[RenderableType]:
    plan = found.training
    if plan is not None:
        yield Text("\nwhat train would do", style="bold")
        seen = f"{found.context_length}"
        if found.long_context_length > found.context_length:
            seen += f" or {found.long_context_length}"
        ahead = f"{counted(found.horizon, 'step')} ahead from the last {seen}"
        yield facts(
            [
                ("windows", f"{ahead}, {counted(found.n_windows, 'window')} to learn from"),
                ("networks", _networks(plan, found)),
                ("backtest", printable(_backtest(plan, found))),
            ]
        )
        if plan.networks:
            yield _network_table(plan.networks)
    yield Text("\nto train on it as it was understood:")
    # Whole, so that it can be copied; a terminal breaks it where it likes. The console would join a
    # bare text with others, and wrap it.
    yield Group(Text(printable(found.command), no_wrap=True, overflow="ignore"))


def _networks(plan: TrainingPlan, found: Understanding) -> str:
    if not plan.networks:
        return (
            "none, for the data are too short to train one: every forecast would be the mean of "
            f"the simple ones not clearly worse than {plan.simple}"
        )
    total = sum(network.count for network in plan.networks)
    on_logs = any(network.representation.startswith("log") for network in plan.networks)
    why = ", as not all values are positive" if found.values.minimum <= 0 else ""
    scale = "some on logs" if on_logs else f"none on logs{why}"
    alone = (
        f"; {counted(plan.n_short_series, 'series', 'series')} too short for them: simple forecasts"
        if plan.n_short_series
        else ""
    )
    return (
        f"{counted(total, 'network')}, up to {counted(plan.epochs, 'epoch')} each, {scale}{alone}"
    )


def _backtest(plan: TrainingPlan, found: Understanding) -> str:
    layout = plan.backtest
    if layout is None:
        return "none, for the data are too short to hold anything back"
    span = layout.first_cutoff
    if layout.last_cutoff != span:
        span += f" to {layout.last_cutoff}"
    series = (
        f" of {counted(layout.n_series, 'series', 'series')}" if found.data.n_series > 1 else ""
    )
    most = "up to " if layout.n_windows > 1 and series else ""
    of_each = f" of each{series}" if series else ""
    cutoffs = f"{most}{counted(layout.n_windows, 'cutoff')}{of_each} ({span})"
    short = (
        f", for the series are too short to hold back all {found.horizon}"
        if layout.span < found.horizon
        else ""
    )
    return (
        f"{cutoffs}, {counted(layout.span, 'step')} ahead{short}; the last "
        f"{counted(layout.n_held_back, 'step')} are held back to validate and score"
    )


def _network_table(networks: Sequence[PlannedNetwork]) -> RenderableType:
    """How the networks see a window, and how many see it so where that is not one each."""
    if all(network.count == 1 for network in networks):
        return table(["networks"], [[describe_member(network)] for network in networks])
    rows = [[describe_member(network), str(network.count)] for network in networks]
    return table(["networks", "times"], rows)
