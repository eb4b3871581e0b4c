from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.presentation_findings import ResidualCheck
from forecast_cli.residuals import (
    Residuals,
    autocorrelations,
    check_coverage,
    check_residuals,
    enough,
)
from forecast_cli.times.calendar import Calendar

Array = NDArray[np.float64]


def make(values: Array) -> Residuals:
    rows = np.atleast_2d(values)
    return Residuals(values=rows, ends=np.full(len(rows), rows.shape[1]), calendar=Calendar.steps())


def noise(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def find(values: Array, name: str) -> ResidualCheck:
    return next(check for check in check_residuals(make(values)) if check.name == name)


def test_white_noise_passes_every_check() -> None:
    checks = check_residuals(make(noise(200)))
    assert [check.name for check in checks] == ["bias", "memory", "shape", "spread"]
    assert all(check.passed for check in checks)


def test_a_bias_is_told_with_its_side() -> None:
    check = find(noise(200) + 1, "bias")
    assert not check.passed
    assert "too low" in check.text


def test_residuals_that_resemble_those_before_them_are_told() -> None:
    check = find(np.cumsum(noise(200)), "memory")
    assert not check.passed
    assert "Ljung–Box" in check.text


def test_false_alarms_of_memory_are_as_rare_as_promised() -> None:
    alarms = [not find(row, "memory").passed for row in noise(400, 80)]
    assert 0.02 < np.mean(alarms) < 0.09


def test_memory_of_a_panel_is_a_share_of_its_series() -> None:
    assert find(noise(20, 60), "memory").passed
    assert not find(np.cumsum(noise(20, 60), axis=1), "memory").passed


def test_a_few_large_misses_are_told() -> None:
    values = noise(200)
    values[::25] = 30
    assert not find(values, "shape").passed


def test_growing_misses_are_told() -> None:
    check = find(noise(200) * np.linspace(0.2, 3, 200), "spread")
    assert not check.passed
    assert check.text.startswith("growing")


def test_gaps_do_not_hide_memory() -> None:
    values = np.cumsum(noise(200))
    values[::7] = np.nan
    assert not find(values, "memory").passed


@pytest.mark.parametrize("values", [np.zeros(30), np.full(30, np.nan), noise(9), noise(30, 1)])
def test_what_little_there_is_is_checked_without_fail(values: Array) -> None:
    residuals = make(values)
    if enough(residuals):
        assert check_residuals(residuals)
    assert len(autocorrelations(residuals)) % 2 == 0


def test_a_perfect_model_is_not_biased() -> None:
    assert find(np.zeros(30), "bias").passed


@pytest.mark.parametrize(
    ("share", "n", "words"),
    [(0.79, 500, "as promised"), (0.6, 500, "too narrow"), (0.95, 500, "too wide")],
)
def test_coverage_is_held_against_its_level(share: float, n: int, words: str) -> None:
    assert check_coverage(80, share, n, of="values").text.startswith(words)
