import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.baselines import SIMPLE
from forecast_cli.config import CELLS
from forecast_cli.findings import Leaderboard
from forecast_cli.leaderboard import Contender, rank
from forecast_cli.splits import origins_before
from tests.panels import make_panel, wave

Array = NDArray[np.float64]
HORIZON = 2


def scene_of(*series: Sequence[float], n_windows: int = 1, step_size: int = HORIZON) -> Scene:
    panel = make_panel(*series)
    back = HORIZON + step_size * np.arange(n_windows - 1, -1, -1)
    origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 3, back)
    return make_scene(panel, origins, HORIZON, 1)


def waves(n_series: int, *, n_windows: int = 1, step_size: int = HORIZON) -> Scene:
    series = [wave(40, seed=seed) for seed in range(n_series)]
    return scene_of(*series, n_windows=n_windows, step_size=step_size)


def off(scene: Scene, size: float, *, noise: float = 0.0, seed: int = 0) -> Array:
    """A forecast that is too high by so many seasonal errors, more or less."""
    spread = np.random.default_rng(seed).normal(0, noise, (len(scene.origins), 1))
    scale = np.nan_to_num(scene.scale, nan=1.0)[:, None]
    return np.asarray(np.nan_to_num(scene.actual) + scale * np.abs(size + spread))


def leaderboard(
    scene: Scene, forecasts: dict[str, Array], *, step_size: int = HORIZON
) -> Leaderboard:
    """The models given beside the naive forecasts, which are not shown."""
    models = scene.simple | forecasts
    contenders = [Contender(model=name, forecast=f, seconds=1.0) for name, f in models.items()]
    return rank(scene, contenders, list(forecasts), step_size=step_size)


def test_models_stand_by_mase_and_none_that_was_not_asked_for() -> None:
    scene = waves(2)
    found = leaderboard(scene, {"lstm": off(scene, 0.3), "gru": off(scene, 0.1)})
    assert [row.model for row in found.rows] == ["gru", "lstm"]
    assert [row.mase for row in found.rows] == pytest.approx([0.1, 0.3])


def test_skill_is_measured_against_the_best_naive_forecast_shown_or_not() -> None:
    scene = scene_of([1.0, 2.0, 4.0, 7.0, 11.0, 16.0])
    (row,) = leaderboard(scene, {"gru": scene.actual + 0.5}).rows
    # The last difference errs by 1 and 3.
    assert row.skill == pytest.approx(1 - 0.5 / 2)
    assert leaderboard(scene, {"gru": scene.actual}).best_naive == "last-difference"


