"""The robust trend against a slow one that goes row by row, and by what it is made for."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.robust_trend import robust_trend
from forecast_cli.smoothing import damped_trend

Array = NDArray[np.float64]
NAN = math.nan


def noisy_rows(rows: int = 5, length: int = 24, level: float = 30.0) -> Array:
    """Walks with a drift, some values missing, none of them at the ends."""
    random = np.random.default_rng(3)
    values = level + random.normal(0.4, 1, (rows, length)).cumsum(axis=1)
    values[:, 1:-1][random.random((rows, length - 2)) < 0.15] = NAN
    return values


def slow_robust_trend(row: list[float], horizon: int) -> list[float]:
    """The same, one model after the other and one value at a time."""
    row = row[-48:]
    known = [value for value in row if not math.isnan(value)]
    unit = float(np.mean(np.abs(known)))
    ways = (False, True) if min(known) > 0 else (False, False)
    models = [
        slow_model([value / unit for value in row], horizon, weight, late_weight, is_relative)
        for is_relative in ways
        for weight, late_weight in itertools.product((0.1, 0.4, 1.0), (0.2, 1.0))
    ]
    best = max(likelihood for likelihood, _ in models)
    shares = [math.exp(0.5 * (likelihood - best)) for likelihood, _ in models]
    return [
        unit * sum(s * said[h] for s, (_, said) in zip(shares, models, strict=True)) / sum(shares)
        for h in range(horizon)
    ]


def slow_model(
    row: list[float], horizon: int, weight: float, late_weight: float, is_relative: bool
) -> tuple[float, list[float]]:
    """The log-likelihood and the forecast of one level with one kind of global trend."""

    def move(level: float, late: float, value: float, took: int) -> tuple[float, float]:
        gained = weight * (value - level)
        return level + gained, (1 - late_weight) * late + late_weight * gained / took

    level, late, since, seen = NAN, 0.0, 1, []
    for age, value in zip(range(len(row) - 1, -1, -1), row, strict=True):
        if math.isnan(value):
            since += not math.isnan(level)
            continue
        if math.isnan(level):
            level = value
            continue
        size = level if is_relative else 1.0
        seen.append((value - level, since, since * late, size, 0.96**age))
        level, late = move(level, late, value, since)
        since = 1
    change, took, lately, sizes, say = np.array(seen).T if seen else np.zeros((5, 0))
    y, x = change / sizes, np.stack((took, lately / sizes), axis=1)
    precision, mean = np.diag([0.02**-2, 0.35**-2]), np.array([0.0, 0.5])
    n = max(1.0, float(say.sum()))
    belief, square = say, float(say @ y**2) / n + 1e-8
    for _ in range(6):
        left = (x.T * belief) @ x / square + precision
        right = (x.T * belief) @ y / square + precision @ mean
        share = float(np.clip(np.linalg.solve(left, right)[1], 0, 1))
        trend = float((right[0] - left[0, 1] * share) / left[0, 0])
        squares = np.square(y - x @ [trend, share])
        belief = say * 3 / (2 + squares / square)
        square = float(belief @ squares) / n + 1e-8
    likelihood = (
        -1.5 * say @ np.log1p(squares / (2 * square))
        - n / 2 * math.log(square)
        - say @ np.log(sizes)
        - math.log(np.linalg.det(left)) / 2
        - (trend / 0.02) ** 2 / 2
        - ((share - 0.5) / 0.35) ** 2 / 2
    )
    said = []
    for _ in range(horizon):
        ahead = level + since * (trend * (level if is_relative else 1.0) + share * late)
        level, late = move(level, late, ahead, since)
        since = 1
        said.append(ahead)
    return float(likelihood), said


@pytest.mark.parametrize("level", [30.0, 0.0, -30.0])
def test_it_agrees_with_a_slow_one(level: float) -> None:
    values = np.pad(noisy_rows(level=level), ((0, 0), (3, 2)), constant_values=NAN)
    expected = [slow_robust_trend(row.tolist(), 5) for row in values]
    np.testing.assert_allclose(robust_trend(values, 5), expected, rtol=1e-8)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_it_agrees_with_a_slow_one_on_a_short_row(length: int) -> None:
    values = np.array([[3.0, 4.0, 6.0]])[:, :length]
    expected = slow_robust_trend(values[0].tolist(), 4)
    np.testing.assert_allclose(robust_trend(values, 4), [expected], rtol=1e-8)


def test_a_row_of_one_value_repeats_it() -> None:
    np.testing.assert_allclose(robust_trend(np.array([[NAN, 7.0]]), 3), [[7, 7, 7]])


def test_a_row_that_never_changes_goes_on_so() -> None:
    np.testing.assert_allclose(
        robust_trend(np.array([[5.0] * 9, [0.0] * 9]), 2), [[5, 5], [0, 0]], atol=1e-12
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_a_long_line_goes_on(sign: int) -> None:
    line = sign * np.arange(100.0, 163.0)[None]
    np.testing.assert_allclose(robust_trend(line[:, :60], 3), line[:, 60:], rtol=1e-3)


def test_what_grows_by_a_share_goes_on_to_grow_by_it() -> None:
    growing = 1.04 ** np.arange(60.0)[None]
    np.testing.assert_allclose(robust_trend(growing[:, :50], 10), growing[:, 50:], rtol=0.01)


def test_a_gap_within_or_at_the_end_counts_its_steps() -> None:
    line = 100 + 2 * np.arange(60.0)[None]
    with_gaps = line[:, :52].copy()
    with_gaps[0, [20, 21, 22, 35]] = NAN
    with_gaps[0, -3:] = NAN
    np.testing.assert_allclose(robust_trend(with_gaps, 8), line[:, 52:], rtol=1e-3)


def test_one_wild_change_moves_the_trend_less_than_that_of_a_smoothed_level() -> None:
    line = 100 + np.arange(46.0)[None]
    jumped = line.copy()
    jumped[:, 34:] += 40
    found, smoothed = (
        np.abs(rule(jumped[:, :40], 6) - jumped[:, 40:]).max()
        for rule in (robust_trend, damped_trend)
    )
    assert found < 0.5
    assert found < smoothed / 2


def test_of_the_trend_that_a_few_noisy_values_show_a_part_is_believed() -> None:
    noise = np.random.default_rng(0).normal(0, 3, (400, 12))
    found = robust_trend(100 + noise, 6)
    through_the_ends = (noise[:, -1] - noise[:, 0]) * 6 / 11
    error, of_drift = (
        np.abs(x).mean() for x in (found[:, -1] - 100, through_the_ends + noise[:, -1])
    )
    assert error < 0.7 * of_drift


def test_rows_are_forecast_as_if_alone_whatever_they_are_padded_to() -> None:
    values = noisy_rows(rows=70)
    together = robust_trend(values, 7)
    for row, forecast in zip(values, together, strict=True):
        np.testing.assert_array_equal(forecast, robust_trend(row[None], 7)[0])
    for padding in (1, 9, 80):
        padded = np.pad(values, ((0, 0), (padding, 0)), constant_values=NAN)
        np.testing.assert_array_equal(robust_trend(padded, 7), together)


def test_the_first_steps_of_a_longer_forecast_are_a_shorter_one() -> None:
    np.testing.assert_array_equal(
        robust_trend(noisy_rows(), 9)[:, :4], robust_trend(noisy_rows(), 4)
    )


def test_what_lies_more_than_48_steps_back_has_no_say() -> None:
    values = noisy_rows(length=78)
    other = values.copy()
    other[:, :30] *= 50
    np.testing.assert_array_equal(robust_trend(values, 3), robust_trend(other, 3))


def test_a_row_without_a_value_of_late_gets_none() -> None:
    assert np.isnan(robust_trend(np.array([[5.0] + [NAN] * 48]), 2)).all()


def test_no_rows_get_no_forecasts() -> None:
    assert robust_trend(np.empty((0, 5)), 3).shape == (0, 3)
