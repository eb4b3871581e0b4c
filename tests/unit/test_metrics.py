"""Scores by hand, and against slow ones that go value by value."""

import math
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from forecast_cli.metrics import (
    coverage,
    interval_score,
    mae,
    mape,
    mase,
    r2,
    rmse,
    seasonal_error,
    smape,
)

Array = NDArray[np.float64]
NAN = math.nan


def row(*values: float) -> Array:
    return np.array(values, dtype=np.float64)


def test_errors_of_a_worked_example() -> None:
    actual, forecast = row(10, 20, 40), row(12, 20, 36)
    assert mae(actual, forecast) == pytest.approx(2)
    assert rmse(actual, forecast) == pytest.approx(math.sqrt(20 / 3))
    assert mape(actual, forecast) == pytest.approx(10)
    assert smape(actual, forecast) == pytest.approx((2 / 22 + 0 + 4 / 76) * 200 / 3)
    # Squared errors 4 + 0 + 16; the mean is 70 / 3, the squares around it sum to 1400 / 3.
    assert r2(actual, forecast) == pytest.approx(1 - 20 / (1400 / 3))


def test_scores_keep_the_leading_axes() -> None:
    actual = np.zeros((4, 3, 2))
    for score in (mae, rmse, smape, mape, r2):
        assert score(actual, actual).shape == (4, 3)
    assert mase(actual, actual, np.ones((4, 3))).shape == (4, 3)
    assert coverage(actual, actual, actual).shape == (4, 3)


def test_unknown_actual_values_are_not_scored() -> None:
    actual, forecast = row(10, NAN, 40), row(12, 1e9, 36)
    known = row(10, 40), row(12, 36)
    for score in (mae, rmse, smape, mape, r2):
        assert score(actual, forecast) == score(*known)


def test_a_row_of_unknown_actual_values_has_no_score() -> None:
    actual, forecast = np.array([[NAN, NAN], [1.0, 3.0]]), np.array([[1.0, 2.0], [1.0, 3.0]])
    for score in (mae, rmse, smape, mape, r2):
        assert np.isnan(score(actual, forecast)).tolist() == [True, False]
    assert np.isnan(coverage(actual, forecast, forecast)).tolist() == [True, False]
    widths = interval_score(actual, forecast, forecast, level=80)
    assert np.isnan(widths).tolist() == [True, False]


def test_an_unknown_forecast_of_a_known_value_is_not_hidden() -> None:
    assert np.isnan(mae(row(1, 2), row(1, NAN)))


def test_smape_of_opposite_signs_is_200() -> None:
    assert smape(row(5), row(-3)) == 200


def test_smape_counts_a_pair_of_zeros_as_no_error() -> None:
    assert smape(row(0, 10), row(0, 30)) == pytest.approx(50)


def test_mape_is_not_defined_where_an_actual_value_is_zero() -> None:
    actual = np.array([[0.0, 10.0], [5.0, 10.0]])
    assert mape(actual, actual + 1).tolist() == [pytest.approx(NAN, nan_ok=True), 15]


def test_mase_is_the_error_in_units_of_the_scale() -> None:
    actual, forecast = np.array([[1.0, 3.0], [1.0, 3.0]]), np.array([[2.0, 5.0], [1.0, 3.0]])
    assert mase(actual, forecast, row(0.5, 2)).tolist() == [3, 0]


@pytest.mark.parametrize("scale", [0, NAN])
def test_mase_is_not_defined_without_a_scale(scale: float) -> None:
    assert np.isnan(mase(np.array([[1.0]]), np.array([[2.0]]), row(scale)))


def test_r2_of_the_mean_is_zero() -> None:
    assert r2(row(1, 2, 6), row(3, 3, 3)) == pytest.approx(0)


def test_r2_is_not_defined_for_equal_values_that_rounding_makes_differ_from_their_mean() -> None:
    actual = row(0.1, 0.1, 0.1)
    assert actual.mean() != 0.1
    assert np.isnan(r2(actual, actual))


def test_r2_is_not_defined_for_values_whose_squares_vanish() -> None:
    assert np.isnan(r2(row(1e-200, 2e-200), row(0, 0)))


def test_coverage_counts_the_bounds_as_inside() -> None:
    assert coverage(row(1, 2, 3, 4), row(1, 3, 0, 0), row(2, 4, 3, 1)) == 0.5


