import numpy as np
import pytest

from forecast_cli.intervals import (
    bounds_at,
    extend,
    half_widths,
    not_below,
    usual_disagreement,
    with_disagreement,
)


def test_with_many_residuals_each_step_has_its_own_conformal_quantile() -> None:
    residuals = np.stack((np.arange(1.0, 200.0), 10 * np.arange(1.0, 200.0)), axis=1)
    widths = half_widths(residuals)
    assert widths.shape == (99, 2)
    assert widths[79].tolist() == [160.0, 1600.0]  # the ceil(200 * 0.80)-th smallest
    assert widths[94].tolist() == [190.0, 1900.0]


def test_new_residuals_of_the_same_kind_are_covered_as_often_as_asked() -> None:
    random = np.random.default_rng(1)
    widths = half_widths(random.standard_t(4, size=(2000, 3)))
    fresh = np.abs(random.standard_t(4, size=(20000, 3)))
    for level in (50, 80, 95):
        covered = (fresh <= widths[level - 1]).mean(axis=0)
        np.testing.assert_allclose(covered, level / 100, atol=0.02)


def test_with_few_residuals_steps_share_their_shape_and_never_narrow() -> None:
    widths = half_widths(np.array([[1.0, -4.0, 2.0], [-1.0, 4.0, 2.0]]))
    assert (np.diff(widths, axis=0) >= 0).all()
    np.testing.assert_allclose(widths[94] / widths[94, 0], [1.0, 4.0, 4.0])


def test_unknown_residuals_do_not_count() -> None:
    known = half_widths(np.array([[1.0, 2.0], [3.0, 4.0]]))
    padded = half_widths(np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, 4.0]]))
    np.testing.assert_array_equal(known, padded)


def test_residuals_of_zero_give_intervals_of_no_width() -> None:
    assert not half_widths(np.zeros((3, 2))).any()


def test_widths_go_on_growing_beyond_the_measured_steps() -> None:
    widths = extend(np.array([[1.0, 2.0]]), 8)
    assert widths[0, :2].tolist() == [1.0, 2.0]
    assert widths[0, 7] == pytest.approx(4.0)
    assert (np.diff(widths) > 0).all()


def test_bounds_stay_above_the_floor_where_the_mean_does() -> None:
    mean = np.array([[1.0, -2.0]])
    lo, _ = bounds_at(mean, np.full((99, 2), 2.0), 80, np.array([[1.0]]))
    assert not_below(np.zeros((1, 1)), mean, lo).tolist() == [[0.0, -4.0]]


@pytest.mark.parametrize("size", [1e300, 1.7e308])
def test_next_to_the_largest_float_bounds_are_finite(size: float) -> None:
    mean = np.array([[size, -size]])
    widths = extend(np.full((99, 1), 1e10), 2)
    low, high = bounds_at(mean, widths, 80, np.array([[size]]))
    assert np.isfinite([low, high]).all()
    assert (low <= mean).all()
    assert (mean <= high).all()


def test_few_forecasts_promise_less_than_their_largest_error() -> None:
    for n_forecasts in (2, 3, 7):
        residuals = np.random.default_rng(n_forecasts).normal(size=(n_forecasts, 1))
        widths = half_widths(residuals)[:, 0]
        assert (np.diff(widths) >= 0).all()
        assert widths[94] > np.abs(residuals).max()


def test_intervals_from_seven_errors_cover_as_often_as_they_say() -> None:
    draws = np.random.default_rng(0).normal(size=(3000, 8))
    widths = np.stack([half_widths(row[:7, None])[[79, 94], 0] for row in draws])
    covered = (np.abs(draws[:, 7:]) <= widths).mean(axis=0)
    assert (covered > [0.78, 0.94]).all()


def test_a_forecast_whose_parts_are_four_times_as_far_apart_is_half_as_sure() -> None:
    units = with_disagreement(np.array([2.0, 2.0]), np.array([1.0, 4.0]), 0.5)
    np.testing.assert_allclose(units, [2.0, 4.0])


def test_parts_that_hardly_differ_promise_no_certainty_and_wild_ones_no_end() -> None:
    units = with_disagreement(np.ones(3), np.array([0.0, 1e9, np.nan]), 1.0)
    np.testing.assert_allclose(units, [np.sqrt(0.5), 10.0, np.sqrt(0.5)])


def test_where_parts_usually_agree_only_the_seasonal_error_counts() -> None:
    scale = np.array([1.0, 5.0])
    assert with_disagreement(scale, np.array([3.0, 0.0]), 0.0).tolist() == scale.tolist()


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_units_do_not_depend_on_the_unit_of_the_values(size: float) -> None:
    scale, apart = np.array([1.0, 2.0, 4.0]), np.array([0.3, 1.0, 9.0])
    usual = usual_disagreement(scale, apart)
    assert usual == usual_disagreement(size * scale, size * apart) == 0.5
    there = with_disagreement(size * scale, size * apart, usual)
    np.testing.assert_allclose(there, size * with_disagreement(scale, apart, usual))


def test_a_disagreement_that_is_no_number_is_none() -> None:
    assert usual_disagreement(np.ones(3), np.array([np.inf, np.nan, 7.0])) == 0.0
