"""Exponential smoothing by hand and against slow rules that go row by row, one step at a time."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import smoothing
from forecast_cli.smoothing import damped_trend, theta

Array = NDArray[np.float64]
NAN = math.nan

Rule = Callable[[Array, int], Array]
RULES = pytest.mark.parametrize("rule", [damped_trend, theta], ids=lambda rule: rule.__name__)


def one(row: list[float]) -> Array:
    return np.array([row])


def noisy_rows(rows: int = 6, length: int = 16) -> Array:
    """Walks with a drift, some values missing, none of them at the ends."""
    random = np.random.default_rng(3)
    values = 30 + random.normal(0.4, 1, (rows, length)).cumsum(axis=1)
    values[:, 1:-1][random.random((rows, length - 2)) < 0.15] = NAN
    return values


def with_ends(values: Array) -> Array:
    """The same rows with padding before them and two missing values after them."""
    return np.pad(values, ((0, 0), (3, 2)), constant_values=NAN)


def slow_damped_trend(
    row: list[float], horizon: int, weight: float, trend_weight: float, damping: float
) -> tuple[float, list[float]]:
    """The sum of squared errors one step ahead, and the forecasts."""
    seen = [(t, y) for t, y in enumerate(row) if not math.isnan(y)]
    (start, first), (stop, last) = seen[0], seen[min(4, len(seen) - 1)]
    trend = (last - first) / (stop - start)
    level, squares = first - damping * trend, 0.0
    for value in row[start:]:
        expected = level + damping * trend
        error = 0.0 if math.isnan(value) else value - expected
        squares += error**2
        level = expected + weight * error
        trend = damping * trend + weight * trend_weight * error
    fading = itertools.accumulate(damping**h for h in range(1, horizon + 1))
    return squares, [level + faded * trend for faded in fading]


def slow_theta(
    row: list[float], horizon: int, weight: float, share: float
) -> tuple[float, list[float]]:
    """The sum of squared errors one step ahead, and the forecasts."""
    seen = [(t, y) for t, y in enumerate(row) if not math.isnan(y)]
    origin, first = seen[0]

    def line(step: int) -> tuple[float, float]:
        """Intercept and slope of the line through the values of the first `step` steps."""
        known = [(t - origin + 1, y) for t, y in seen if t < step]
        if len(known) < 2:
            return first, 0.0
        slope, intercept = np.polyfit([t for t, _ in known], [y for _, y in known], 1)
        return float(intercept), float(slope)

    def lag(step: int, distance: int) -> float:
        """How far the line smoothed from zero, once for every value, is behind what it reaches.

        It is smoothed as if no value were missing; a gap only makes the distance longer.
        """
        intercept, slope = line(step)
        known = [t for t, _ in seen if t < step]
        smoothed = 0.0
        for n in range(1, len(known) + 1):
            smoothed += weight * (intercept + slope * n - smoothed)
        missing = step - 1 - known[-1]
        return intercept + slope * (len(known) + missing + distance) - smoothed

    def run(level: float) -> tuple[list[float], list[float]]:
        errors = []
        for n_before, (step, value) in enumerate(seen):
            # The line through two values would make no error at the third by chance alone.
            if n_before >= 2:
                errors.append(value - (level + share * lag(step, 1)))
            level += weight * (value - level)
        return errors, [level + share * lag(len(row), h) for h in range(1, horizon + 1)]

    # Errors are linear in the first level: its best value follows from two runs.
    base = (1 - share) * first
    errors = np.array(run(base)[0])
    change = np.array(run(base + 1)[0]) - errors
    moved = -(errors @ change) / (change @ change + 1)
    best, forecast = run(base + moved)
    # The guess of the first level counts as one value.
    return float(np.square(best).sum() + moved**2), forecast


def test_the_damped_trend_agrees_with_a_slow_one_for_given_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.concatenate((with_ends(noisy_rows()), with_ends(noisy_rows())[:, ::-1]))
    for weight, trend_weight, damping in itertools.product((0.05, 0.6, 1.0), (0.1, 0.8), (0.9,)):
        monkeypatch.setattr(smoothing, "_DAMPED_TREND", ((weight,), (trend_weight,), (damping,)))
        monkeypatch.setattr(smoothing, "_TRIED_FIRST", ((0,), (0,), (0,)))
        expected = [
            slow_damped_trend(row.tolist(), 5, weight, trend_weight, damping)[1] for row in values
        ]
        np.testing.assert_allclose(damped_trend(values, 5), expected, rtol=1e-9)


def test_theta_agrees_with_a_slow_one_for_given_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.concatenate((with_ends(noisy_rows()), with_ends(noisy_rows())[:, ::-1]))
    for weight, share in itertools.product((0.05, 0.5, 0.99), (0.0, 0.5, 1.0)):
        monkeypatch.setattr(smoothing, "_THETA_LEVEL_WEIGHTS", (weight,))
        monkeypatch.setattr(smoothing, "_LINE_SHARES", (share,))
        expected = [slow_theta(row.tolist(), 5, weight, share)[1] for row in values]
        np.testing.assert_allclose(theta(values, 5), expected, rtol=1e-7)


def test_every_row_gets_the_damped_trend_with_the_least_error_one_step_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    axes = (0.1, 0.5, 0.9), (0.05, 0.4), (0.8, 0.98)
    monkeypatch.setattr(smoothing, "_DAMPED_TREND", axes)
    # All others are beside this one.
    monkeypatch.setattr(smoothing, "_TRIED_FIRST", ((1,), (0,), (1,)))
    values = noisy_rows(rows=12)
    chosen = [
        min(
            slow_damped_trend(row.tolist(), 3, *parameters)
            for parameters in itertools.product(*axes)
        )
        for row in values
    ]
    np.testing.assert_allclose(damped_trend(values, 3), [best[1] for best in chosen], rtol=1e-9)


def test_every_setting_of_a_damped_trend_is_near_one_that_is_tried_first() -> None:
    for axis, places in zip(smoothing._DAMPED_TREND, smoothing._TRIED_FIRST, strict=True):
        reached = {place + by for place in places for by in (-1, 0, 1)}
        assert reached.issuperset(range(len(axis)))


def test_most_rows_get_the_damped_trend_that_trying_all_settings_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = noisy_rows(rows=200, length=40)
    searched = damped_trend(values, 4)
    everywhere = tuple(tuple(range(len(axis))) for axis in smoothing._DAMPED_TREND)
    monkeypatch.setattr(smoothing, "_TRIED_FIRST", everywhere)
    same = np.isclose(searched, damped_trend(values, 4), rtol=1e-12).all(axis=1)
    assert same.mean() > 0.6


def test_every_row_gets_the_theta_with_the_least_error_one_step_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weights, shares = (0.1, 0.5, 0.9), (0.0, 0.5, 1.0)
    monkeypatch.setattr(smoothing, "_THETA_LEVEL_WEIGHTS", weights)
    monkeypatch.setattr(smoothing, "_LINE_SHARES", shares)
    values = noisy_rows(rows=12)
    chosen = [
        min(
            slow_theta(row.tolist(), 3, *parameters)
            for parameters in itertools.product(weights, shares)
        )
        for row in values
    ]
    np.testing.assert_allclose(theta(values, 3), [best[1] for best in chosen], rtol=1e-7)


@pytest.mark.parametrize("row", [[1.0, 2.0], [3.0, NAN, 1.0], [0.3, 0.7, NAN]])
def test_parameters_that_do_equally_well_are_the_preferred_ones(row: list[float]) -> None:
    _, expected = slow_theta(row, 3, 0.99, 0.5)
    np.testing.assert_allclose(theta(one(row), 3), [expected], rtol=1e-9)
    # The less the trend fades, the less it errs at the second value; the rest does not matter.
    _, expected = slow_damped_trend(row, 3, 1.0, 0.01, 0.98)
    np.testing.assert_allclose(damped_trend(one(row), 3), [expected], rtol=1e-9)


@pytest.mark.parametrize("row", [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, NAN, 4, 5, NAN, 7, 8]])
def test_theta_continues_a_line(row: list[float]) -> None:
    np.testing.assert_allclose(theta(one(row), 3), [[9, 10, 11]], rtol=1e-3)


def test_a_damped_trend_starts_near_the_slope_of_a_line_and_fades() -> None:
    forecast = damped_trend(one([float(n) for n in range(1, 13)]), 40)[0]
    steps = np.diff(np.concatenate(([12.0], forecast)))
    assert 0.9 < steps[0] <= 1
    assert (np.diff(steps) < 0).all()
    assert (steps > 0).all()
    assert steps[-1] < 0.6 * steps[0]


@RULES
def test_a_gap_inside_a_row_costs_time_but_no_value(rule: Rule) -> None:
    line = [float(n) for n in range(1, 21)]
    gaps = [NAN if n in (6, 7, 13) else value for n, value in enumerate(line)]
    np.testing.assert_allclose(rule(one(gaps), 2), rule(one(line), 2), rtol=0.01)


def test_a_damped_trend_goes_on_through_missing_values_at_the_end() -> None:
    line = [float(n) for n in range(1, 13)]
    whole = damped_trend(one(line), 5)
    np.testing.assert_allclose(damped_trend(one([*line, NAN, NAN]), 3), whole[:, 2:], rtol=1e-9)


def test_theta_goes_on_through_missing_values_at_the_end() -> None:
    line = [float(n) for n in range(1, 13)]
    np.testing.assert_allclose(theta(one([*line, NAN, NAN]), 3), [[15, 16, 17]], rtol=1e-6)


@RULES
def test_padding_on_the_left_changes_nothing(rule: Rule) -> None:
    values = noisy_rows()
    padded = np.pad(values, ((0, 0), (7, 0)), constant_values=NAN)
    np.testing.assert_allclose(rule(padded, 4), rule(values, 4), rtol=1e-9)


@RULES
@pytest.mark.parametrize("factor", [1000.0, 1e-9, 1e200, 1e-200])
def test_another_unit_gives_the_same_forecast_in_that_unit(rule: Rule, factor: float) -> None:
    values = noisy_rows()
    np.testing.assert_allclose(rule(factor * values, 4) / factor, rule(values, 4), rtol=1e-9)


@RULES
def test_a_row_is_smoothed_the_same_whatever_stands_beside_it(rule: Rule) -> None:
    values = noisy_rows()
    together = rule(np.concatenate((values, 1e9 * values, 0 * values)), 4)[: len(values)]
    for row, forecast in zip(values, together, strict=True):
        np.testing.assert_array_equal(rule(row[None], 4)[0], forecast)


@RULES
@pytest.mark.parametrize("value", [5.0, 0.0, -3.0, 1e12, 1e300])
def test_a_constant_goes_on(rule: Rule, value: float) -> None:
    np.testing.assert_allclose(rule(one([value] * 7), 4), [[value] * 4], rtol=1e-12)


@RULES
@pytest.mark.parametrize("row", [[6.0], [NAN, 6.0], [6.0, NAN], [NAN, 6.0, NAN]])
def test_a_single_value_goes_on(rule: Rule, row: list[float]) -> None:
    np.testing.assert_allclose(rule(one(row), 3), [[6.0] * 3], rtol=1e-12)


def test_two_values_have_a_trend_that_fades() -> None:
    forecast = damped_trend(one([1.0, 2.0]), 30)[0]
    assert 2 < forecast[0] <= 3
    assert (np.diff(forecast) > 0).all()
    assert np.diff(forecast)[-1] < 0.6


@pytest.mark.parametrize("row", [[1.0, 2.0], [1.0, NAN, NAN, 5.0]])
def test_theta_of_two_values_is_nearer_to_the_last_than_to_the_first(row: list[float]) -> None:
    forecast = theta(one(row), 2)[0]
    assert (forecast > (row[0] + row[-1]) / 2).all()


@RULES
def test_a_jump_late_in_a_row_is_followed_in_part_at_least(rule: Rule) -> None:
    random = np.random.default_rng(0)
    values = np.concatenate((random.normal(10, 0.1, 30), random.normal(20, 0.1, 10)))
    np.testing.assert_allclose(rule(values[None], 3), [[20.0] * 3], rtol=0.1)


@RULES
def test_a_level_among_noise_is_averaged(rule: Rule) -> None:
    values = np.random.default_rng(1).normal(10, 1, (50, 60))
    error = np.abs(rule(values, 1)[:, 0] - 10).mean()
    assert error < 0.5 * np.abs(values[:, -1] - 10).mean()


@RULES
def test_the_context_is_not_changed(rule: Rule) -> None:
    values = noisy_rows()
    kept = values.copy()
    rule(values, 3)[:] = 0
    np.testing.assert_array_equal(values, kept)
