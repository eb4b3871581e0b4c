"""Pictures for tests, with names that try to break out of them."""

from collections.abc import Sequence

import numpy as np

from forecast_cli.picture import Path, Picture, SeriesPicture
from forecast_cli.times.calendar import Calendar

EVIL = '<script>alert(1)</script> $\\frac{1}{0}$ & "q" \x1b[31m [bold]'


def make_series(
    name: str = "", *, size: float = 1.0, length: int = 40, horizon: int = 8
) -> SeriesPicture:
    steps = np.arange(length + horizon)
    values = size * (50 + 0.3 * steps + 8 * np.sin(steps / 2))
    forecast, width = values[length:], size * np.sqrt(np.arange(1, horizon + 1))
    return SeriesPicture(
        name=name,
        history=Path(start=100, values=values[:length]),
        earlier=(Path(start=100 + length - horizon, values=values[length - horizon : length]),),
        forecast=Path(start=100 + length, values=forecast),
        bounds={
            level: (forecast - k * width, forecast + k * width) for level, k in ((80, 2), (95, 5))
        },
        error=0.75,
    )


def make_picture(
    *series: SeriesPicture, target: str = "sales", calendar: Calendar | None = None
) -> Picture:
    return Picture(
        target=target,
        source="sales.csv",
        note="monthly (MS) · gru, 8 steps ahead",
        calendar=calendar or Calendar.dates("MS", pattern="%Y-%m"),
        series=series or (make_series(),),
        earlier_note="partly in-sample",
    )


def make_many(names: Sequence[str]) -> Picture:
    return make_picture(*map(make_series, names))
