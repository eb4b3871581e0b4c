import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import significance
from forecast_cli.significance import (
    FEWEST_UNITS,
    LEVEL,
    randomisation_test,
)

Array = NDArray[np.float64]


def errors_of(n_units: int, n_models: int, seed: int = 0) -> Array:
    """Errors of equally good models, which all find the same units hard."""
    random = np.random.default_rng(seed)
    return random.gamma(2, 1, (n_units, 1)) + 0.3 * random.gamma(2, 1, (n_units, n_models))


def test_a_single_pair_gets_the_share_of_all_sign_changes_that_reach_its_mean() -> None:
    errors = errors_of(7, 2)
    difference = errors[:, 0] - errors[:, 1]
    means = [abs(np.mean(difference * signs)) for signs in itertools.product((1, -1), repeat=7)]
    expected = np.mean([mean >= abs(difference.mean()) - 1e-12 for mean in means])
    assert randomisation_test(errors)[0, 1] == expected


def test_several_pairs_are_held_against_the_largest_difference_of_all() -> None:
    errors = errors_of(6, 4)
    pairs = list(itertools.combinations(range(4), 2))
    differences = [errors[:, i] - errors[:, j] for i, j in pairs]
    units = [d / np.sqrt(np.mean(d**2)) for d in differences]
    largest = [
        max(abs(np.mean(unit * signs)) for unit in units)
        for signs in itertools.product((1, -1), repeat=6)
    ]
    found = randomisation_test(errors)
    for (i, j), unit in zip(pairs, units, strict=True):
        assert found[i, j] == np.mean([x >= abs(unit.mean()) - 1e-12 for x in largest])
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 1)


def test_chances_of_equally_good_models_are_spread_evenly() -> None:
    found = np.array([randomisation_test(errors_of(8, 2, seed))[0, 1] for seed in range(400)])
    for level in (0.05, 0.25, 0.5, 0.75):
        assert np.mean(found <= level) == pytest.approx(level, abs=0.07)


def test_the_best_of_many_equal_models_is_rarely_told_from_any_other() -> None:
    alarms = 0
    for seed in range(100):
        errors = errors_of(30, 12, seed)
        found = randomisation_test(errors, draws=200)
        alarms += found[errors.mean(axis=0).argmin()].min() < LEVEL
    # Each pair by itself, even with Holm's correction over the others, gives some 17 %.
    assert alarms / 100 < 0.09


def test_random_signs_come_close_to_all_of_them() -> None:
    errors = errors_of(12, 3)
    np.testing.assert_allclose(
        randomisation_test(errors, draws=4000), randomisation_test(errors), atol=0.03
    )


def test_random_signs_are_the_same_every_time_and_however_many_fit_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors = errors_of(40, 3)
    once = randomisation_test(errors)
    monkeypatch.setattr(significance, "_BLOCK", 100)
    np.testing.assert_array_equal(randomisation_test(errors), once)


def test_no_chance_is_zero() -> None:
    errors = np.column_stack((np.arange(50.0), np.arange(50.0) + 1))
    assert randomisation_test(errors, draws=99)[0, 1] == 0.01


def test_models_that_err_alike_are_certainly_level() -> None:
    errors = np.column_stack((np.arange(8.0), np.arange(8.0), np.arange(8.0) + 1))
    found = randomisation_test(errors)
    assert found[0, 1] == 1
    assert found[0, 2] == found[1, 2] == 2 / 2**8


def test_the_fewest_units_are_those_that_can_show_a_difference() -> None:
    for n_units, can in ((FEWEST_UNITS - 1, False), (FEWEST_UNITS, True)):
        errors = np.column_stack((np.zeros(n_units), np.ones(n_units)))
        assert (randomisation_test(errors)[0, 1] < LEVEL) == can


@pytest.mark.parametrize("factor", [1e-300, 1e-3, 1e300])
def test_the_unit_of_the_errors_does_not_matter(factor: float) -> None:
    errors = errors_of(9, 3)
    np.testing.assert_array_equal(randomisation_test(factor * errors), randomisation_test(errors))


@pytest.mark.parametrize("shape", [(0, 3), (5, 1)])
def test_without_units_or_pairs_nothing_is_shown(shape: tuple[int, int]) -> None:
    np.testing.assert_array_equal(randomisation_test(np.ones(shape)), np.ones((shape[1],) * 2))
