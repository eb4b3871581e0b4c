from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.committee import Member
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.selection import best_simple, ranking_scene, relative_error, weigh
from forecast_cli.splits import origins_before, rolling_back, split_panel
from tests.models import HORIZON, make_committee, make_member
from tests.panels import make_panel, wave

PLAN = WindowPlan(horizon=HORIZON, context_length=8, season_length=1)
ALONE = make_committee([], simple_weight=1.0)


def scene_of(*series: list[float], n_windows: int = 1) -> Scene:
    panel = make_panel(*series)
    back = rolling_back(HORIZON, n_windows)
    origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 3, back)
    return make_scene(panel, origins, HORIZON, 1)


def silent(member: Member) -> Member:
    """The member with all weights zero: its forecast is the naive one."""
    return replace(member, weights={name: 0 * w for name, w in member.weights.items()})


def with_error(error: float, seed: int) -> Member:
    return replace(make_member(seed=seed), validation_error=error)


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ([float(n * n) for n in range(40)], "last-difference"),
        ([5.0, 6.0, 5.5, 7.0, 5.0, 6.5] * 6 + [90.0] * 4 + [90.0, 90.5, 90.0, 90.5], "naive"),
    ],
)
def test_the_best_simple_continuation_is_the_one_with_the_least_error(
    values: list[float], best: str
) -> None:
    assert best_simple(scene_of(values)) == best


def test_simple_continuations_are_ranked_without_the_test_part() -> None:
    panel = make_panel(wave(80), wave(70, seed=1))
    split = split_panel(panel, horizon=HORIZON, season_length=1)
    assert split is not None
    scene = ranking_scene(panel, PLAN, split)
    assert (scene.origins.limits <= split.validation_limits[scene.origins.series]).all()


def test_a_panel_of_single_values_cannot_be_ranked() -> None:
    with pytest.raises(DataError, match="no series has two values"):
        ranking_scene(make_panel([1.0], [2.0]), PLAN, None)


def test_a_member_that_errs_clearly_more_does_not_speak() -> None:
    naive = [replace(silent(make_member()), validation_error=error) for error in (1.0, 1.15, 1.3)]
    flat = [[50.0 + (n * 7 % 5) for n in range(30)] for _ in range(100)]
    chosen = weigh(scene_of(*flat), naive, ALONE)
    assert [m.validation_error for m in chosen.members] == [1.0, 1.15]


def test_with_few_origins_all_members_speak() -> None:
    flat = [50.0 + (n * 7 % 5) for n in range(30)]
    naive = [replace(silent(make_member()), validation_error=error) for error in (1.0, 1.3)]
    assert len(weigh(scene_of(flat), naive, ALONE).members) == 2


def test_networks_that_only_do_harm_are_left_out() -> None:
    line = [float(10 + 3 * n) for n in range(30)]
    wild = [with_error(9.0, seed) for seed in (0, 1)]
    chosen = weigh(scene_of(*[line] * 50), wild, ALONE)
    assert chosen.members == ()
    assert chosen.simple_weight == 1
    assert chosen.name == "drift"


def test_the_weight_of_the_networks_is_capped_by_the_number_of_origins() -> None:
    # The naive forecast that silent members make is perfect here, drift is not.
    values = [float(n) for n in range(20)] + [19.0] * 14
    naive = [replace(silent(make_member()), validation_error=0.0)]
    for n_series, least in ((1, 2 / 3), (8, 2 / 10)):
        chosen = weigh(scene_of(*[values] * n_series), naive, ALONE)
        assert chosen.simple_weight == pytest.approx(least)


def test_the_relative_error_is_bounded_and_one_where_nothing_can_be_said() -> None:
    line = [float(10 + 3 * n) for n in range(30)]
    naive = make_committee([silent(make_member())], simple_weight=0.0)
    assert relative_error(scene_of(line), naive, ALONE) == 1
    noisy = list(np.array(line) + np.arange(30) % 2)
    assert relative_error(scene_of(noisy), naive, ALONE) == 2
    assert relative_error(scene_of(noisy), ALONE, naive) == 0.5
