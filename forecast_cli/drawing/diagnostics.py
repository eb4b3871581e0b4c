"""Residuals and errors -> PNG or SVG."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast_cli.drawing.canvas import (
    EARLIER,
    FORECAST,
    GRID,
    INK,
    SOFT,
    WIDTH,
    ImageFormat,
    canvas,
    dress,
    save,
    title,
)
from forecast_cli.findings import Breakdown
from forecast_cli.residuals import Residuals, autocorrelations
from forecast_cli.ticks import time_ticks, value_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DOTS = 1500


def draw_steps(by_step: Sequence[Breakdown], image_format: ImageFormat) -> bytes:
    """The error at each step ahead."""
    scaled = all(row.mase is not None for row in by_step)
    errors = np.array([row.mase if row.mase is not None and scaled else row.mae for row in by_step])
    with canvas() as new_figure:
        figure = new_figure(figsize=(WIDTH, 2.3))
        axes = figure.add_axes((0.09, 0.2, 0.88, 0.66))
        dress(axes)
        axes.bar(np.arange(1, len(errors) + 1), errors, color=FORECAST, width=0.7)
        axes.set_xlim(0.4, len(errors) + 0.6)
        top = float(np.nanmax(errors, initial=0.0)) * 1.08 or 1.0
        axes.set_ylim(0, top)
        axes.set_yticks(*value_ticks(0, top, most=5))
        steps = [step for step in value_ticks(1, len(errors), most=12)[0] if step == int(step)]
        axes.set_xticks([1, *(s for s in steps if s > 1)])
        title(
            axes,
            "Error by steps ahead",
            "MASE: 1 is the error of a seasonal naive forecast" if scaled else "MAE",
        )
        return save(figure, image_format)


def draw_residuals(residuals: Residuals, image_format: ImageFormat) -> bytes:
    """Residuals over time, their shape beside a normal one, and their autocorrelation."""
    with canvas() as new_figure:
        figure = new_figure(figsize=(WIDTH, 4.4))
        _draw_over_time(figure.add_axes((0.07, 0.62, 0.91, 0.29)), residuals)
        _draw_shape(figure.add_axes((0.07, 0.09, 0.4, 0.34)), residuals.known)
        _draw_memory(figure.add_axes((0.57, 0.09, 0.41, 0.34)), residuals)
        return save(figure, image_format)


def _draw_over_time(axes: "Axes", residuals: Residuals) -> None:
    dress(axes)
    n_series, n_steps = residuals.values.shape
    last = int(residuals.ends[0]) if n_series == 1 else 0
    places = np.arange(last - n_steps + 1, last + 1)
    limit = float(np.abs(residuals.known).max()) * 1.1 or 1.0
    if n_series == 1:
        axes.vlines(places, 0, residuals.values[0], color=FORECAST, linewidth=1.2)
        axes.set_xticks(*time_ticks(residuals.calendar, int(places[0]), last, most=7))
    else:
        rows, columns = np.nonzero(np.isfinite(residuals.values))
        some = slice(None, None, -(-len(rows) // _MOST_DOTS))
        axes.plot(
            places[columns[some]],
            residuals.values[rows[some], columns[some]],
            linestyle="none",
            marker=".",
            markersize=2.5,
            color=FORECAST,
            alpha=0.5,
        )
        steps, _ = value_ticks(float(places[0]), 0.0, most=7)
        axes.set_xticks(steps, [f"{-step:.0f} before the end" if step else "end" for step in steps])
    axes.axhline(0, color=INK, linewidth=1)
    axes.set_xlim(places[0] - 1, last + 1)
    axes.set_ylim(-limit, limit)
    axes.set_yticks(*value_ticks(-limit, limit, most=6))
    title(axes, "Residuals, one step ahead", "above 0: the value was higher than forecast")


def _draw_shape(axes: "Axes", known: NDArray[np.float64]) -> None:
    dress(axes)
    bins = int(np.clip(2 * np.cbrt(len(known)), 6, 40))
    centre, spread_ = float(known.mean()), float(known.std()) or 1.0
    limit = min(float(np.abs(known - centre).max()) or 1.0, 5 * spread_)
    axes.hist(
        np.clip(known, centre - limit, centre + limit),
        bins=np.linspace(centre - limit, centre + limit, bins + 1).tolist(),
        density=True,
        color=FORECAST,
        alpha=0.45,
        edgecolor="white",
        linewidth=0.5,
    )
    grid = np.linspace(centre - limit, centre + limit, 101)
    normal = np.exp(-(((grid - centre) / spread_) ** 2) / 2) / (spread_ * np.sqrt(2 * np.pi))
    axes.plot(grid, normal, color=EARLIER, linewidth=1.6)
    axes.set_yticks([])
    axes.set_xticks(*value_ticks(centre - limit, centre + limit, most=5))
    title(axes, "Shape", "line: normal, in seasonal errors")


def _draw_memory(axes: "Axes", residuals: Residuals) -> None:
    dress(axes)
    found = autocorrelations(residuals)
    title(axes, "Autocorrelation", "by lag; grey: chance")
    if not len(found):
        axes.text(0.5, 0.5, "too few residuals", transform=axes.transAxes, ha="center", color=SOFT)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    longest = int(np.isfinite(residuals.values).sum(axis=1).max())
    chance = 1.96 / np.sqrt(longest)
    lags = np.arange(1, len(found) + 1)
    axes.axhspan(-chance, chance, color=GRID, linewidth=0)
    axes.axhline(0, color=INK, linewidth=1)
    axes.vlines(lags, 0, found, color=FORECAST, linewidth=3)
    limit = max(0.5, 1.15 * float(np.abs(found).max()))
    axes.set_ylim(-limit, limit)
    axes.set_yticks(*value_ticks(-limit, limit, most=6))
    axes.set_xticks(lags.tolist())
