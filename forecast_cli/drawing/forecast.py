"""Picture -> PNG or SVG: history, forecast and intervals, every line named where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast_cli.drawing.canvas import (
    BAND,
    EARLIER,
    FORECAST,
    INK,
    SOFT,
    WIDTH,
    ImageFormat,
    canvas,
    dress,
    save,
)
from forecast_cli.drawing.labels import spread
from forecast_cli.picture import Picture, SeriesPicture
from forecast_cli.ticks import time_ticks, value_ticks
from forecast_cli.wording import escape, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_LARGE_HEIGHT, _SMALL_HEIGHT = 3.6, 2.25
_TITLE_ROOM, _KEY_ROOM = 0.7, 0.25
_LINE_HEIGHT = 0.165
_MARGIN, _CHARACTER = 0.2, 0.082
_LONGEST_NAME, _SHORTEST_NAME = 90, 9


def draw_forecast(picture: Picture, image_format: ImageFormat, *, has_head: bool = True) -> bytes:
    """The forecast with its history and intervals: one wide plot, or small ones in a grid.

    Without a head it goes into a page that says what it is.
    """
    with canvas() as new_figure:
        return save(forecast_figure(picture, new_figure, has_head=has_head), image_format)


def forecast_figure(
    picture: Picture, new_figure: type["Figure"], *, has_head: bool = True
) -> "Figure":
    """The figure that `draw_forecast` saves."""
    is_one = len(picture.series) == 1
    columns = 1 if is_one else (2 if len(picture.series) <= 4 else 3)
    rows = -(-len(picture.series) // columns)
    head = (_TITLE_ROOM if has_head else 0.0) + (0.0 if is_one else _KEY_ROOM)
    height = head + (_LARGE_HEIGHT if is_one else rows * _SMALL_HEIGHT)
    figure = new_figure(figsize=(WIDTH, height))
    if has_head:
        _write_head(figure, picture)
    scales = [_value_scale(series, most=6 if is_one else 5) for series in picture.series]
    left = _MARGIN + _CHARACTER * max(len(label) for scale in scales for label in scale.labels)
    for index, (series, scale) in enumerate(zip(picture.series, scales, strict=True)):
        lines = _line_labels(picture, series) if is_one else []
        right = _MARGIN + _CHARACTER * max((len(label.text) for label in lines), default=0)
        cell = _Cell(divmod(index, columns), (rows, columns), left=left, right=right, head=head)
        axes = figure.add_axes(_place(figure, cell))
        _draw_series(axes, picture, series, is_one=is_one)
        _mark_axes(axes, picture, series, scale, most=7 if is_one else 3)
        if is_one:
            _write_line_labels(axes, lines)
        else:
            _name_series(axes, series)
    if not is_one:
        _write_key(figure, picture, head - _KEY_ROOM)
    return figure


@dataclass(frozen=True)
class _Cell:
    """Where a plot lies: row and column in a grid of so many, and room around it in inches."""

    place: tuple[int, int]
    grid: tuple[int, int]
    left: float
    right: float
    head: float


def _place(figure: "Figure", cell: _Cell) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of a plot in shares of the figure."""
    width, height = figure.get_size_inches()
    (row, column), (rows, columns) = cell.place, cell.grid
    above, below = (0.2, 0.38) if columns == 1 else (0.36, 0.32)
    cell_width, cell_height = width / columns, (height - cell.head) / rows
    return (
        (column * cell_width + cell.left) / width,
        ((rows - 1 - row) * cell_height + below) / height,
        (cell_width - cell.left - cell.right) / width,
        (cell_height - above - below) / height,
    )


def _write_head(figure: "Figure", picture: Picture) -> None:
    height = figure.get_size_inches()[1]
    title = figure.text(0.02, 1 - 0.14 / height, "", size=13, weight="bold", color=INK, va="top")
    _write(title, picture.target, ": history and forecast", room=0.96 * WIDTH)
    subtitle = figure.text(0.02, 1 - 0.43 / height, "", size=9, color=SOFT, va="top")
    _write(subtitle, picture.source, f" · {picture.note}", room=0.96 * WIDTH)


def _write(place: "Text", name: str, rest: str, *, room: float) -> None:
    """Write a name from a file, and more words, no wider than a room in inches."""
    limit = _LONGEST_NAME
    place.set_text(f"{escape(name, limit=limit)}{rest}")
    while limit > _SHORTEST_NAME and _inches(place) > room:
        limit -= 2
        place.set_text(f"{escape(name, limit=limit)}{rest}")


def _inches(text: "Text") -> float:
    """The width of a text."""
    figure = text.get_figure(root=True)
    assert figure is not None
    return float(text.get_window_extent().width / figure.dpi)


