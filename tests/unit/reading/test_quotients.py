from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.reading.quotients import MOST_DECIMALS, nearest_quotients

LARGEST = 9_200_000_000_000_000_000
NUMBERS = st.integers(0, LARGEST)
DECIMALS = st.integers(0, MOST_DECIMALS)


def quotients(cases: list[tuple[int, int]]) -> list[float]:
    numbers, decimals = np.array(cases, dtype=np.int64).T
    return list(map(float, nearest_quotients(numbers, 10.0**decimals)))


def nearest(cases: list[tuple[int, int]]) -> list[float]:
    return [float(f"{number}e-{decimals}") for number, decimals in cases]


@given(st.lists(st.tuples(NUMBERS, DECIMALS), min_size=1))
def test_a_quotient_is_the_nearest_float(cases: list[tuple[int, int]]) -> None:
    assert quotients(cases) == nearest(cases)


@given(st.floats(1e-4, 1e17), DECIMALS, st.integers(-1, 1))
def test_so_it_is_around_the_middle_between_two_floats(
    below: float, decimals: int, beside: int
) -> None:
    middle = (Fraction(below) + Fraction(float(np.nextafter(below, np.inf)))) / 2
    case = (int(middle * 10**decimals) + beside, decimals)
    if case[0] <= LARGEST:
        assert quotients([case]) == nearest([case])


@pytest.mark.parametrize(
    ("number", "decimals"),
    [(2**53 + 1, 0), (2**53 + 3, 0), (10 * (2**53 + 1), 1), (10**6 * (2**53 + 3) // 10**3, 3)],
)
def test_in_the_middle_the_even_float_is_taken(number: int, decimals: int) -> None:
    assert quotients([(number, decimals)]) == nearest([(number, decimals)])


def test_without_powers_numbers_are_rounded_once() -> None:
    assert nearest_quotients(np.array([2**53 + 1, 5]), None).tolist() == [2.0**53, 5.0]
