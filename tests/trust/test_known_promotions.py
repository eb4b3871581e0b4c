"""Whole runs on sales that are simulated, so that the noise no forecast can know is known."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.slow

DAYS, AHEAD, NOISE = 400, 14, 6.0
SMALL = (
    *("--effort", "fast", "--epochs", "3", "--steps-per-epoch", "20", "--hidden-size", "16"),
    *("--threads", "1", "--quiet", "--target", "sales", "--horizon", str(AHEAD)),
)


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NDArray[np.float64]]:
    """Daily sales of two shops with a promotion of 40 %, in a file; and what they will be."""
    random = np.random.default_rng(3)
    days = np.arange(DAYS + AHEAD)
    frames, later = [], []
    for shop in ("north", "south"):
        promotion = random.random(len(days)) < 0.2
        usual = 100 + 0.03 * days + 12 * np.sin(2 * np.pi * days / 7)
        values = usual * (1 + 0.4 * promotion) + random.normal(0, NOISE, len(days))
        later.append(values[DAYS:].copy())
        values[DAYS:] = np.nan
        day = np.datetime64("2023-01-01") + days
        useless = random.normal(size=len(days))
        columns = {"day": day, "sales": values, "promotion": promotion, "useless": useless}
        frames.append(pd.DataFrame({"shop": shop, **columns}))
    path = tmp_path_factory.mktemp("sales") / "sales.csv"
    pd.concat(frames).to_csv(path, index=False)
    return path, np.array(later)


def error(sales: tuple[Path, NDArray[np.float64]], *options: str) -> float:
    """The mean absolute error of a forecast by a model trained with these options."""
    path, later = sales

    def run(*command: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "forecast_cli", *command],
            cwd=path.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout

    run("train", path.name, "-o", "m.forecast", *SMALL, *options)
    found = pd.read_csv(io.StringIO(run("predict", "-m", "m.forecast", "--quiet")))
    return float(np.abs(found["forecast"].to_numpy().reshape(later.shape) - later).mean())


def test_a_promotion_that_is_known_leaves_little_more_than_the_noise(
    sales: tuple[Path, NDArray[np.float64]],
) -> None:
    noise = NOISE * np.sqrt(2 / np.pi)
    knowing = error(sales, "--future", "promotion")
    assert knowing < 1.25 * noise
    assert knowing < 0.5 * error(sales)


def test_a_column_that_says_nothing_does_little_harm(
    sales: tuple[Path, NDArray[np.float64]],
) -> None:
    without = error(sales, "--future", "promotion")
    for options in (
        ("--future", "promotion", "--past", "useless"),
        ("--future", "promotion,useless"),
    ):
        assert error(sales, *options) < 1.05 * without
