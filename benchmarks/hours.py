"""When hours are given a season of a week, and what it is worth, on made-up hours.

    python -m benchmarks.hours

Prints how many of 40 single series, and of 5 panels of 40, get a season of a week by how many hours
are known and how much weekends differ; then the error of the committee with a season of a day, of a
week and of its own choice, on two panels of 700 hours with their dates.
"""

import argparse
import logging
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import forecast_cli
from benchmarks.machine import describe
from forecast_cli.config import WindowConfig
from forecast_cli.defaults import plan_windows
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig

Array = NDArray[np.float64]

_DAY, _WEEK, _AHEAD = 24, 168, 48
_SERIES, _PANELS = 40, 5
_KNOWN = (700, 850, 1000, 1500)
_FACTORS = (0.0, 0.3, 0.6, 1.0)
_MIXED, _STRONG = (0.0, 0.6), (0.6, 1.0)


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--choice-only", action="store_true", help="nothing is trained")
    asked = parser.parse_args()
    logging.getLogger("forecast_cli").setLevel(logging.ERROR)
    print(describe("as the program chooses"))
    print("| hours | " + " | ".join(f"factor {factor:g}" for factor in _FACTORS) + " |")
    print("|---" * (1 + len(_FACTORS)) + "|")
    for known in _KNOWN:
        print(f"| {known} | " + " | ".join(_chosen(known, f) for f in _FACTORS) + " |", flush=True)
    if asked.choice_only:
        return
    print("\n| factors | season | MASE of a day |")
    print("|---|---|---|")
    for low, high in (_MIXED, _STRONG):
        for season_length in (_DAY, _WEEK, None):
            error = _error(_panel(low, high), season_length)
            name = season_length or "its own choice"
            print(f"| {low:g} to {high:g} | {name} | {error:.4f} |", flush=True)


def _chosen(known: int, factor: float) -> str:
    """In how many single series, and in how many panels, a week is the season."""
    random = np.random.default_rng((known, int(10 * factor)))
    alone = [_season_of(_frame([_load(random, known, factor)])) for _ in range(_SERIES)]
    panels = [
        _season_of(_frame([_load(random, known, factor) for _ in range(_SERIES)]))
        for _ in range(_PANELS)
    ]
    weeks = (seasons.count(_WEEK) for seasons in (alone, panels))
    return " and ".join(map(str, weeks))


def _season_of(frame: pd.DataFrame) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hours.csv"
        frame.to_csv(path, index=False)
        panel = read_panel(str(path), ReadConfig(id=("id",), time="t", target=("y",)), _silent)
    return plan_windows(panel, WindowConfig(horizon=_AHEAD), _silent).season_length


def _panel(low: float, high: float) -> list[Array]:
    """Series of 700 hours and what follows; weekends differ by factors between two bounds."""
    random = np.random.default_rng(0)
    return [_load(random, _KNOWN[0] + _AHEAD, random.uniform(low, high)) for _ in range(_SERIES)]


def _error(series: list[Array], season_length: int | None) -> float:
    """The mean absolute error over the seasonal error of a day, in the mean over the series."""
    known = _frame([values[:-_AHEAD] for values in series])
    model = forecast_cli.train(
        known, target="y", time="t", id="id", horizon=_AHEAD, season_length=season_length
    )
    said = forecast_cli.predict(model).set_index("id")["forecast"]
    scaled = [
        np.abs(said[name].to_numpy() - values[-_AHEAD:]).mean() / _seasonal_error(values[:-_AHEAD])
        for name, values in zip(_names(len(series)), series, strict=True)
    ]
    return float(np.mean(scaled))


def _seasonal_error(values: Array) -> float:
    return float(np.abs(values[_DAY:] - values[:-_DAY]).mean())


def _frame(series: list[Array]) -> pd.DataFrame:
    """The series as a long table of hours that start together."""
    parts = [
        pd.DataFrame(
            {"id": name, "t": pd.date_range("2024-01-01", periods=len(y), freq="h"), "y": y}
        )
        for name, y in zip(_names(len(series)), series, strict=True)
    ]
    return pd.concat(parts)


def _names(count: int) -> list[str]:
    return [f"s{number:02d}" for number in range(count)]


def _load(random: np.random.Generator, count: int, factor: float) -> Array:
    """Hours of a load: a day's profile, weekends unlike it by a factor, noise that lasts, drift."""
    steps = random.integers(_WEEK) + np.arange(count)
    hour, weekday = steps % _DAY, steps // _DAY % 7
    usual, free = _profile(random), _profile(random)
    of_weekday = random.normal(0, 0.03, 7)[weekday]
    of_weekend = np.where(weekday >= 5, (free - usual)[hour] * 0.5 - 0.25, 0.0)
    noise = _lasting(random, count, random.choice((0.5, 0.8, 0.95)))
    noise = random.choice((0.05, 0.1, 0.2)) * noise + random.normal(0, 0.03, count)
    drift = random.normal(0, 0.003, count).cumsum()
    logs = usual[hour] + factor * (of_weekend + of_weekday) + noise + drift
    return np.asarray(100 * np.exp(logs))


def _profile(random: np.random.Generator) -> Array:
    """The hours of a day, three waves of it."""
    waves = np.arange(1, 4)
    angles = 2 * np.pi * waves[:, None] * np.arange(_DAY) / _DAY
    cosines, sines = random.normal(0, 0.3, (2, 3)) / waves
    return np.asarray(cosines @ np.cos(angles) + sines @ np.sin(angles))


def _lasting(random: np.random.Generator, count: int, kept: float) -> Array:
    """Noise of variance one of which so much is kept from hour to hour."""
    new = np.sqrt(1 - kept**2) * random.normal(size=count)
    values = np.empty(count)
    value = random.normal()
    for step in range(count):
        value = kept * value + new[step]
        values[step] = value
    return values


def _silent(_: object) -> None:
    """Notices are of no interest here."""


if __name__ == "__main__":
    main()
