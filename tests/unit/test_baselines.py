"""The simple continuations, by hand and against slow ones that go row by row."""

import itertools
import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from forecast_cli import baselines
from forecast_cli.baselines import (
    NAIVE,
    SIMPLE,
    Continuations,
    drift,
    last_difference,
    naive,
    seasonal_naive,
    simple_for,
)
from forecast_cli.seasonality import Season, estimate_season
from forecast_cli.smoothing import damped_trend, theta

NAN = math.nan

contexts = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.one_of(st.just(NAN), st.integers(-1000, 1000).map(float)),
)
horizons = st.integers(1, 7)
season_lengths = st.integers(1, 12)

SMOOTHED = [name for name in SIMPLE if name not in NAIVE]
ON_LOGS = [name for name in SMOOTHED if name.startswith("log-")]
RULE = {"damped-trend": damped_trend, "theta": theta}
"""Those that follow logs as well."""


def one(row: list[float]) -> NDArray[np.float64]:
    return np.array([row])


def test_the_registry_names_every_rule_from_the_simplest_on() -> None:
    assert list(NAIVE) == ["naive", "seasonal-naive", "drift", "last-difference"]
    assert list(SIMPLE) == [
        *(
            *NAIVE,
            *(
                f"{scale}{rule}"
                for rule in ("damped-trend", "aggregated-trend", "theta")
                for scale in ("", "log-")
            ),
            "robust-trend",
        )
    ]


def test_without_a_season_no_rule_stands_there_twice() -> None:
    assert set(SIMPLE) - set(simple_for(1)) == {"aggregated-trend", "log-aggregated-trend"}
    assert list(simple_for(12)) == list(SIMPLE)


def test_naive_repeats_the_last_observed_value() -> None:
    context = np.array([[1.0, 2.0], [3.0, NAN]])
    assert naive(context, 3, 1).tolist() == [[2.0, 2.0, 2.0], [3.0, 3.0, 3.0]]


def test_seasonal_naive_repeats_the_last_season_beyond_its_length() -> None:
    assert seasonal_naive(one([9, 9, 9, 1, 2, 3]), 5, 3).tolist() == [[1, 2, 3, 1, 2]]


def test_seasonal_naive_takes_a_missing_value_from_one_season_earlier() -> None:
    context = one([4, 5, 6, 1, NAN, 3])
    assert seasonal_naive(context, 3, 3).tolist() == [[1, 5, 3]]


def test_seasonal_naive_goes_back_more_than_one_season_if_it_must() -> None:
    assert seasonal_naive(one([4, 5, NAN, 8, NAN, 3]), 2, 2).tolist() == [[4, 3]]


def test_seasonal_naive_takes_the_last_value_for_a_phase_never_observed() -> None:
    context = one([NAN, 5, NAN, 8])
    assert seasonal_naive(context, 2, 2).tolist() == [[8, 8]]


def test_seasonal_naive_of_less_than_a_season_keeps_the_phases_it_has() -> None:
    # The next step is three phases after the first value, so it was never observed.
    assert seasonal_naive(one([1, 2, 3]), 4, 4).tolist() == [[3, 1, 2, 3]]


def test_drift_goes_through_the_first_and_the_last_value() -> None:
    assert drift(one([1, 50, 5]), 3, 1).tolist() == [[7, 9, 11]]


def test_drift_starts_at_the_first_observed_value() -> None:
    assert drift(one([NAN, NAN, 1, 50, 5]), 2, 1).tolist() == [[7, 9]]


def test_last_difference_continues_the_last_change() -> None:
    assert last_difference(one([100, 1, 4]), 3, 1).tolist() == [[7, 10, 13]]


def test_last_difference_shares_a_change_among_the_steps_of_its_gap() -> None:
    assert last_difference(one([1, NAN, NAN, 7]), 2, 1).tolist() == [[9, 11]]


@pytest.mark.parametrize("name", ["drift", "last-difference"])
def test_a_line_goes_on_through_missing_values_at_the_end(name: str) -> None:
    assert SIMPLE[name](one([1, 3, NAN]), 2, 1).tolist() == [[7, 9]]


@pytest.mark.parametrize("name", SIMPLE)
def test_a_single_value_is_repeated_by_every_rule(name: str) -> None:
    assert SIMPLE[name](one([NAN, 6, NAN]), 3, 2).tolist() == [[6, 6, 6]]
    assert SIMPLE[name](one([6]), 2, 12).tolist() == [[6, 6]]


@pytest.mark.parametrize("name", SIMPLE)
def test_a_row_without_values_stays_unknown_and_disturbs_no_other(name: str) -> None:
    result = SIMPLE[name](np.array([[NAN, NAN], [2.0, 2.0]]), 2, 1)
    assert np.isnan(result[0]).all()
    assert result[1].tolist() == [2, 2]


