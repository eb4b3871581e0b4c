import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import aggregation
from forecast_cli.aggregation import Rule, with_coarser_steps
from forecast_cli.smoothing import damped_trend
from tests.panels import wave

Array = NDArray[np.float64]


def aggregated_trend(context: Array, horizon: int, season_length: int = 4) -> Array:
    return on_coarser_steps(damped_trend, context, horizon, season_length)


def on_coarser_steps(rule: Rule, context: Array, horizon: int, season_length: int) -> Array:
    return with_coarser_steps(rule, context, rule(context, horizon), season_length)


def line(length: int, slope: float = 2.0) -> Array:
    return 10 + slope * np.arange(float(length))[None]


def through_the_last_two(context: Array, horizon: int) -> Array:
    return context[:, -1:] + (context[:, -1:] - context[:, -2:-1]) * np.arange(1, horizon + 1)


@pytest.mark.parametrize("length", [40, 41, 42, 43])
@pytest.mark.parametrize("horizon", [1, 2, 3, 7])
@pytest.mark.parametrize("season_length", [1, 4, 7, 12])
def test_a_line_is_continued_by_coarse_steps_as_by_single_ones(
    length: int, horizon: int, season_length: int
) -> None:
    whole = line(length + horizon)
    found = on_coarser_steps(through_the_last_two, whole[:, :length], horizon, season_length)
    np.testing.assert_allclose(found, whole[:, length:])


def test_without_a_season_there_are_no_coarser_steps() -> None:
    context = np.array([wave(60)])
    np.testing.assert_array_equal(aggregated_trend(context, 3, 1), damped_trend(context, 3))


def test_coarser_steps_are_those_that_divide_a_season() -> None:
    seen: list[int] = []

    def count_steps(context: Array, horizon: int) -> Array:
        seen.append(context.shape[1])
        return np.zeros((len(context), horizon))

    on_coarser_steps(count_steps, np.zeros((1, 60)), 3, 12)
    assert seen == [60, 30, 20, 15, 10, 5]


def test_noise_moves_the_forecast_less_than_that_of_single_steps() -> None:
    random = np.random.default_rng(3)
    true = line(60)
    noisy = true + random.normal(0, 15, size=(200, 60))
    ahead = line(66)[:, 60:]
    one, other = (
        np.abs(rule(noisy, 6) - ahead).mean() for rule in (aggregated_trend, damped_trend)
    )
    assert one < 0.95 * other


@pytest.mark.parametrize("length", [1, 2, 5, 7])
def test_a_short_row_gets_the_damped_trend_alone(length: int) -> None:
    context = np.array([wave(length)])
    np.testing.assert_array_equal(aggregated_trend(context, 3), damped_trend(context, 3))


def test_coarse_steps_count_from_four_on_and_from_one_and_a_half_for_each_ahead() -> None:
    def differs(length: int, horizon: int) -> bool:
        context = np.array([wave(length)])
        alone, together = damped_trend(context, horizon), aggregated_trend(context, horizon)
        return bool((alone != together).any())

    assert [differs(length, 2) for length in (7, 8)] == [False, True]
    assert [differs(length, 8) for length in (11, 12)] == [False, True]


def test_rows_of_any_length_are_forecast_as_if_alone() -> None:
    context = np.array([wave(40, seed=n) for n in range(4)])
    context[1, :30] = np.nan
    context[2, :39] = np.nan
    context[3, 5] = np.nan
    together = aggregated_trend(context, 5)
    for row, forecast in zip(context, together, strict=True):
        np.testing.assert_array_equal(forecast, aggregated_trend(row[None], 5)[0])
    np.testing.assert_allclose(
        together[1], aggregated_trend(context[1:2, 30:], 5)[0], rtol=1e-9, atol=1e-9
    )


def test_a_coarse_step_with_a_gap_counts_as_missing() -> None:
    context = np.array([wave(16), wave(16)])
    context[1, -1] = np.nan
    means = aggregation._means(context, 4)
    assert np.isfinite(means).tolist() == [[True] * 4, [True, True, True, False]]
    assert np.isfinite(aggregated_trend(context, 5)).all()
