"""Findings -> tables and lines for people; nothing is computed here."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from forecast_cli.config import CELLS, NetworkConfig
from forecast_cli.wording import (
    MISSING,
    counted,
    describe_chance,
    escape,
    number,
    percent,
    printable,
    short_text,
)

if TYPE_CHECKING:
    from forecast_cli.findings import (
        AnaloguesSummary,
        Backtest,
        Breakdown,
        DataSummary,
        InfoReport,
        MemberSummary,
        ModelScores,
        Standing,
        TrainReport,
    )
    from forecast_cli.inspect_findings import PlannedNetwork

_NAMED_COVARIATES = 3
_MOST_TARGETS = 30


def describe_windows(horizon: int, context_length: int) -> str:
    """How far is forecast, and from how much."""
    return f"{counted(horizon, 'step')} ahead from the last {context_length}"


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Names at the left, what they are at the right."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return table


def table(
    names: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    n_left: int = 1,
    is_narrow: bool = False,
) -> Padding:
    """A table with a head; the first `n_left` columns are text, the others numbers."""
    grid = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        header_style="bold",
        collapse_padding=is_narrow,
    )
    for index, name in enumerate(names):
        if index < n_left:
            grid.add_column(name, overflow="fold")
        else:
            grid.add_column(name, justify="right", no_wrap=True, overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))
    return Padding(grid, (1, 0, 0, 0))


def data_facts(data: "DataSummary") -> list[tuple[str, str]]:
    """What was understood of a file."""
    names = [f"target {short_text(data.target)}"]
    if data.time_column is not None:
        names.append(f"time {short_text(data.time_column)}")
    if data.id_columns:
        names.append(f"id {', '.join(map(short_text, data.id_columns))}")
    lengths = (
        counted(data.longest, "step")
        if data.shortest == data.longest
        else f"{data.shortest} to {counted(data.longest, 'step')}"
    )
    values = counted(data.n_values, "value")
    if data.n_missing:
        values += f", {data.n_missing} missing"
    return [
        ("data", f"{printable(data.source)} ({data.layout} layout)"),
        ("columns", ", ".join(names)),
        ("series", f"{counted(data.n_series, 'series', 'series')} of {lengths}, {values}"),
        ("times", f"{short_text(data.first_time)} to {short_text(data.last_time)}, {data.freq}"),
    ]


PART_COLUMNS = ("part", "weight", "epochs", "validation", "backtest")


def parts_table(report: "TrainReport | InfoReport") -> Padding:
    """What a forecast is made of, the weightiest part first, and how each did before."""
    return table(PART_COLUMNS, part_rows(report))


def part_rows(report: "TrainReport | InfoReport") -> list[list[str]]:
    """The texts below `PART_COLUMNS` for every part, the weightiest first."""
    parts = [(m.weight, describe_member(m), _member_scores(m)) for m in report.members]
    parts += [(weight, name, ["", "", ""]) for name, weight in report.simple_weights.items()]
    if report.analogues is not None:
        scores = ["", "", number(report.analogues.backtest_mase)]
        parts.append((report.analogues.weight, _describe_analogues(report.analogues), scores))
    ordered = sorted(parts, key=lambda part: -part[0])
    return [[name, percent(weight), *scores] for weight, name, scores in ordered]


def describe_network(report: "InfoReport") -> str:
    """What the networks of a model have in common, as far as it is not as by default."""
    parts = [
        "bidirectional" if report.bidirectional else "",
        report.cell,
        "with attention" if report.attention else "",
    ]
    words = [
        " ".join(part for part in parts if part),
        f"{counted(report.layers, 'layer')} of {_sizes(report)}",
        counted(report.n_parameters, "parameter"),
        report.strategy if report.strategy != NetworkConfig.strategy else "",
        f"{report.activation} activation" if report.activation != NetworkConfig.activation else "",
    ]
    return ", ".join(word for word in words if word)


def _sizes(report: "InfoReport") -> str:
    """The units of a layer, which may differ between the networks."""
    sizes = sorted({report.hidden_size, *(member.hidden_size for member in report.members)})
    smaller = "".join(f"{size} or " for size in sizes[:-1])
    return smaller + counted(sizes[-1], "unit")


def describe_member(member: "MemberSummary | PlannedNetwork") -> str:
    """How a network sees a window."""
    pace = f", {member.segment_length} at a time" if member.segment_length > 1 else ""
    names = ", ".join(escape(name) for name in member.covariates[:_NAMED_COVARIATES])
    more = ", …" if len(member.covariates) > _NAMED_COVARIATES else ""
    seen = f", and {names}{more}" if names else ""
    return f"{member.representation}, from {member.context_length} steps{pace}{seen}"


def _describe_analogues(analogues: "AnaloguesSummary") -> str:
    return (
        f"analogues: what followed like {counted(analogues.context_length, 'step')}, "
        f"among {counted(analogues.n_windows, 'window')}"
    )


def _member_scores(member: "MemberSummary") -> list[str]:
    return [str(member.epochs), number(member.validation_mase), number(member.backtest_mase)]


def _score_table(backtest: "Backtest") -> Padding:
    """The errors of the model and of the simple forecasts, side by side."""
    has_mape = any(scores.mape is not None for scores in backtest.scores)
    names = ["", "MASE", "sMAPE", *(["MAPE"] if has_mape else []), "MAE", "RMSE", "R²"]
    return table(names, [_score_row(scores, has_mape=has_mape) for scores in backtest.scores])


def _score_row(scores: "ModelScores", *, has_mape: bool) -> list[str]:
    return [
        scores.model,
        number(scores.mase),
        number(scores.smape),
        *([number(scores.mape)] if has_mape else []),
        number(scores.mae),
        number(scores.rmse),
        number(scores.r2),
    ]


def backtest_parts(backtest: "Backtest") -> Iterator[RenderableType]:
    """The scores of a backtest, how they were made, and what they say."""
    yield Text()
    yield Text(backtest_line(backtest))
    yield _score_table(backtest)
    yield Text()
    if backtest.by_target:
        yield breakdown_table("by target", backtest.by_target, most=_MOST_TARGETS)
        yield Text()
    coverage = _coverage_line(backtest.scores[0])
    if coverage is not None:
        yield Text(coverage)
    yield Text(printable(backtest.verdict), style="bold")


def leaderboard_table(rows: "Sequence[Standing]") -> Padding:
    """Models by error, what they cost, and whether chance alone puts them behind the best.

    A cell without any network is marked as simple. So that the table fits into 80 columns, RMSE is
    left to the other formats.
    """
    names = ["", "MASE", "sMAPE", "MAE", "skill", "time", "weights", "", "p"]
    return table(names, [_standing_row(row) for row in rows], is_narrow=True)


def _standing_row(row: "Standing") -> list[str]:
    chance = "" if row.chance is None else describe_chance(row.chance)
    is_hollow = row.model in CELLS and row.network_share == 0
    return [
        f"{row.model} (simple)" if is_hollow else row.model,
        number(row.mase, 3),
        number(row.smape, 3),
        number(row.mae, 3),
        MISSING if row.skill is None else f"{round(100 * row.skill)} %",
        f"{row.seconds:.0f} s" if row.seconds >= 10 else f"{row.seconds:.1f} s",
        f"{row.n_parameters:,}".replace(",", " "),
        "" if row.standing == "too few pairs" else row.standing,
        chance.removeprefix("p ").replace(" ", "").removeprefix("="),
    ]


def backtest_line(backtest: "Backtest") -> str:
    """How the scores were made."""
    most = "up to " if backtest.n_windows > 1 else ""
    return (
        f"backtest: {counted(backtest.n_series, 'series', 'series')}, "
        f"{most}{counted(backtest.n_windows, 'cutoff')} each, {counted(backtest.horizon, 'step')} "
        f"ahead, {counted(backtest.n_points, 'point')}"
    )


def _coverage_line(scores: "ModelScores") -> str | None:
    """How often the actual values lay inside the intervals, None without intervals."""
    if not scores.coverage:
        return None
    shares = [
        f"{percent(share)} in the {level} % interval" for level, share in scores.coverage.items()
    ]
    return "coverage: " + ", ".join(shares)


def breakdown_table(title: str, rows: "Sequence[Breakdown]", *, most: int) -> Padding:
    """Errors along one axis; the middle of a long one is left out, and that is said."""
    half = most // 2
    kept = rows if len(rows) <= most else [*rows[:half], *rows[-half:]]
    cells = [
        [short_text(r.label), str(r.n_points), number(r.mase), number(r.smape), number(r.mae)]
        for r in kept
    ]
    if len(rows) > most:
        cells.insert(half, [f"… {len(rows) - 2 * half} more", "", "", "", ""])
    return table([title, "points", "MASE", "sMAPE", "MAE"], cells)