def test_a_miss_costs_two_over_alpha_in_the_interval_score() -> None:
    lo, hi = row(0, 0, 0), row(4, 4, 4)
    # Level 95: alpha is 0.05, so a miss of 1 costs 40.
    assert interval_score(row(2, -1, 5), lo, hi, level=95) == pytest.approx((4 + 44 + 44) / 3)


def test_the_seasonal_error_stays_within_each_series() -> None:
    values, offsets = row(1, 2, 4, 1000, 1003), np.array([0, 3, 5])
    assert seasonal_error(values, offsets, 1).tolist() == [1.5, 3]


def test_the_seasonal_error_compares_equal_phases() -> None:
    assert seasonal_error(row(1, 10, 2, 14), np.array([0, 4]), 2).tolist() == [2.5]


def test_the_seasonal_error_leaves_pairs_with_a_missing_value_out() -> None:
    assert seasonal_error(row(1, NAN, 5, 8), np.array([0, 4]), 1).tolist() == [3]


def test_series_without_a_pair_have_no_seasonal_error() -> None:
    offsets = np.array([0, 0, 2, 5, 5])
    result = seasonal_error(row(1, 2, 3, 4, 5), offsets, 2)
    np.testing.assert_array_equal(result, [NAN, NAN, 2, NAN])
    assert np.isnan(seasonal_error(row(1, 2), np.array([0, 2]), 7)).all()
    assert seasonal_error(row(), np.array([0]), 1).shape == (0,)


def slow_mae(pairs: list[tuple[float, float]]) -> float:
    return statistics.fmean(abs(a - f) for a, f in pairs)


def slow_rmse(pairs: list[tuple[float, float]]) -> float:
    return math.sqrt(statistics.fmean((a - f) ** 2 for a, f in pairs))


def slow_smape(pairs: list[tuple[float, float]]) -> float:
    return statistics.fmean(
        0 if a == f == 0 else 200 * abs(a - f) / (abs(a) + abs(f)) for a, f in pairs
    )


def slow_mape(pairs: list[tuple[float, float]]) -> float:
    if any(a == 0 for a, _ in pairs):
        return NAN
    return statistics.fmean(100 * abs(a - f) / abs(a) for a, f in pairs)


def slow_r2(pairs: list[tuple[float, float]]) -> float:
    actual = [a for a, _ in pairs]
    if len(set(actual)) == 1:
        return NAN
    residual = statistics.fmean((a - f) ** 2 for a, f in pairs)
    return 1 - residual / statistics.pvariance(actual)


numbers = st.integers(-50, 50).map(float)
holed = st.one_of(st.just(NAN), numbers)
shapes = npst.array_shapes(min_dims=2, max_dims=2, max_side=6)


@pytest.mark.parametrize(
    ("score", "slow"),
    [
        (mae, slow_mae),
        (rmse, slow_rmse),
        (smape, slow_smape),
        (mape, slow_mape),
        (r2, slow_r2),
    ],
)
@given(data=st.data(), shape=shapes)
def test_scores_agree_with_slow_ones(
    score: Callable[[Array, Array], Array],
    slow: Callable[[list[tuple[float, float]]], float],
    data: st.DataObject,
    shape: tuple[int, ...],
) -> None:
    actual = data.draw(npst.arrays(np.float64, shape, elements=holed))
    forecast = data.draw(npst.arrays(np.float64, shape, elements=numbers))
    expected = []
    for known, guessed in zip(actual.tolist(), forecast.tolist(), strict=True):
        pairs = [(a, f) for a, f in zip(known, guessed, strict=True) if not math.isnan(a)]
        expected.append(slow(pairs) if pairs else NAN)
    np.testing.assert_allclose(score(actual, forecast), expected, rtol=1e-9, atol=1e-12)


@given(series=st.lists(st.lists(holed, max_size=12), max_size=6), season_length=st.integers(1, 14))
def test_the_seasonal_error_agrees_with_a_slow_one(
    series: list[list[float]], season_length: int
) -> None:
    expected = []
    for one in series:
        pairs = zip(one, one[season_length:], strict=False)
        changes = [abs(b - a) for a, b in pairs if not math.isnan(b - a)]
        expected.append(statistics.fmean(changes) if changes else NAN)
    values = np.array([y for one in series for y in one], dtype=np.float64)
    offsets = np.cumsum([0, *map(len, series)])
    result = seasonal_error(values, offsets, season_length)
    np.testing.assert_allclose(result, np.array(expected, dtype=np.float64), rtol=1e-12)
