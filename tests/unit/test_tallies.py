from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from forecast_cli.backtest import Scene, break_down, break_down_by_step, make_scene, score
from forecast_cli.splits import origins_before
from forecast_cli.tallies import Tally, added, tally_by, tally_by_step
from tests.panels import make_panel, wave

PANEL = make_panel(wave(40), wave(36, seed=1), wave(30, seed=2))
SCENE = make_scene(
    PANEL, origins_before(PANEL.offsets[1:], PANEL.offsets[:-1] + 1, np.array([7, 3])), 3, 4
)
FORECAST = SCENE.simple["drift"]
BOUNDS = {80: (FORECAST - 2, FORECAST + 2)}
FIRST = np.arange(len(FORECAST)) < 2


def figures(record: Any) -> dict[str, float | None]:
    """The numbers of a record, those inside it too."""
    found = asdict(record)
    found |= found.pop("coverage", {})
    return {name: value for name, value in found.items() if not isinstance(value, str)}


def with_hole(scene: Scene) -> Scene:
    actual = scene.actual.copy()
    actual[0, 1] = np.nan
    return replace(scene, actual=actual, usual=actual)


def parts(scene: Scene) -> list[tuple[Scene, np.ndarray, dict[int, tuple[np.ndarray, np.ndarray]]]]:
    return [
        (scene.rows(rows), FORECAST[rows], {80: (BOUNDS[80][0][rows], BOUNDS[80][1][rows])})
        for rows in (FIRST, ~FIRST)
    ]


@pytest.mark.parametrize("scene", [SCENE, with_hole(SCENE)], ids=["whole", "hole"])
def test_the_scores_of_parts_add_up_to_those_of_all(scene: Scene) -> None:
    total = sum((Tally.of(*part) for part in parts(scene)), start=Tally())
    assert figures(total.scores("m")) == pytest.approx(
        figures(score("m", scene, FORECAST, BOUNDS)), rel=1e-12
    )


def test_a_zero_in_one_part_leaves_the_percentage_error_undefined() -> None:
    actual = SCENE.actual.copy()
    actual[0, 0] = 0.0
    scene = replace(SCENE, actual=actual, usual=actual)
    total = sum((Tally.of(*part) for part in parts(scene)), start=Tally())
    assert total.scores("m").mape is None
    assert score("m", scene, FORECAST).mape is None


def test_breakdowns_of_parts_add_up() -> None:
    labels = ["b", "a", "b", "a", "c", "c"]
    halves = [
        tally_by(scene, said, [each for each, wanted in zip(labels, rows, strict=True) if wanted])
        for (scene, said, _), rows in zip(parts(SCENE), (FIRST, ~FIRST), strict=True)
    ]
    found = [tally.breakdown(label) for label, tally in added(halves).items()]
    for one, other in zip(found, break_down(SCENE, FORECAST, labels), strict=True):
        assert figures(one) == pytest.approx(figures(other), rel=1e-12)


def test_steps_of_parts_add_up() -> None:
    found = added(tally_by_step(scene, said) for scene, said, _ in parts(SCENE))
    for one, other in zip(found.items(), break_down_by_step(SCENE, FORECAST), strict=True):
        assert figures(one[1].breakdown(one[0])) == pytest.approx(figures(other), rel=1e-12)
