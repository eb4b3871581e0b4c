from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from forecast_cli.drawing.diagnostics import draw_residuals, draw_steps
from forecast_cli.findings import Breakdown
from forecast_cli.residuals import Residuals
from forecast_cli.times.calendar import Calendar

TEXT = "{http://www.w3.org/2000/svg}text"


def words(image: bytes) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(image).iter(TEXT)]


def make_step(step: int, mase: float | None) -> Breakdown:
    return Breakdown(label=str(step), n_points=5, mae=10.0 * step, smape=3.0, mase=mase)


@pytest.mark.parametrize(
    "shape",
    [
        (1, 60),
        pytest.param((5, 60), marks=pytest.mark.slow),
        (300, 8),
        pytest.param((1, 8), marks=pytest.mark.slow),
    ],
)
def test_residuals_are_drawn_for_one_series_and_for_many(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    values[0, 0] = np.nan
    residuals = Residuals(
        values=values, ends=np.full(shape[0], 700), calendar=Calendar.dates("MS", pattern="%Y-%m")
    )
    image = draw_residuals(residuals, "svg")
    assert {"Residuals, one step ahead", "Shape", "Autocorrelation"} <= set(words(image))
    assert image == draw_residuals(residuals, "svg")
    assert len(image) < 200_000


def test_residuals_of_a_perfect_model_are_drawn() -> None:
    residuals = Residuals(values=np.zeros((1, 40)), ends=np.array([40]), calendar=Calendar.steps())
    assert "too few residuals" in words(draw_residuals(residuals, "svg"))


def test_errors_by_step_are_in_seasonal_errors_where_all_are() -> None:
    scaled = words(draw_steps([make_step(1, 0.5), make_step(2, 0.7)], "svg"))
    assert "MASE: 1 is the error of a seasonal naive forecast" in scaled
    assert "MAE" in words(draw_steps([make_step(1, 0.5), make_step(2, None)], "svg"))
