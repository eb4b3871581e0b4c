"""What is an outlier and what is none, on rows whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.outliers import OutlierRule

Array = NDArray[np.float64]

PLAIN = OutlierRule(season_length=1)
WEEKLY = OutlierRule(season_length=7, cycles=(7, 365))
YEARLY = OutlierRule(season_length=12, cycles=(12,))


def noise(length: int, seed: int = 0, size: float = 2.0) -> Array:
    return np.random.default_rng(seed).normal(0, size, length)


def daily(length: int = 730, seed: int = 0) -> Array:
    """Two years of days with a week in them."""
    steps = np.arange(length)
    week = 20 * np.sin(2 * np.pi * steps / 7)
    return np.asarray(100 + week + 0.02 * steps + noise(length, seed))


def monthly(length: int = 72, seed: int = 0) -> Array:
    """Growing, with a season that grows along."""
    steps = np.arange(length)
    season = 1 + 0.2 * np.sin(2 * np.pi * steps / 12)
    return np.asarray((200 + 2.5 * steps) * season * np.exp(noise(length, seed, 0.02)))


def changed(values: Array, rule: OutlierRule = PLAIN) -> list[int]:
    """The steps of a row that are moved."""
    clipped = rule.clip(values[None])[0]
    return np.flatnonzero((clipped != values) & np.isfinite(values)).tolist()


@pytest.mark.parametrize("wild", [0.0, 300.0, -500.0, 1e9, -1e300])
@pytest.mark.parametrize("steps", [[200, 400, 555], [0, 300, 600], [200, 400, 726], [100, 729]])
def test_wild_values_are_moved_close_to_where_they_belong(steps: list[int], wild: float) -> None:
    values = daily()
    values[steps] = wild
    assert changed(values, WEEKLY) == steps
    np.testing.assert_allclose(WEEKLY.clip(values[None])[0, steps], daily()[steps], atol=25)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("wild", [0.0, 3000.0, 1e9])
def test_a_growing_season_hides_no_outlier(wild: float, seed: int) -> None:
    values = monthly(seed=seed)
    values[[30, 68]] = wild
    assert changed(values, YEARLY) == [30, 68]


def test_the_farther_out_a_value_is_the_less_of_it_is_kept() -> None:
    values = noise(60)
    rows = np.stack([values] * 3)
    rows[:, 30] = (60, 600, 3e5)
    clipped = PLAIN.clip(rows)[:, 30]
    assert clipped[0] > clipped[1] > clipped[2]
    assert clipped[0] < 15


def test_the_last_value_goes_on_with_the_trend() -> None:
    values = 100 + 6.0 * np.arange(30, dtype=np.float64)
    values[-1] = 1e9
    assert PLAIN.clip(values[None])[0, -1] == pytest.approx(100 + 6 * 29, abs=3)


def test_two_outliers_next_to_each_other_are_seen() -> None:
    values = daily()
    values[300:302] = 900
    assert changed(values, WEEKLY) == [300, 301]


def test_a_run_that_ended_one_step_ago_does_not_make_the_last_value_wild() -> None:
    values = daily()
    values[-3:-1] = 1e9
    assert changed(values, WEEKLY) == [727, 728]


@pytest.mark.parametrize("steps", [2, 3, 5, 30, 300])
@pytest.mark.parametrize("rule", [PLAIN, WEEKLY])
def test_a_new_level_is_none(rule: OutlierRule, steps: int) -> None:
    values = daily()
    values[-steps:] += 500
    assert changed(values, rule) == []


def test_a_run_of_equal_values_is_none_whatever_the_season() -> None:
    values = daily()
    values[300:340] = 250
    assert changed(values, WEEKLY) == []


@pytest.mark.parametrize(
    "values",
    [
        np.exp(0.3 * np.arange(60)),
        np.arange(40.0) ** 3,
        np.concatenate([np.full(30, 9.99), np.full(2, 7.99), np.full(30, 9.99)]),
        np.cumsum(noise(300)),
        np.exp(np.cumsum(noise(40, size=0.05) + 0.1)),
        np.full(50, 3.0),
        np.zeros(50),
    ],
    ids=["doubling", "cubic", "a sale", "random walk", "growth", "constant", "zeros"],
)
def test_what_grows_or_stands_still_has_none(values: Array) -> None:
    assert changed(values) == []


def test_rare_events_among_zeros_are_none() -> None:
    events = np.zeros(400)
    events[[20, 90, 200, 310, 399]] = (3, 1, 4, 2, 5)
    assert changed(events) == []


def test_an_absurd_value_among_rare_events_is_one() -> None:
    events = np.zeros(400)
    events[[20, 90, 200, 310, 370]] = (3, 1, 4, 2, 1e6)
    assert changed(events) == [370]
    assert PLAIN.clip(events[None])[0, 370] < 50


@pytest.mark.parametrize(("rule", "cycle"), [(WEEKLY, 365), (YEARLY, 12)])
def test_a_peak_that_comes_every_year_is_none(rule: OutlierRule, cycle: int) -> None:
    values = 100 + noise(2 * cycle + 5)
    values[[cycle - 7, 2 * cycle - 7]] += 150
    assert changed(values, rule) == []


def test_a_feast_that_moves_by_some_days_comes_again() -> None:
    values = daily()
    values[[300, 300 + 370]] += 400
    assert changed(values, WEEKLY) == []
    assert changed(values, OutlierRule(season_length=7)) == [300, 670]


def test_a_peak_in_each_season_is_part_of_it() -> None:
    values = daily(length=100)
    values[3::7] += 300
    assert changed(values, WEEKLY) == []


def test_in_heavy_tails_hardly_any_value_is_one() -> None:
    rows = np.random.default_rng(0).standard_t(3, (300, 700))
    assert (PLAIN.clip(rows) != rows).mean() < 0.001


def test_in_short_ordinary_rows_hardly_any_value_is_one() -> None:
    rows = np.random.default_rng(0).standard_t(3, (3000, 14)).cumsum(axis=1)
    assert (PLAIN.clip(rows) != rows).any(axis=1).mean() < 0.005


def test_values_that_are_wild_more_often_are_how_the_series_is() -> None:
    values = noise(300)
    values[::12] = 500
    assert changed(values) == []


def test_lively_times_in_a_calm_series_have_none() -> None:
    values = noise(1000, size=0.1)
    values[600:625] = noise(25, size=20)
    assert changed(values) == []


def test_gaps_neither_hide_nor_make_an_outlier() -> None:
    values = daily()
    values[[250, 251, 299, 301, 302]] = np.nan
    assert changed(values, WEEKLY) == []
    values[300] = 1000
    clipped = WEEKLY.clip(values[None])[0]
    assert changed(values, WEEKLY) == [300]
    np.testing.assert_array_equal(np.isnan(clipped), np.isnan(values))


@pytest.mark.parametrize("rule", [PLAIN, WEEKLY])
def test_a_row_rests_on_nothing_but_itself(rule: OutlierRule) -> None:
    rows = np.stack([daily(200, seed) for seed in range(5)])
    rows[2, 150] = 1e9
    padded = np.pad(rows, ((0, 0), (37, 0)), constant_values=np.nan)
    expected = np.concatenate([rule.clip(row[None]) for row in rows])
    np.testing.assert_array_equal(rule.clip(rows), expected)
    np.testing.assert_allclose(rule.clip(padded)[:, 37:], expected, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_unit_does_not_matter(scale: float) -> None:
    values = daily()
    values[[100, 729]] = (900, 0)
    assert changed(scale * values, WEEKLY) == [100, 729]
    lively = np.random.default_rng(0).lognormal(0, 3, 200) * scale
    lively[::7] = 0
    assert changed(lively) == []


def test_the_row_that_is_given_is_not_changed() -> None:
    values = daily()[None]
    values[0, 100] = 1e9
    WEEKLY.clip(values)
    assert values[0, 100] == 1e9


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_few_values_tell_nothing(length: int) -> None:
    values = np.array([[1.0, 2.0, 1e9, 2.0, 1.0]])[:, :length]
    np.testing.assert_array_equal(PLAIN.clip(values), values)


@pytest.mark.filterwarnings("error")
def test_the_largest_numbers_do_no_harm() -> None:
    values = np.array([[1.7e308, -1.7e308] * 20])
    for rule in (PLAIN, OutlierRule(season_length=4)):
        assert np.isfinite(rule.clip(values)).all()


@pytest.mark.parametrize("rule", [PLAIN, WEEKLY])
def test_a_row_that_cannot_be_flattened_changes_after_clipping(rule: OutlierRule) -> None:
    chance = np.random.default_rng(0)
    rows: NDArray[np.float64] = 1e6 * chance.integers(0, 2, (300, 60)).astype(np.float64)
    rows *= chance.random((300, 60)) < 0.2
    rows[:100] = chance.normal(size=(100, 60))
    rows[100:150, :40] = np.nan
    still = np.ptp(np.nan_to_num(rule.clip(rows), nan=0.0), axis=1) == 0
    assert (still <= rule.may_flatten(rows)).all()
    assert not rule.may_flatten(rows[:100]).any()
    assert rule.may_flatten(np.array([[5.0] * 40 + [5e9] + [5.0] * 20])).all()