def test_without_an_error_of_the_naive_forecasts_there_is_no_skill() -> None:
    scene = scene_of([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert leaderboard(scene, {"gru": scene.actual + 1}).rows[0].skill is None


def test_where_no_series_changes_the_absolute_error_decides() -> None:
    scene = scene_of([5.0, 5.0, 5.0, 5.0, 6.0, 7.0])
    found = leaderboard(scene, {"gru": scene.actual + 2, "lstm": scene.actual - 1})
    assert [row.model for row in found.rows] == ["lstm", "gru"]
    assert [row.mase for row in found.rows] == [None, None]
    assert found.n_pairs == 1


def test_costs_are_passed_on() -> None:
    scene = waves(1)
    costly = Contender(
        model="gru", forecast=scene.actual, seconds=2.5, n_parameters=12, network_share=0.25
    )
    naive = [Contender(model=n, forecast=f, seconds=0.0) for n, f in scene.simple.items()]
    (row,) = rank(scene, [costly, *naive], ["gru"], step_size=1).rows
    assert (row.seconds, row.n_parameters, row.network_share) == (2.5, 12, 0.25)


def test_many_series_are_paired_each_over_all_of_its_cutoffs() -> None:
    found = leaderboard(scene := waves(20, n_windows=3), {"gru": scene.actual})
    assert (found.n_pairs, found.paired_over) == (20, "series")


def test_each_forecast_of_few_series_is_a_pair() -> None:
    found = leaderboard(scene := waves(4, n_windows=3), {"gru": scene.actual})
    assert (found.n_pairs, found.paired_over) == (12, "forecasts")


def test_a_single_series_is_paired_over_its_cutoffs() -> None:
    found = leaderboard(scene := waves(1, n_windows=5), {"gru": scene.actual})
    assert (found.n_pairs, found.paired_over) == (5, "cutoffs")


def test_cutoffs_within_one_horizon_are_one_pair() -> None:
    scene = waves(1, n_windows=8, step_size=1)
    found = leaderboard(scene, {"gru": scene.actual}, step_size=1)
    assert (found.n_pairs, found.paired_over) == (4, "stretches of one horizon")


def test_a_pair_is_the_mean_over_its_cutoffs() -> None:
    # By turns half better and half worse on the two cutoffs of a stretch: level on each of them.
    scene = waves(1, n_windows=16, step_size=1)
    turns = np.tile([0.5, 1.5], 8)[:, None]
    models = {
        "gru": off(scene, 1),
        "lstm": scene.actual + scene.scale[:, None] * turns,
        "rnn": off(scene, 2),
    }
    lstm, rnn = leaderboard(scene, models, step_size=1).rows[1:]
    assert (lstm.model, rnn.model) == ("lstm", "rnn") or (lstm.model, rnn.model) == ("gru", "rnn")
    assert lstm.chance == 1
    assert rnn.chance == 2 / 2**8


def test_forecasts_without_a_known_value_are_no_pairs() -> None:
    nan = math.nan
    series = [wave(40, seed=seed) for seed in range(7)]
    known = scene_of(*series)
    unknown = replace(known, actual=np.where(np.arange(7)[:, None] < 6, known.actual, nan))
    found = leaderboard(unknown, {"gru": off(unknown, 0.1), "lstm": off(unknown, 0.2)})
    assert found.n_pairs == 6
    assert found.rows[1].chance == 2 / 2**6


def test_a_model_that_is_always_worse_is_told_so_and_one_that_is_not_is_level() -> None:
    scene = waves(24)
    found = leaderboard(
        scene,
        {
            "gru": off(scene, 0.5, noise=0.2),
            "lstm": off(scene, 0.5, noise=0.2, seed=1),
            "theta": off(scene, 0.9),
        },
    )
    best, second, third = found.rows
    assert (best.standing, best.chance) == ("best", None)
    assert {best.model, second.model} == {"gru", "lstm"}
    assert second.standing == "level"
    assert second.chance is not None
    assert second.chance > 0.05
    assert (third.model, third.standing) == ("theta", "worse")
    assert found.verdict.startswith(f"{best.model} and {second.model} are level here (p = .")
    assert found.verdict.endswith(f"over 24 series); theta is worse than {best.model}.")


def test_too_few_pairs_are_not_tested() -> None:
    scene = waves(1, n_windows=3)
    found = leaderboard(scene, {"gru": off(scene, 0.1), "theta": off(scene, 5)})
    assert [(row.standing, row.chance) for row in found.rows] == [
        ("best", None),
        ("too few pairs", None),
    ]
    assert found.verdict == (
        "gru errs least, but over 3 cutoffs that may be chance: it takes 6 to tell "
        "(--n-windows gives more)."
    )
    scene = waves(1)
    found = leaderboard(scene, {"gru": off(scene, 0.1), "theta": off(scene, 5)})
    assert "over one pair that may be chance" in found.verdict


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ({"gru": 0.1}, "Only gru was compared."),
        ({"theta": 0.1, "gru": 0.5}, "Use theta: gru errs more (p < .001 over 24 series)."),
        (
            {"theta": 0.1, "gru": 0.5, "lstm": 0.6},
            "Use theta: gru and lstm err more (p < .001 over 24 series).",
        ),
        (
            dict.fromkeys(CELLS, 0.0) | dict.fromkeys(SIMPLE, 0.5),
            "gru, lstm, rnn and lstm-gru are level here (p ≥ 1.00 over 24 series); "
            "naive, seasonal-naive, drift, last-difference and 7 more are worse than gru.",
        ),
    ],
)
def test_the_verdict_names_the_best_and_what_is_told_from_it(
    sizes: dict[str, float], verdict: str
) -> None:
    scene = waves(24)
    found = leaderboard(scene, {name: off(scene, size) for name, size in sizes.items()})
    assert found.verdict == verdict


def test_a_network_that_is_level_with_a_simple_forecast_does_not_prove_its_worth() -> None:
    scene = waves(24)
    by_turns = scene.actual + scene.scale[:, None] * np.tile([0.05, 0.2], 12)[:, None]
    models = {"gru": off(scene, 0.1), "theta": by_turns, "lstm": off(scene, 0.6)}
    verdict = leaderboard(scene, models).verdict
    assert verdict.startswith("gru and theta are level here (p = .")
    assert verdict.endswith(
        " over 24 series); lstm is worse than gru. theta needs no training, so no network proves "
        "its worth."
    )
    better = {"theta": off(scene, 0.1), "gru": by_turns}
    assert leaderboard(scene, better).verdict.endswith(" over 24 series).")
