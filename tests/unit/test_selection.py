import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.selection import (
    _half_of,
    best,
    disagreement,
    mix,
    ranking_scene,
    relative_error,
    screen,
    weigh,
    weigh_across,
)
from forecast_cli.splits import origins_before, rolling_back, split_panel
from tests.models import HORIZON
from tests.panels import make_panel, wave

Array = NDArray[np.float64]
PLAN = WindowPlan(horizon=HORIZON, context_length=8, long_context_length=8, season_length=1)

BOTH = np.array([True, True])
"""Two simple forecasts that passed the screening."""


def scene_of(*series: list[float], n_windows: int = 1) -> Scene:
    panel = make_panel(*series)
    back = rolling_back(HORIZON, n_windows)
    origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 3, back)
    return make_scene(panel, origins, HORIZON, 1)


def waves(n_series: int, n_windows: int = 1) -> Scene:
    return scene_of(*[wave(30, seed=seed) for seed in range(n_series)], n_windows=n_windows)


def off(scene: Scene, size: float, *, seed: int | None = None) -> Array:
    """A forecast that is too high by so much, or wrong by so much at random."""
    if seed is None:
        return scene.actual + size
    return np.asarray(
        scene.actual + np.random.default_rng(seed).normal(0, size, scene.actual.shape)
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([float(n * n) for n in range(40)], "last-difference"),
        ([5.0, 6.0, 5.5, 7.0, 5.0, 6.5] * 6 + [90.0] * 4 + [90.0, 90.5, 90.0, 90.5], "naive"),
    ],
)
def test_the_best_forecast_is_the_one_with_the_least_error(values: list[float], name: str) -> None:
    scene = scene_of(values)
    naive = {n: scene.simple[n] for n in ("naive", "seasonal-naive", "drift", "last-difference")}
    assert best(scene, naive) == name
    assert best(scene, naive | {"perfect": scene.actual}) == "perfect"


def test_simple_continuations_are_ranked_without_the_test_part() -> None:
    panel = make_panel(wave(80), wave(70, seed=1))
    split = split_panel(panel, horizon=HORIZON, season_length=1)
    assert split is not None
    scene = ranking_scene(panel, PLAN, split)
    assert (scene.origins.limits <= split.validation_limits[scene.origins.series]).all()


@pytest.mark.parametrize(("length", "apart"), [(400, 1), (8000, 4)])
def test_a_long_series_is_ranked_over_its_last_tenth(length: int, apart: int) -> None:
    stops = ranking_scene(make_panel(wave(length)), PLAN, None).origins.stops
    assert (len(stops), stops[-1]) == (200, length - HORIZON)
    assert set(np.diff(stops)) == {apart}


def test_a_panel_of_single_values_cannot_be_ranked() -> None:
    with pytest.raises(DataError, match="no series has two values"):
        ranking_scene(make_panel([1.0], [2.0]), PLAN, None)


@pytest.mark.parametrize("n_series", [1, 10, 400])
def test_a_part_that_is_perfect_where_others_are_not_gets_all_the_weight(n_series: int) -> None:
    scene = waves(n_series)
    parts = [off(scene, 5.0), scene.actual, off(scene, 9.0, seed=0)]
    assert weigh(scene, parts).tolist() == [0, 1, 0]


def test_parts_that_err_to_opposite_sides_are_combined() -> None:
    scene = waves(400)
    parts = [off(scene, 2.0), off(scene, -2.0), off(scene, 2.1)]
    weights = weigh(scene, parts)
    assert weights[1] == pytest.approx(0.5, abs=0.2)
    mixed = mix(scene, parts, weights)
    assert scene.scaled_error(mixed) < 0.5 * min(scene.scaled_error(part) for part in parts)


def test_with_few_origins_plausible_parts_are_nearly_equal() -> None:
    scene = waves(1)
    weights = weigh(scene, [off(scene, 2.0), off(scene, 2.1), off(scene, 2.2)])
    np.testing.assert_allclose(weights, 1 / 3, atol=0.25)


