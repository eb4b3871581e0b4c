from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.inputs import Input, Surroundings, ahead, expanded_width, make_inputs
from tests.panels import EVENT, EVERY_KIND, KIND, PRICE, RAIN, SIZE, WIND

NAN = np.nan


def column(*values: float) -> NDArray[np.float64]:
    """One series and one covariate [1, K, 1]."""
    return np.array(values)[None, :, None]


def surroundings(before: list[float], after: list[float], static: float = 0.0) -> Surroundings:
    return Surroundings(before=column(*before), after=column(*after), static=np.array([[static]]))


def number(*, role: str = "future", centre: float = 0.0, spread: float = 1.0) -> Input:
    return Input(column=0, role=role, n_categories=None, centre=centre, spread=spread)  # type: ignore[arg-type]


def category(count: int, *, role: str = "future") -> Input:
    return replace(number(role=role), n_categories=count)


@pytest.mark.parametrize(("count", "width"), [(0, 1), (1, 2), (2, 3), (3, 3), (7, 4), (100, 8)])
def test_an_embedding_grows_with_the_logarithm_of_its_categories(count: int, width: int) -> None:
    assert category(count).width == width


def test_a_number_is_one_number() -> None:
    assert expanded_width([number(), number(role="static"), category(3)]) == 1 + 1 + 3


def test_over_the_horizon_stand_what_is_known_ahead_and_what_is_constant() -> None:
    past, future, static = (number(role=role) for role in ("past", "future", "static"))
    assert ahead([past, future, static]) == (future, static)
    assert ahead([past, static]) == ()
    assert ahead([]) == ()


def test_standard_units_are_those_of_what_lies_before_the_cutoffs() -> None:
    (entry,) = make_inputs([PRICE], surroundings([1.0, NAN, 3.0], [1e6]))
    assert (entry.centre, entry.spread, entry.n_categories) == (2, 1, None)


def test_inputs_are_numbered_among_those_that_vary_or_are_constant() -> None:
    around = Surroundings(
        before=np.ones((2, 5, 4)), after=np.ones((2, 3, 4)), static=np.array([[1.0, 0], [3, 1]])
    )
    columns = (PRICE, EVENT, RAIN, WIND, SIZE, KIND)
    assert columns == EVERY_KIND
    inputs = make_inputs(columns, around)
    assert [entry.name for entry in inputs] == [
        *("future0", "future1", "past2", "past3", "static0", "static1")
    ]
    assert [entry.n_categories for entry in inputs] == [None, 3, None, 2, None, 2]
    assert (inputs[4].centre, inputs[4].spread) == (2, 1)


@pytest.mark.parametrize("values", [[5.0, 5.0], [NAN, NAN], [1e-200, 0.0]])
def test_a_column_that_hardly_changes_or_is_unknown_has_a_unit_all_the_same(
    values: list[float],
) -> None:
    (entry,) = make_inputs([PRICE], surroundings(values, []))
    assert entry.spread == 1
    assert np.isfinite(entry.centre)


def test_numbers_are_fed_in_standard_units_within_bounds_and_the_usual_for_missing_ones() -> None:
    around = surroundings([7.0, NAN, 1e9], [3.0, NAN])
    fed = around.feed([number(centre=5, spread=2)], 3)
    assert fed.before.dtype == np.float32
    assert fed.before[0, :, 0].tolist() == [1, 0, 10]
    assert fed.after[0, :, 0].tolist() == [-1, 0]


def test_categories_are_fed_as_their_codes_and_less_than_none_where_unknown() -> None:
    fed = surroundings([1.0, NAN, -1.0], [0.0]).feed([category(2)], 3)
    assert fed.before[0, :, 0].tolist() == [1, -1, -1]
    assert fed.after[0, :, 0].tolist() == [0]


def test_constants_are_fed_at_each_step() -> None:
    inputs = [number(role="static"), number()]
    fed = surroundings([1.0, 2.0], [3.0], static=9.0).feed(inputs, 2)
    assert fed.before[0].tolist() == [[9, 1], [9, 2]]
    assert fed.after[0].tolist() == [[9, 3]]


def test_what_is_known_up_to_the_cutoff_is_not_fed_behind_it() -> None:
    fed = surroundings([1.0], [99.0]).feed([number(role="past")], 1)
    assert fed.after.shape == (1, 1, 0)


@pytest.mark.parametrize(("length", "expected"), [(1, [3]), (3, [1, 2, 3]), (5, [0, 0, 1, 2, 3])])
def test_a_network_is_fed_as_many_steps_as_it_sees(length: int, expected: list[int]) -> None:
    fed = surroundings([1.0, 2.0, 3.0], []).feed([number()], length)
    assert fed.before[0, :, 0].tolist() == expected


def test_further_on_the_horizon_has_joined_the_past_and_nothing_is_known_behind_it() -> None:
    moved = surroundings([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]).moved(2, 3)
    assert moved.before[0, :, 0].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(moved.after[0, :, 0], [6, NAN, NAN])


def test_some_rows_keep_what_is_theirs() -> None:
    around = Surroundings(
        before=np.arange(6.0).reshape(3, 2, 1),
        after=np.arange(3.0).reshape(3, 1, 1),
        static=np.arange(3.0).reshape(3, 1),
    )
    some = around.rows(np.array([True, False, True]))
    assert some.before[:, 0, 0].tolist() == [0, 4]
    assert some.after.ravel().tolist() == some.static.ravel().tolist() == [0, 2]
