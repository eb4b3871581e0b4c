"""Panels for tests, built from lists of values."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate, Covariates
from forecast_cli.panel import Columns, Panel
from forecast_cli.times.calendar import Calendar

PRICE = Covariate(name="price", role="future")
EVENT = Covariate(name="event", role="future", categories=("", "fair", "sale"))
RAIN = Covariate(name="rain", role="past")
WIND = Covariate(name="wind", role="past", categories=("east", "west"))
SIZE = Covariate(name="size", role="static")
KIND = Covariate(name="kind", role="static", categories=("big", "small"))
EVERY_KIND = (PRICE, EVENT, RAIN, WIND, SIZE, KIND)
"""Covariates of every role, as numbers and as categories."""


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
    """The panel of one series of a panel."""
    start, stop = panel.offsets[index : index + 2]
    return replace(
        panel,
        values=panel.values[start:stop],
        offsets=np.array([0, stop - start]),
        ids=panel.ids[[index]],
        starts=panel.starts[[index]],
        covariates=None if panel.covariates is None else panel.covariates.select(np.array([index])),
        places=None,
    )


def with_covariates(
    panel: Panel, columns: Sequence[Covariate] = EVERY_KIND, *, ahead: int = 0, seed: int = 0
) -> Panel:
    """The panel with covariates drawn by chance, which go on for `ahead` steps behind each series.

    The columns that vary come first.
    """
    random = np.random.default_rng(seed)

    def draw(column: Covariate, count: int) -> NDArray[np.float64]:
        if column.categories is None:
            return random.normal(5, 2, count)
        return random.integers(0, len(column.categories), count).astype(np.float64)

    varying = [column for column in columns if column.role != "static"]
    constant = [column for column in columns if column.role == "static"]
    offsets = np.concatenate(([0], np.cumsum(panel.lengths + ahead)))
    values = np.empty((offsets[-1], len(varying)))
    static = np.empty((panel.n_series, len(constant)))
    for number, column in enumerate(varying):
        values[:, number] = draw(column, len(values))
    for number, column in enumerate(constant):
        static[:, number] = draw(column, len(static))
    covariates = Covariates(
        columns=(*varying, *constant),
        values=values,
        offsets=offsets,
        starts=panel.starts.copy(),
        static=static,
        calendar=panel.calendar,
    )
    return replace(panel, covariates=covariates)


def covariates_of(panel: Panel) -> Covariates:
    """The covariates of a panel that has some."""
    assert panel.covariates is not None
    return panel.covariates


def wave(length: int, *, season: int = 12, seed: int = 0) -> list[float]:
    """A positive series with a trend, a season and a little noise."""
    steps = np.arange(length)
    noise = np.random.default_rng(seed).normal(0, 0.5, length)
    return list(50 + 0.3 * steps + 8 * np.sin(2 * np.pi * steps / season) + noise)


def random_walk(length: int, *, seed: int = 0) -> list[float]:
    """A series of changes by chance, without a trend or a season."""
    return list(100 + np.random.default_rng(seed).normal(size=length).cumsum())


def with_columns(panel: Panel, *, ahead: int = 4) -> Panel:
    """The panel with a column known ahead, one of the past, and one that tells series apart."""
    lengths = panel.lengths + ahead
    total = int(lengths.sum())
    values = np.random.default_rng(0).normal(size=(total, 2))
    covariates = Covariates(
        columns=(
            Covariate(name="promo", role="future"),
            Covariate(name="weather", role="past"),
            Covariate(name="kind", role="static"),
        ),
        values=values,
        offsets=np.concatenate(([0], np.cumsum(lengths))),
        starts=panel.starts,
        static=np.arange(panel.n_series, dtype=np.float64)[:, None],
        calendar=panel.calendar,
    )
    return replace(panel, covariates=covariates)
