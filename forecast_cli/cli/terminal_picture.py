"""Picture -> lines of text for a terminal, drawn with dots, in colour where that is wanted."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from forecast_cli.cli.braille import Canvas
from forecast_cli.wording import escape

if TYPE_CHECKING:
    from forecast_cli.picture import Path, Picture, SeriesPicture
    from forecast_cli.ticks import Ticks

_NARROWEST = 40
_HEIGHT_OF_ONE = 15
_HEIGHT_OF_MANY = 7
_LEAST_HEIGHT = 4
_LINES_AROUND = 6
_LONGEST_NUMBER = 12
# The terminal's own colours: what they are on its background, its user has chosen.
_HISTORY, _FORECAST, _EARLIER, _QUIET = "default", "bold bright_blue", "yellow", "dim"
_SHADES = ("░", "▒", "▓")


@dataclass(frozen=True)
class _Frame:
    """Values and positions -> dots of a canvas."""

    canvas: Canvas
    first: int
    last: int
    low: float
    high: float

    def x(self, position: float) -> float:
        return (position - self.first) / max(1, self.last - self.first) * (self.canvas.dots[0] - 1)

    def y(self, value: float) -> float:
        return (self.high - value) / (self.high - self.low) * (self.canvas.dots[1] - 1)


def terminal_picture(picture: "Picture", *, width: int, height: int) -> Iterator[Text]:
    """The picture in lines no longer than `width`, on a screen of so many lines."""
    width = max(width, _NARROWEST)
    yield _cut(f"{escape(picture.target)}: history and forecast", width, "bold")
    yield _cut(f"{escape(picture.source)} · {picture.note}", width, _QUIET)
    yield from _key(picture, width)
    is_one = len(picture.series) == 1
    rows = min(_HEIGHT_OF_ONE, height - _LINES_AROUND) if is_one else _HEIGHT_OF_MANY
    for series in picture.series:
        yield Text()
        if not is_one:
            yield _cut(_heading(series), width, "bold")
        yield from _draw(picture, series, width, max(_LEAST_HEIGHT, rows))


def _heading(series: "SeriesPicture") -> str:
    error = "" if series.error is None else f"  (MASE {series.error:.2f})"
    return escape(series.name, limit=_NARROWEST - 15) + error


def _cut(line: str, width: int, style: str) -> Text:
    shown = line if cell_len(line) <= width else set_cell_size(line, width - 1) + "…"
    return Text(shown, style=style)


def _key(picture: "Picture", width: int) -> Iterator[Text]:
    """What the colours and shades mean, in as many lines as it takes."""
    quiet_forecast = _FORECAST.removeprefix("bold ")
    parts = [Text("history", style=_HISTORY), Text("forecast", style=_FORECAST)]
    parts += [
        Text(f"{shade} {level} %", style=quiet_forecast)
        for level, shade in zip(reversed(picture.levels), _SHADES, strict=False)
    ]
    if picture.earlier_note:
        parts.append(Text(f"earlier ({picture.earlier_note})", style=_EARLIER))
    line = parts[0]
    for part in parts[1:]:
        if line.cell_len + 2 + part.cell_len > width:
            yield line
            line = part
        else:
            line = Text.assemble(line, "  ", part)
    yield line


def _draw(picture: "Picture", series: "SeriesPicture", width: int, height: int) -> Iterator[Text]:
    from forecast_cli.ticks import time_ticks, value_ticks

    low, high = series.extent()
    places, labels = value_ticks(low, high, most=max(2, height // 3))
    left = max(map(cell_len, labels), default=0) + 2
    finals = _final_values(series)
    right = max(len(text) for _, text, _ in finals) + 1
    canvas = Canvas(width - left - right, height)
    frame = _Frame(canvas, series.first, series.last, low, high)
    _shade_bands(frame, series)
    _draw_path(frame, series.history, _HISTORY)
    for path in series.earlier:
        _draw_path(frame, series.joined(path), _EARLIER)
    _draw_path(frame, series.joined(series.forecast), _FORECAST)
    marks = {round(frame.y(p)) // 4: text for p, text in zip(places, labels, strict=True)}
    ends = _beside(frame, finals)
    for row in range(height):
        line = Text(f"{marks.get(row, ''):>{left - 2}} ", style=_QUIET)
        line.append("┤" if row in marks else "│")
        for column in range(canvas.width):
            line.append(canvas.character(row, column), style=canvas.styles[row][column])
        if row in ends:
            line.append_text(ends[row])
        yield line
    yield from _time_axis(
        frame,
        time_ticks(picture.calendar, series.first, series.last, most=max(2, canvas.width // 12)),
        left,
    )


def _shade_bands(frame: _Frame, series: "SeriesPicture") -> None:
    # The widest first: the narrower ones are drawn over it.
    for (_, (low, high)), shade in zip(
        sorted(series.bounds.items(), reverse=True), _SHADES, strict=False
    ):
        places = [frame.x(position) for position in series.forecast.positions.tolist()]
        for column in range(int(places[0] // 2), frame.canvas.width):
            x = 2 * column + 0.5
            top, bottom = (_at(x, places, bound.tolist()) for bound in (high, low))
            shading = (shade, _FORECAST.removeprefix("bold "))
            frame.canvas.shade(column, frame.y(top), frame.y(bottom), shading)


def _at(x: float, places: Sequence[float], values: Sequence[float]) -> float:
    """The value at a place, on straight lines between those that are known."""
    if x <= places[0]:
        return values[0]
    for index in range(1, len(places)):
        if x <= places[index]:
            share = (x - places[index - 1]) / (places[index] - places[index - 1])
            return values[index - 1] + share * (values[index] - values[index - 1])
    return values[-1]


def _draw_path(frame: _Frame, path: "Path", style: str) -> None:
    points = [
        (frame.x(position), frame.y(value)) if not math.isnan(value) else None
        for position, value in zip(path.positions.tolist(), path.values.tolist(), strict=True)
    ]
    for start, end in zip(points, points[1:] or points, strict=False):
        if start is not None:
            frame.canvas.line(start, end or start, style)
    if points and points[-1] is not None:
        frame.canvas.line(points[-1], points[-1], style)


def _final_values(series: "SeriesPicture") -> list[tuple[float, str, str]]:
    """The last value of the forecast and of its bounds, as text, and in which style."""
    from forecast_cli.wording import number

    wanted = [(float(series.forecast.values[-1]), _FORECAST)]
    for level in sorted(series.bounds, reverse=True):
        wanted += [(float(bound[-1]), _QUIET) for bound in series.bounds[level]]
    return [(value, number(value)[:_LONGEST_NUMBER], style) for value, style in wanted]


def _beside(frame: _Frame, finals: Sequence[tuple[float, str, str]]) -> dict[int, Text]:
    """The last values in the rows where they lie; of two in a row, the first."""
    labels: dict[int, Text] = {}
    for value, text, style in finals:
        row = min(frame.canvas.height - 1, max(0, round(frame.y(value)) // 4))
        labels.setdefault(row, Text(f" {text}", style=style))
    return labels


def _time_axis(frame: _Frame, ticks: "Ticks", left: int) -> Iterator[Text]:
    rule = [" "] * (left - 1) + ["└"] + ["─"] * frame.canvas.width
    words = [" "] * (left + frame.canvas.width)
    free_from = 0
    for place, label in zip(*ticks, strict=True):
        column = left + min(frame.canvas.width - 1, int(frame.x(place) // 2))
        # A wide character takes two places.
        shown = [part for c in label for part in ([c, ""] if cell_len(c) == 2 else [c])]
        start = min(max(0, column - len(shown) // 2), len(words) - len(shown))
        rule[column] = "┬"
        if start >= free_from:
            words[start : start + len(shown)] = shown
            free_from = start + len(shown) + 2
    yield Text("".join(rule), style=_QUIET)
    yield Text("".join(words).rstrip(), style=_QUIET)
