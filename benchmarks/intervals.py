"""Whether prediction intervals hold what they promise on test sets with known answers.

    python -m benchmarks.intervals DATA m3_monthly [--train-args "…"]

Prints, for each level, the share of test values inside the interval, and the mean interval score
(Winkler 1972) in seasonal errors of the series, of `forecast` with default settings and of the
seasonal naive forecast with conformal intervals: quantiles of its residuals at the last origins of
the training part, in seasonal errors, step by step. Needs Linux or macOS.
"""

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders import forecast_ours
from benchmarks.machine import describe
from benchmarks.testsets import TestSet, add_form_options, load
from forecast_cli.baselines import seasonal_naive
from forecast_cli.intervals import bounds_at, half_widths
from forecast_cli.metrics import interval_score
from forecast_cli.scales import positive_scales

Array = NDArray[np.float64]

_LEVELS = (80, 95)
_ORIGINS = 2
"""Origins, one horizon apart, whose residuals make the widths of the seasonal naive forecast."""


def main() -> None:
    """Measure every set and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with the sets")
    parser.add_argument("sets", nargs="+", metavar="SET", help="e.g. m3_monthly")
    parser.add_argument("--train-args", default="", help="more options for `forecast train`")
    add_form_options(parser)
    options = parser.parse_args()
    testsets = [load(name, options) for name in options.sets]
    print(describe("as the program chooses"))
    print("| set | level | model | coverage | interval score |")
    print("|---|---|---|---|---|")
    for testset in testsets:
        for row in _rows(testset, shlex.split(options.train_args)):
            print(f"| {testset.name} | {' | '.join(row)} |", flush=True)


def _rows(testset: TestSet, more: list[str]) -> Iterator[list[str]]:
    frame, _ = forecast_ours(testset, more)
    for level in _LEVELS:
        low, high = (
            testset.side_by_side(frame, "time", f"forecast-{side}-{level}") for side in ("lo", "hi")
        )
        yield [f"{level} %", "forecast", *_scores(testset, low, high, level)]
        low, high = _around_seasonal_naive(testset, level)
        yield [f"{level} %", "seasonal-naive", *_scores(testset, low, high, level)]


def _around_seasonal_naive(testset: TestSet, level: int) -> tuple[Array, Array]:
    season, horizon = testset.form.season_length, testset.actual.shape[1]
    known = testset.context
    residuals = []
    for back in range(horizon, _ORIGINS * horizon + 1, horizon):
        seen, came = known[:, :-back], known[:, known.shape[1] - back :][:, :horizon]
        long_enough = np.isfinite(seen).sum(axis=1) > season
        error = came - seasonal_naive(seen, horizon, season)
        residuals.append((error / positive_scales(seen, season)[:, None])[long_enough])
    widths = half_widths(np.concatenate(residuals))
    scale = positive_scales(known, season)[:, None]
    return bounds_at(seasonal_naive(known, horizon, season), widths, level, scale)


def _scores(testset: TestSet, low: Array, high: Array, level: int) -> list[str]:
    known = np.isfinite(testset.actual)
    inside = (testset.actual >= low) & (testset.actual <= high)
    score = interval_score(testset.actual, low, high, level=level)
    varied = testset.scale > 0
    mean = (score[varied] / testset.scale[varied]).mean()
    return [f"{100 * inside[known].mean():.1f} %", f"{mean:.2f}"]


if __name__ == "__main__":
    main()