def test_more_origins_give_more_weight_to_the_better_part() -> None:
    better = []
    for n_series in (1, 20, 200, 2000):
        scene = waves(n_series)
        better.append(weigh(scene, [off(scene, 2.0), off(scene, 2.03)])[0])
    assert better == sorted(better)
    assert better[0] < 0.75 < better[-1]


def test_a_part_that_errs_clearly_more_has_no_weight() -> None:
    scene = waves(100)
    weights = weigh(scene, [off(scene, 2.0, seed=0), off(scene, 2.0, seed=1), off(scene, 40.0)])
    assert weights[2] == 0
    assert (weights[:2] > 0.2).all()


def test_what_is_clearly_worse_depends_on_the_number_of_independent_origins() -> None:
    parts = {}
    for n_series in (1, 400):
        scene = waves(n_series)
        parts[n_series] = weigh(scene, [off(scene, 2.0), off(scene, 2.6)])
    assert parts[1][1] > 0
    assert parts[400][1] == 0


def test_origins_of_one_series_that_overlap_prove_less_than_those_of_many() -> None:
    many = waves(200)
    long = scene_of(wave(250), n_windows=200)
    assert len(many.origins) == len(long.origins) == 200
    from_many, from_one = (weigh(s, [off(s, 2.0), off(s, 2.03)])[0] for s in (many, long))
    assert from_many > from_one


@given(
    errors=npst.arrays(
        np.float64,
        st.tuples(st.integers(1, 5), st.integers(1, 6), st.just(HORIZON)),
        elements=st.integers(-40, 40).map(lambda n: n / 4),
    )
)
def test_weights_are_shares_and_their_mix_is_no_worse_than_the_parts(errors: Array) -> None:
    n_parts, n_series, _ = errors.shape
    scene = waves(n_series)
    parts = [scene.actual + error for error in errors]
    weights = weigh(scene, parts)
    assert weights.shape == (n_parts,)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    worst = max(scene.scaled_error(part) for part in parts)
    assert scene.scaled_error(mix(scene, parts, weights)) <= worst * (1 + 1e-9) + 1e-12


def test_parts_are_weighed_on_what_is_known_only() -> None:
    scene = waves(30)
    scene.actual[:, 2:] = np.nan
    parts = [np.nan_to_num(off(scene, 0.0)), np.nan_to_num(off(scene, 3.0))]
    assert weigh(scene, parts)[0] == 1


def test_where_nothing_is_known_the_screened_simple_forecasts_share_the_weight() -> None:
    scene = waves(3)
    scene.actual[:] = np.nan
    parts = [np.full((3, HORIZON), size) for size in (1.0, 2.0, 3.0, 4.0)]
    weights = weigh(scene, parts, np.array([True, False, True]))
    assert weights.sum() == pytest.approx(1)
    assert (weights[[0, 2]] > 0.2).all()


def test_simple_forecasts_that_were_not_clearly_worse_before_are_screened() -> None:
    scene = scene_of(*[[float(10 + 3 * n) for n in range(40)]] * 30)
    screened = dict(zip(scene.simple, screen(scene), strict=True))
    assert screened["drift"]
    assert not screened["naive"]


def test_networks_start_with_less_where_few_origins_speak_for_them() -> None:
    share = {}
    for n_series in (1, 30):
        scene = waves(n_series)
        parts = [off(scene, 2.0)] * 2 + [off(scene, 2.0)] * 6
        share[n_series] = weigh(scene, parts, np.array([True, True]))[2:].sum()
    assert share[1] <= 1 / 7 + 1e-9
    assert share[1] < share[30]


def test_a_simple_forecast_that_is_not_screened_starts_with_nothing() -> None:
    scene = waves(1)
    parts = [off(scene, 2.0), off(scene, 2.001), off(scene, 2.001)]
    assert weigh(scene, parts, np.array([True, False]))[1] == 0


@pytest.mark.parametrize("stride", range(1, 13))
@pytest.mark.parametrize("first", [0, 1, 1000])
def test_the_two_halves_are_nearly_of_one_size(first: int, stride: int) -> None:
    half = _half_of(first + stride * np.arange(100))
    assert set(half.tolist()) == {0, 1}
    assert half.mean() == pytest.approx(0.5, abs=0.2)