@pytest.mark.parametrize("name", SIMPLE)
def test_values_near_the_largest_float_still_get_a_finite_continuation(name: str) -> None:
    assert np.isfinite(SIMPLE[name](one([-1.7e308, 1.7e308]), 4, 1)).all()


@pytest.mark.parametrize("name", SIMPLE)
def test_the_context_is_not_changed(name: str) -> None:
    context = np.array([[1.0, NAN, 3.0]])
    kept = context.copy()
    SIMPLE[name](context, 4, 2)[:] = 0
    np.testing.assert_array_equal(context, kept)


def slow_continuation(name: str, row: list[float], horizon: int, season: int) -> list[float]:
    """The rules in words: one row, one step at a time."""
    seen = [(t, y) for t, y in enumerate(row) if not math.isnan(y)]
    if not seen:
        return [NAN] * horizon
    last, value = seen[-1]
    steps = range(len(row), len(row) + horizon)
    if name == "seasonal-naive":
        same_phase = [[y for t, y in seen if t % season == step % season] for step in steps]
        return [phase[-1] if phase else value for phase in same_phase]
    if name == "naive" or len(seen) == 1:
        return [value] * horizon
    start, first = seen[0] if name == "drift" else seen[-2]
    return [value + (value - first) / (last - start) * (step - last) for step in steps]


@pytest.mark.parametrize("name", NAIVE)
@given(context=contexts, horizon=horizons, season=season_lengths)
def test_rules_agree_with_slow_ones(
    name: str, context: NDArray[np.float64], horizon: int, season: int
) -> None:
    result = SIMPLE[name](context, horizon, season)
    expected = [slow_continuation(name, row.tolist(), horizon, season) for row in context]
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", NAIVE)
@given(context=contexts, horizon=horizons, season=season_lengths)
def test_padding_on_the_left_changes_nothing(
    name: str, context: NDArray[np.float64], horizon: int, season: int
) -> None:
    padded = np.pad(context, ((0, 0), (5, 0)), constant_values=NAN)
    np.testing.assert_array_equal(
        SIMPLE[name](padded, horizon, season), SIMPLE[name](context, horizon, season)
    )


def noisy(rows: int = 5, length: int = 40) -> NDArray[np.float64]:
    """Positive rows with a season of four, a drift and noise, some values missing."""
    random = np.random.default_rng(7)
    season = np.tile([0.8, 1.3, 1.1, 0.8], length)[:length]
    values = season * np.exp(random.normal(0.01, 0.05, (rows, length)).cumsum(axis=1))
    values[:, 1:-1][random.random((rows, length - 2)) < 0.1] = NAN
    return np.asarray(100 * values)


@pytest.mark.parametrize("season", [1, 4, 7, 30])
@pytest.mark.parametrize("name", SMOOTHED)
def test_padding_on_the_left_changes_no_smoothed_forecast(name: str, season: int) -> None:
    for context in (noisy(), noisy() - 100):
        padded = np.pad(context, ((0, 0), (9, 0)), constant_values=NAN)
        np.testing.assert_allclose(
            SIMPLE[name](padded, 6, season), SIMPLE[name](context, 6, season), rtol=1e-9
        )


@pytest.mark.parametrize("factor", [1000.0, 1e-6, 1e9])
@pytest.mark.parametrize("season", [1, 4])
@pytest.mark.parametrize("name", SMOOTHED)
def test_another_unit_gives_the_same_smoothed_forecast_in_that_unit(
    name: str, season: int, factor: float
) -> None:
    for context in (noisy(), noisy() - 100):
        np.testing.assert_allclose(
            SIMPLE[name](factor * context, 6, season) / factor,
            SIMPLE[name](context, 6, season),
            rtol=1e-9,
        )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("damped-trend", [9.958533149301637, 0.987240684971249]),
        ("log-damped-trend", [0.2861227254473731, 1.0]),
        ("log-theta", [2.0, 2.0, NAN, NAN, 5.0]),
    ],
)
def test_another_unit_gives_the_same_forecast_of_a_short_row(name: str, row: list[float]) -> None:
    factors = (1000.0, 1024.0, 1e-6, 7.0, 0.3)
    plain = SIMPLE[name](one(row), 4, 1)
    scaled = [SIMPLE[name](factor * one(row), 4, 1) / factor for factor in factors]
    np.testing.assert_allclose(scaled, [plain] * len(factors), rtol=1e-6)


@pytest.mark.parametrize("name", RULE)
def test_without_a_season_a_smoothed_rule_is_the_bare_one(name: str) -> None:
    np.testing.assert_allclose(SIMPLE[name](noisy(), 5, 1), RULE[name](noisy(), 5))
    on_logs = np.exp(RULE[name](np.log(noisy()), 5))
    np.testing.assert_allclose(SIMPLE[f"log-{name}"](noisy(), 5, 1), on_logs)


