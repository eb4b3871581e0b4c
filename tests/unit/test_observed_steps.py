"""How rows with gaps start, and the lines through what is known of them by each step."""

import math

import numpy as np
from numpy.typing import NDArray

from forecast_cli.observed_steps import (
    early_slope,
    first_step,
    lines_so_far,
    nth_observed,
    steps_since,
)

NAN = math.nan
ROWS = np.array([[NAN, 2.0, NAN, 8.0, 5.0, NAN], [NAN, NAN, 3.0, 3.5, 4.0, 4.5]])
SEEN = np.isfinite(ROWS)
VALUES = np.where(SEEN, ROWS, 0.0)


def columns(values: NDArray[np.float64]) -> list[float]:
    return [float(value) for value in values[:, 0]]


def test_the_nth_observed_value_is_the_last_where_there_are_fewer() -> None:
    assert columns(nth_observed(VALUES, SEEN, 0)) == [2.0, 3.0]
    assert columns(nth_observed(VALUES, SEEN, 1)) == [8.0, 3.5]
    assert columns(nth_observed(VALUES, SEEN, 3)) == [5.0, 4.5]


def test_the_first_step_is_that_of_the_row_that_starts_first() -> None:
    assert first_step(SEEN) == 1
    assert first_step(SEEN[1:]) == 2
    assert first_step(np.zeros((0, 6), dtype=bool)) == 6


def test_an_early_slope_is_that_of_the_first_four_changes() -> None:
    row = np.array([[1.0, 2.0, 0.0, 4.0, 9.0, 100.0]])
    assert columns(early_slope(row, np.isfinite(row))) == [2.0]
    assert columns(early_slope(VALUES, SEEN)) == [1.0, 0.5]
    assert columns(early_slope(row[:, :1], np.ones((1, 1), dtype=bool))) == [0.0]


def test_lines_go_through_what_is_known_by_each_step() -> None:
    intercepts, slopes = lines_so_far(VALUES, SEEN)
    np.testing.assert_allclose(
        slopes[0], [0, 0, 0, 0, 3, *[np.polyfit([1, 3, 4], [2, 8, 5], 1)[0]] * 2]
    )
    np.testing.assert_allclose(intercepts[0, :5], [2, 2, 2, 2, -1])
    np.testing.assert_allclose(slopes[1], [0, 0, 0, 0, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(intercepts[1], [3, 3, 3, 3, 2.5, 2.5, 2.5])


def test_steps_are_counted_from_the_last_value() -> None:
    assert steps_since(SEEN).tolist() == [[0, 0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0]]