def test_a_series_alone_has_to_choose_for_itself() -> None:
    scene = waves(1)
    parts = [off(scene, 2.0), off(scene, 2.1), off(scene, 9.0)]
    alone = weigh(scene, parts, BOTH)
    np.testing.assert_array_equal(weigh_across(scene, parts, BOTH), [alone, alone])


@pytest.mark.parametrize("kept", [[0, 2, 4, 6], [1, 3, 5]])
def test_series_are_halved_whatever_their_numbers(kept: list[int]) -> None:
    whole = waves(8)
    scene = whole.rows(np.isin(whole.origins.series, kept))
    weights = weigh_across(scene, [off(scene, 1.0), off(scene, 2.0)], BOTH)
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_no_series_has_a_say_in_the_weights_that_it_is_scored_with() -> None:
    scene = waves(100)
    second = _half_of(scene.origins.series) == 1
    one, other = off(scene, 1.0), off(scene, 8.0)
    # The first part is far better for the second half of the series, and the other way round.
    parts = [np.where(second[:, None], one, other), np.where(second[:, None], other, one)]
    weights = weigh_across(scene, parts, BOTH)
    np.testing.assert_array_equal(weights, [[1, 0], [0, 1]])
    np.testing.assert_allclose(mix(scene, parts, weights), other)


def test_each_half_of_the_series_chooses_as_it_would_alone() -> None:
    scene = waves(30)
    half = _half_of(scene.origins.series)
    parts = [off(scene, 2.0, seed=seed) for seed in range(4)]
    weights = weigh_across(scene, parts, BOTH)
    for number in (0, 1):
        others = half != number
        alone = weigh(scene.rows(others), [part[others] for part in parts], BOTH)
        np.testing.assert_array_equal(weights[number], alone)


def test_networks_that_leave_every_simple_forecast_clearly_behind_have_all_the_weight() -> None:
    scene = waves(1)
    parts = [off(scene, 9.0), off(scene, 8.0), off(scene, 1.0)]
    assert weigh(scene, parts, BOTH).tolist() == [0, 0, 1]
    parts[2] = off(scene, 7.0)
    assert weigh(scene, parts, BOTH)[:2].sum() > 0.5


def test_a_mix_is_the_weighted_mean_of_its_parts() -> None:
    scene = waves(3)
    parts = [off(scene, 1.0), off(scene, 5.0)]
    np.testing.assert_allclose(mix(scene, parts, np.array([0.25, 0.75])), scene.actual + 4)


def test_the_relative_error_is_bounded_and_one_where_nothing_can_be_said() -> None:
    line = scene_of([float(10 + 3 * n) for n in range(30)])
    assert relative_error(line, line.simple["naive"], line.simple["drift"]) == 1
    noisy = scene_of(list(10 + 3.0 * np.arange(30) + np.arange(30) % 2))
    naive, drift = noisy.simple["naive"], noisy.simple["drift"]
    assert relative_error(noisy, naive, drift) == 2
    assert relative_error(noisy, drift, naive) == 0.5
    assert relative_error(noisy, off(noisy, 3.0), off(noisy, 2.0)) == pytest.approx(1.5)


def test_forecasts_disagree_by_their_distance_from_the_mean_by_weights() -> None:
    scene = waves(3)
    forecasts = [off(scene, 1.0), off(scene, -3.0)]
    found = disagreement(scene, forecasts, np.array([0.75, 0.25]))
    np.testing.assert_allclose(found, [0.75 * 1 + 0.25 * 3] * 3)


def test_forecasts_disagree_by_the_weights_that_their_series_has() -> None:
    scene = waves(12)
    rows = np.array([[1.0, 0.0], [0.5, 0.5]])
    found = disagreement(scene, [off(scene, 1.0), off(scene, -3.0)], rows)
    np.testing.assert_allclose(found, 2.0 * _half_of(scene.origins.series))