@pytest.mark.parametrize("name", RULE)
def test_logs_are_taken_only_of_rows_that_have_only_positive_values(name: str) -> None:
    positive, with_zero = noisy(1, 20), noisy(1, 20)
    with_zero[0, 3] = 0
    context = np.concatenate((positive, with_zero, -positive))
    logged, plain = SIMPLE[f"log-{name}"](context, 5, 4), SIMPLE[name](context, 5, 4)
    assert (logged[0] != plain[0]).any()
    np.testing.assert_array_equal(logged[1:], plain[1:])


@pytest.mark.parametrize("name", ON_LOGS)
def test_a_forecast_on_logs_is_positive(name: str) -> None:
    falling = 100 * 0.6 ** np.arange(20.0)
    assert (SIMPLE[name](falling[None], 30, 1) > 0).all()


@pytest.mark.parametrize("name", SMOOTHED)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_season_is_taken_out_before_smoothing_and_put_back(name: str, sign: int) -> None:
    # On positive rows it multiplies, else it adds: both leave a constant here.
    pattern = np.array([8.0, 14.0, 11.0, 7.0])
    context = sign * np.tile(pattern, 8)[None]
    np.testing.assert_allclose(
        SIMPLE[name](context, 6, 4), sign * np.tile(pattern, 2)[None, :6], rtol=1e-9
    )


@pytest.mark.parametrize("names", [list(SIMPLE), list(reversed(SIMPLE))])
def test_a_rule_gives_the_same_alone_as_after_others_of_the_context(names: list[str]) -> None:
    context = np.concatenate((noisy(5, 30), -noisy(2, 30)))
    together = Continuations(context=context, horizon=7, season_length=4)
    for name in names:
        np.testing.assert_array_equal(
            together.by(SIMPLE[name]), SIMPLE[name](context, 7, 4), err_msg=name
        )


@pytest.mark.parametrize(("names", "count"), [(SIMPLE, 1), (["theta"], 1), (NAIVE, 0)])
def test_the_season_is_estimated_once_and_only_for_rules_that_need_it(
    monkeypatch: pytest.MonkeyPatch, names: Iterable[str], count: int
) -> None:
    seen: list[int] = []

    def counted(context: NDArray[np.float64], season_length: int) -> Season:
        seen.append(season_length)
        return estimate_season(context, season_length)

    monkeypatch.setattr(baselines, "estimate_season", counted)
    together = Continuations(context=noisy(2, 30), horizon=3, season_length=4)
    for name in names:
        together.by(SIMPLE[name])
    assert seen == [4] * count


def test_the_trend_of_coarser_steps_takes_that_of_single_ones_from_the_damped_trend() -> None:
    heights: list[int] = []

    def counted(context: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
        heights.append(context.shape[1])
        return damped_trend(context, horizon)

    together = Continuations(context=noisy(2, 30), horizon=3, season_length=4)
    for on_logs, aggregated in itertools.product((False, True), repeat=2):
        together.by(baselines._Smoothed(rule=counted, on_logs=on_logs, aggregated=aggregated))
    assert sorted(heights) == [7, 7, 15, 15, 30, 30]


@pytest.mark.parametrize("name", SMOOTHED)
def test_a_forecast_that_overflows_is_the_naive_one(name: str) -> None:
    context = np.array([[-1.7e308, 1.7e308, -1.7e308, 1.7e308], [1.0, 2.0, 1.0, 2.0]])
    found = SIMPLE[name](context, 4, 2)
    assert np.isfinite(found).all()
    assert np.isfinite(SIMPLE[name](one([1e-300, 1.0, 1e300]), 500, 1)).all()
    np.testing.assert_array_equal(found[1:], SIMPLE[name](context[1:], 4, 2))


@pytest.mark.parametrize("name", SMOOTHED)
@given(context=contexts, horizon=horizons, season=season_lengths)
def test_every_row_with_a_value_gets_a_finite_continuation(
    name: str, context: NDArray[np.float64], horizon: int, season: int
) -> None:
    found = SIMPLE[name](context, horizon, season)
    assert found.shape == (len(context), horizon)
    assert np.isfinite(found[np.isfinite(context).any(axis=1)]).all()


@pytest.mark.parametrize("name", SMOOTHED)
@given(context=contexts, horizon=horizons, season=season_lengths)
def test_a_row_is_continued_the_same_whatever_stands_beside_it(
    name: str, context: NDArray[np.float64], horizon: int, season: int
) -> None:
    together = SIMPLE[name](context, horizon, season)
    alone = [SIMPLE[name](row[None], horizon, season)[0] for row in context]
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-9)
