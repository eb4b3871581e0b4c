"""Panels for tests, built from lists of values."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast_cli.panel import Columns, Panel
from forecast_cli.times.calendar import Calendar


def make_panel(*series: Sequence[float], calendar: Calendar | None = None) -> Panel:
    """A panel of the series, named a, b, c and so on, that start together."""
    lengths = [len(values) for values in series]
    return Panel(
        values=np.concatenate([np.asarray(values, dtype=np.float64) for values in series]),
        offsets=np.cumsum([0, *lengths], dtype=np.int64),
        ids=np.array([[chr(ord("a") + n)] for n in range(len(series))], dtype=object),
        starts=np.zeros(len(series), dtype=np.int64),
        calendar=calendar or Calendar.steps(),
        columns=Columns(id=("name",), time="step", target="value"),
        layout="long",
        source="test.csv",
    )


def alone_in_its_panel(panel: Panel, index: int) -> Panel:
    """The panel of one series of a panel without covariates."""
    start, stop = panel.offsets[index : index + 2]
    return replace(
        panel,
        values=panel.values[start:stop],
        offsets=np.array([0, stop - start]),
        ids=panel.ids[[index]],
        starts=panel.starts[[index]],
        places=None,
    )


def wave(length: int, *, season: int = 12, seed: int = 0) -> list[float]:
    """A positive series with a trend, a season and a little noise."""
    steps = np.arange(length)
    noise = np.random.default_rng(seed).normal(0, 0.5, length)
    return list(50 + 0.3 * steps + 8 * np.sin(2 * np.pi * steps / season) + noise)
