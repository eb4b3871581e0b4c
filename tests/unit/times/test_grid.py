import numpy as np
import pytest

from forecast_cli.times.grid import Grid, infer_grid

MINUTE = 60 * 10**6


@pytest.mark.parametrize("step", [1, 5])
def test_positions_and_times_of_plain_steps_are_inverse(step: int) -> None:
    grid = Grid(unit="step", step=step, phase=3 % step)
    times = 3 + step * np.arange(4)
    assert grid.times(grid.positions(times)).tolist() == times.tolist()
    assert np.diff(grid.positions(times)).tolist() == [1, 1, 1]


def test_plain_steps_are_their_own_positions_without_a_copy() -> None:
    times = np.arange(5)
    assert Grid(unit="step").positions(times) is times


def test_a_clock_that_changes_late_is_seen() -> None:
    day = 24 * 60 * MINUTE
    times = np.append(day * np.arange(500), 499 * day + MINUTE)
    assert infer_grid(times, times).unit == "instant"
    assert infer_grid(times[:-1], times[:-1]).unit == "day"
