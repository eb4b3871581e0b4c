"""What untidy data cost: known events, useless columns, gaps and wild values.

    python -m benchmarks.untidy [--seeds 3] [--effort fast]

Simulates data of which the truth is known, trains on them with and without what makes them untidy,
and prints errors as ratios: to the noise itself, or to the same series without a fault.
"""

import argparse
import logging
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import forecast_cli
from benchmarks.machine import describe

_DAYS, _AHEAD = 730, 14
_MONTHS, _YEAR = 144, 12
_WEEK = np.array([0.0, 0.02, 0.05, 0.1, 0.25, 0.4, 0.2])

Ratios = Iterator[tuple[str, float]]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="simulations (default: %(default)s)")
    parser.add_argument("--effort", default="fast", help="of the trainings (default: %(default)s)")
    asked = parser.parse_args()
    logging.getLogger("forecast_cli").setLevel(logging.ERROR)
    print(describe("as the program chooses"))
    print("| what | median | each |")
    print("|---|---|---|")
    cases: tuple[Callable[[int, str], Ratios], ...] = (_events, _gaps, _wild)
    for case in cases:
        runs = [dict(case(seed, asked.effort)) for seed in range(asked.seeds)]
        for name in runs[0]:
            found = [run[name] for run in runs]
            each = ", ".join(f"{ratio:.2f}" for ratio in found)
            print(f"| {name} | {median(found):.2f} | {each} |", flush=True)


def _error(known: pd.DataFrame, truth: NDArray[np.float64], **options: Any) -> float:
    """The mean absolute error of the forecast behind the last known value."""
    model = forecast_cli.train(known, target="y", time="t", horizon=len(truth), **options)
    said = forecast_cli.predict(model)["forecast"].to_numpy()
    return float(np.abs(said - truth).mean())


def _sales(seed: int) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]:
    """Daily sales with a weekly season and promotions; their future, and the same without noise."""
    random = np.random.default_rng(seed)
    steps = np.arange(_DAYS + _AHEAD)
    promotion = (random.random(len(steps)) < 0.15).astype(float)
    level = np.log(100) + 0.0003 * steps + 0.1 * np.sin(2 * np.pi * steps / 365)
    expected = np.exp(level + _WEEK[steps % 7] + 0.5 * promotion)
    values = expected * np.exp(random.normal(0, 0.05, len(steps)))
    frame = pd.DataFrame(
        {
            "t": pd.date_range("2023-01-01", periods=len(steps)),
            "y": np.where(steps < _DAYS, values, np.nan),
            "promotion": promotion,
            "useless": random.normal(size=len(steps)),
        }
    )
    return frame, values[_DAYS:], expected[_DAYS:]


def _events(seed: int, effort: str) -> Ratios:
    frame, actual, expected = _sales(seed)
    floor = float(np.abs(expected - actual).mean())
    plain = _error(frame[["t", "y"]][:_DAYS], actual, effort=effort)
    known = frame[["t", "y", "promotion"]]
    seen = _error(known, actual, future="promotion", effort=effort)
    both = _error(frame, actual, future=["promotion", "useless"], effort=effort)
    yield "daily sales without their promotions, over the noise", plain / floor
    yield "… with the promotions (`--future`), over the noise", seen / floor
    yield "… with a useless column beside them, over that", both / seen


def _gaps(seed: int, effort: str) -> Ratios:
    random = np.random.default_rng(seed)
    steps = np.arange(_MONTHS + _YEAR)
    values = 200 + steps + 30 * np.sin(2 * np.pi * steps / _YEAR) + random.normal(0, 6, len(steps))
    whole = pd.DataFrame({"t": pd.date_range("2010-01-01", periods=_MONTHS, freq="MS")})
    whole["y"] = values[:_MONTHS]
    gappy = whole.copy()
    gappy.loc[random.permutation(np.arange(1, _MONTHS - 1))[: int(0.3 * _MONTHS)], "y"] = np.nan
    full, fewer = (_error(frame, values[_MONTHS:], effort=effort) for frame in (whole, gappy))
    yield "monthly data with 30 % of the values missing, over all of them", fewer / full


def _wild(seed: int, effort: str) -> Ratios:
    frame, _, expected = _sales(seed)
    calm = frame[["t", "y", "promotion"]]
    values = calm["y"].to_numpy(copy=True)
    values[[200, 500, _DAYS - 3]] *= 30.0, -5.0, 12.0
    wild = calm.assign(y=values)
    clean = _error(calm, expected, future="promotion", effort=effort)
    clipped = _error(wild, expected, future="promotion", effort=effort)
    kept = _error(wild, expected, future="promotion", outliers="keep", effort=effort)
    yield "three wild values in two years, over none", clipped / clean
    yield "… with `--outliers keep`", kept / clean


if __name__ == "__main__":
    main()