def _write_key(figure: "Figure", picture: Picture, below: float) -> None:
    """What the colours mean, said once for all small plots."""
    height = figure.get_size_inches()[1]
    levels = " and ".join(f"{level} %" for level in picture.levels)
    words = [("history", INK), (f"forecast with {levels} intervals", FORECAST)]
    if picture.earlier_note:
        words.append((f"earlier forecasts ({picture.earlier_note})", EARLIER))
    x = 0.02
    for text, colour in words:
        found = figure.text(
            x, 1 - (below + 0.03) / height, text, size=8.5, color=colour, va="top", weight="bold"
        )
        x += _inches(found) / WIDTH + 0.02


def _without_neighbours(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Known values [T] between missing ones, which no line would show."""
    padded = np.pad(np.isfinite(values), 1)
    return np.asarray(padded[1:-1] & ~padded[:-2] & ~padded[2:])


def _draw_series(axes: "Axes", picture: Picture, series: SeriesPicture, *, is_one: bool) -> None:
    dress(axes)
    line = 1.5 if is_one else 1.2
    positions, path = series.forecast.positions, series.forecast
    for layer, level in enumerate(sorted(series.bounds, reverse=True)):
        low, high = series.bounds[level]
        opacity = 0.16 + 0.16 * layer / max(1, len(series.bounds) - 1)
        axes.fill_between(positions, low, high, color=BAND, alpha=opacity, linewidth=0)
    history = series.history
    axes.plot(history.positions, history.values, color=INK, linewidth=line)
    alone = _without_neighbours(history.values)
    axes.plot(history.positions[alone], history.values[alone], ".", markersize=2 * line, color=INK)
    for before in map(series.joined, series.earlier):
        axes.plot(before.positions, before.values, color=EARLIER, linewidth=line, dashes=(3, 1.4))
    joined = series.joined(path)
    axes.plot(joined.positions, joined.values, color=FORECAST, linewidth=line + 0.5)
    if len(path.values) == 1:
        axes.plot(positions, path.values, marker="o", markersize=4, color=FORECAST)


@dataclass(frozen=True)
class _Scale:
    """An axis of values: from where to where, and its marks."""

    bottom: float
    top: float
    places: list[float]
    labels: list[str]


def _value_scale(series: SeriesPicture, *, most: int) -> _Scale:
    low, high = series.extent()
    room = 0.04 * (high - low)
    # From zero where that is near: an axis from 3 to 100 exaggerates for nothing.
    bottom = 0.0 if 0 < low < (high - low) / 3 else low - room
    places, labels = value_ticks(bottom, high + room, most=most)
    return _Scale(bottom, high + room, places, labels)


def _mark_axes(
    axes: "Axes", picture: Picture, series: SeriesPicture, scale: _Scale, *, most: int
) -> None:
    axes.set_ylim(scale.bottom, scale.top)
    axes.set_yticks(scale.places, scale.labels)
    axes.set_xlim(series.first - 0.5, series.last + 0.5)
    axes.set_xticks(*time_ticks(picture.calendar, series.first, series.last, most=most))


def _name_series(axes: "Axes", series: SeriesPicture) -> None:
    room = axes.get_window_extent().width / axes.figure.dpi
    if series.error is not None:
        words = f"MASE {series.error:.2f}"
        room -= _inches(axes.set_title(words, loc="right", size=8, color=SOFT, pad=5)) + _MARGIN
    name = axes.set_title("", loc="left", size=9.5, weight="bold", color=INK, pad=5)
    _write(name, series.name, "", room=room)


@dataclass(frozen=True)
class _Label:
    """What a line is, beside the value where it ends."""

    value: float
    text: str
    colour: str


def _line_labels(picture: Picture, series: SeriesPicture) -> list[_Label]:
    last = float(series.forecast.values[-1])
    labels = [_Label(last, f"forecast {number(last)}", FORECAST)]
    for level in picture.levels:
        high = float(series.bounds[level][1][-1])
        labels.append(_Label(high, f"{level} % interval", FORECAST))
    if series.earlier:
        end = float(series.earlier[-1].values[-1])
        labels.append(_Label(end, "earlier forecasts", EARLIER))
        labels.append(_Label(end, f"({picture.earlier_note})", EARLIER))
    return [*labels, _Label(float(series.history.values[-1]), "history", INK)]


def _write_line_labels(axes: "Axes", labels: Sequence[_Label]) -> None:
    """Name every line where it ends, in its own colour, without any overlap."""
    low, high = axes.get_ylim()
    inches = axes.get_window_extent().height / axes.figure.dpi
    shares = [(label.value - low) / (high - low) for label in labels]
    for place, label in zip(spread(shares, _LINE_HEIGHT / inches), labels, strict=True):
        axes.annotate(
            label.text,
            (1, place),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            size=9,
            weight="bold" if label.text.startswith("forecast") else "normal",
            color=label.colour,
        )
