import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.folding import Arrays, fold, tiled

ROWS = np.arange(10.0).reshape(5, 2)


def running_sum(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
    total = state[0] + now[0]
    return (total,), (total,)


def test_the_state_goes_from_step_to_step_and_what_is_given_out_is_kept() -> None:
    (total,), (sums,) = fold(running_sum, (np.zeros(5),), (ROWS,))
    assert total.tolist() == ROWS.sum(axis=1).tolist()
    assert sums.tolist() == ROWS.cumsum(axis=1).tolist()


def test_steps_before_the_first_are_left_out() -> None:
    (total,), (sums,) = fold(running_sum, (np.zeros(5),), (ROWS,), 1)
    assert total.tolist() == ROWS[:, 1].tolist()
    assert sums.shape == (5, 1)


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_every_tile_has_as_many_rows_and_every_row_comes_out_once(size: int) -> None:
    sizes = []

    def double(rows: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        sizes.append((len(rows), len(weights)))
        return 2 * rows + weights[:, None]

    weights = np.arange(5.0)
    found = tiled(double, (ROWS, weights), size)
    assert found.tolist() == (2 * ROWS + weights[:, None]).tolist()
    assert set(sizes) == {(size, size)}


def test_no_rows_are_given_on_as_they_are() -> None:
    assert tiled(lambda rows: rows, (np.zeros((0, 3)),), 4).shape == (0, 3)
