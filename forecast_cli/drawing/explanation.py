"""What a forecast rests on -> PNG or SVG."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from forecast_cli.drawing.canvas import (
    EARLIER,
    FORECAST,
    INK,
    SOFT,
    WIDTH,
    ImageFormat,
    canvas,
    dress,
    save,
    title,
)
from forecast_cli.drawing.labels import spread
from forecast_cli.explanation_findings import (
    AttentionActivity,
    CovariateImportance,
    ExplainReport,
    GateActivity,
    LagImportance,
    Spread,
)
from forecast_cli.ticks import value_ticks
from forecast_cli.wording import escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOP, _BOTTOM, _BETWEEN = 0.35, 0.65, 0.95
_LAGS_HEIGHT, _GATES_HEIGHT, _ROW_HEIGHT = 1.9, 1.9, 0.24
_LEFT, _WIDE = 0.09, 0.88
_NAMES, _LABELS = 0.17, 0.06
_MOST_COLUMNS = 15
_MOST_LEVEL = 24
_LONGEST_NAME = 18
_LABEL_DISTANCE = 0.11
_FEW = 2.2


def draw_explanation(report: ExplainReport, image_format: ImageFormat) -> bytes:
    """Importance by lag and by column, and what gates and attention do over the context."""
    plots: list[tuple[float, Callable[[Axes], None]]] = [
        (_LAGS_HEIGHT, lambda axes: _draw_lags(axes, report.lags))
    ]
    columns = [entry for entry in report.covariates if entry.change][:_MOST_COLUMNS]
    if columns:
        height = _ROW_HEIGHT * max(_FEW, len(columns))
        plots.append((height, lambda axes: _draw_columns(axes, columns)))
    if report.gates:
        plots.append((_GATES_HEIGHT, lambda axes: _draw_gates(axes, report.gates)))
    if report.attention:
        plots.append((_GATES_HEIGHT, lambda axes: _draw_attention(axes, report.attention)))
    heights = [height for height, _ in plots]
    total = _TOP + sum(heights) + _BETWEEN * (len(plots) - 1) + _BOTTOM
    with canvas() as new_figure:
        figure = new_figure(figsize=(WIDTH, total))
        top = total - _TOP
        for height, draw in plots:
            axes = figure.add_axes((_LEFT, (top - height) / total, _WIDE, height / total))
            dress(axes)
            draw(axes)
            top -= height + _BETWEEN
        return save(figure, image_format)


def _draw_lags(axes: "Axes", lags: Sequence[LagImportance]) -> None:
    places = range(len(lags))
    _bars(axes, [entry.next_step for entry in lags], list(places))
    means = [0.0 if entry.all_steps is None else entry.all_steps.mean for entry in lags]
    axes.plot(places, means, linestyle="none", marker="o", markersize=4, color=EARLIER)
    is_crowded = len(lags) > _MOST_LEVEL
    turn = "" if is_crowded else "\n"
    names = [
        str(entry.first) if entry.first == entry.last else f"{entry.first}–{turn}{entry.last}"
        for entry in lags
    ]
    axes.set_xticks(list(places), names, rotation=90 if is_crowded else 0)
    if is_crowded:
        axes.tick_params(axis="x", labelsize=7)
    axes.set_xlim(-0.6, len(lags) - 0.4)
    top = max([_reach(entry.next_step) for entry in lags] + means)
    _value_axis(axes, top)
    title(
        axes,
        "Importance by lag",
        "bar: next step; dot: all steps; forecast without these steps back, in seasonal errors",
    )


def _bars(axes: "Axes", spreads: Sequence[Spread | None], places: Sequence[int]) -> None:
    """A bar for each mean, with a whisker of two standard errors."""
    known = [(place, one) for place, one in zip(places, spreads, strict=True) if one is not None]
    axes.bar([place for place, _ in known], [one.mean for _, one in known], 0.7, color=FORECAST)
    axes.vlines(
        [place for place, _ in known],
        [max(0.0, one.mean - 2 * one.error) for _, one in known],
        [one.mean + 2 * one.error for _, one in known],
        color=INK,
        linewidth=1,
    )


def _reach(one: Spread | None) -> float:
    return 0.0 if one is None else one.mean + 2 * one.error


def _value_axis(axes: "Axes", top: float) -> None:
    top = 1.08 * top or 1.0
    axes.set_ylim(0, top)
    axes.set_yticks(*value_ticks(0, top, most=5))


def _draw_columns(axes: "Axes", columns: Sequence[CovariateImportance]) -> None:
    places = list(range(len(columns)))[::-1]
    spreads = [entry.change for entry in columns if entry.change]
    axes.barh(places, [one.mean for one in spreads], 0.6, color=FORECAST)
    axes.hlines(
        places,
        [max(0.0, one.mean - 2 * one.error) for one in spreads],
        [one.mean + 2 * one.error for one in spreads],
        color=INK,
        linewidth=1,
    )
    axes.set_yticks(places, [escape(entry.name, limit=_LONGEST_NAME) for entry in columns])
    box = axes.get_position()
    axes.set_position((_NAMES, box.y0, _LEFT + _WIDE - _NAMES, box.height))
    axes.set_ylim(-0.7, max(_FEW, len(columns)) - 0.4)
    top = 1.08 * max(map(_reach, spreads)) or 1.0
    axes.set_xlim(0, top)
    axes.set_xticks(*value_ticks(0, top, most=8))
    axes.grid(visible=False)
    title(axes, "Importance by column", "forecast with the values of other windows")


def _draw_gates(axes: "Axes", gates: Sequence[GateActivity]) -> None:
    lines = [
        (f"{entry.member}: {entry.cell} {entry.layer}", entry.pace, entry.openness)
        for entry in gates
    ]
    _draw_over_context(axes, lines)
    title(axes, "Gates", "how much is written, by steps back; lines: network: cell, layer")


def _draw_attention(axes: "Axes", attention: Sequence[AttentionActivity]) -> None:
    _draw_over_context(axes, [(str(one.member), one.pace, one.weights) for one in attention])
    title(axes, "Attention", "what is looked at, by steps back; lines: networks")


def _draw_over_context(axes: "Axes", lines: Sequence[tuple[str, int, Sequence[float]]]) -> None:
    """One line for each network over its recurrent steps, the latest at the right."""
    low = min(min(values) for _, _, values in lines)
    high = max(max(values) for _, _, values in lines)
    room = 0.08 * (high - low) or 0.05
    low, high = low - room, high + room
    ends = [(values[-1] - low) / (high - low) for _, _, values in lines]
    for number, (name, pace, values) in enumerate(lines):
        places = [-(len(values) - step - 0.5) * pace - 0.5 for step in range(len(values))]
        colour = (FORECAST, EARLIER, SOFT)[number % 3]
        style = ("-", "--", ":")[number // 3 % 3]
        axes.plot(places, values, color=colour, linestyle=style, linewidth=1.6, marker=".")
        axes.annotate(
            name,
            (places[-1], values[-1]),
            xytext=(1.01, spread(ends, _LABEL_DISTANCE)[number]),
            textcoords="axes fraction",
            va="center",
            size=8,
            color=colour,
        )
    longest = max(len(values) * pace for _, pace, values in lines)
    box = axes.get_position()
    axes.set_position((_LEFT, box.y0, _WIDE - _LABELS, box.height))
    axes.set_xlim(-longest - 0.5, 0)
    steps = [-place for place in value_ticks(0, longest, most=8)[0] if place == int(place)]
    axes.set_xticks(steps, [str(round(-step)) for step in steps])
    axes.set_ylim(low, high)
    axes.set_yticks(*value_ticks(low, high, most=5))
