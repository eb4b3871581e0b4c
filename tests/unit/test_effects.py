from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import effects as module
from forecast_cli.covariates import Covariate
from forecast_cli.effects import Effects, Term, estimate_effects, make_terms
from tests.panels import EVENT, PRICE, RAIN

Array = NDArray[np.float64]

NAN = np.nan
LENGTH, SEASON = 120, 6
PROMOTION = Term(column=0, category=None, centre=0.0, spread=1.0)


def promotions(n_series: int = 3, *, seed: int = 0, length: int = LENGTH) -> Array:
    """One column [N, L, 1] that is 1 now and then, else 0."""
    random = np.random.default_rng(seed)
    return (random.random((n_series, length)) < 0.2).astype(np.float64)[:, :, None]


def series(known: Array, effect: Array | float, *, on_logs: bool = False, seed: int = 1) -> Array:
    """Values [N, L] with trend, season, a little noise, and an effect [N, 1] of what is known."""
    random = np.random.default_rng(seed)
    steps = np.arange(known.shape[1])
    level = 100 + 0.2 * steps + 15 * np.sin(2 * np.pi * steps / SEASON)
    level = level * (1 + random.normal(0, 0.01, known.shape[:2]))
    moved = known[:, :, 0] * effect
    return np.asarray(level * np.exp(moved) if on_logs else level + 100 * moved)


def estimate(
    context: Array, known: Array, terms: tuple[Term, ...] = (PROMOTION,), *, on_logs: bool = False
) -> Effects:
    return estimate_effects(context, known, terms, on_logs=on_logs, season_length=SEASON)


def test_numbers_have_a_term_in_standard_units_and_categories_one_for_each_but_the_commonest() -> (
    None
):
    known = np.array([[[1.0, 0], [3, 2], [NAN, 2], [3, 1]]])
    terms = make_terms((PRICE, EVENT), known)
    assert terms[0].category is None
    assert terms[0].centre == pytest.approx(7 / 3)
    assert terms[0].spread == pytest.approx(np.std([1, 3, 3]))
    assert [(term.column, term.category) for term in terms[1:]] == [(1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (RAIN, [1.0, 2.0]),
        (PRICE, [2.0, 2.0]),
        (PRICE, [NAN, NAN]),
        (PRICE, [0.0, 1e-200]),
        (EVENT, [2.0, 2.0]),
    ],
)
def test_what_is_not_known_ahead_or_never_changes_has_no_term(
    column: Covariate, values: list[float]
) -> None:
    assert make_terms((column,), np.array(values)[None, :, None]) == ()


def test_a_column_of_very_many_categories_has_terms_for_the_commonest_only() -> None:
    known = np.concatenate((np.arange(500.0), np.arange(100.0)))[None, :, None]
    many = Covariate(name="day", role="future", categories=tuple(map(str, range(500))))
    terms = make_terms((many,), known)
    assert len(terms) < 100
    assert max(term.category or 0 for term in terms) < 100


@pytest.mark.parametrize("on_logs", [False, True])
def test_the_effect_of_a_promotion_is_found_beside_trend_and_season(on_logs: bool) -> None:
    known = promotions()
    found = estimate(series(known, 0.3, on_logs=on_logs), known, on_logs=on_logs)
    # On levels it is a share of the size of the series, which has grown.
    size = 1 if on_logs else 1.12
    assert found.mean[0] * size == pytest.approx(0.3, rel=0.05)
    assert found.variance[0] < 0.001


@pytest.mark.parametrize("on_logs", [False, True])
def test_without_its_effects_a_series_is_as_if_nothing_had_happened(on_logs: bool) -> None:
    known = promotions()
    with_it, without = (series(known, effect, on_logs=on_logs) for effect in (0.3, 0.0))
    found = estimate(with_it, known, on_logs=on_logs)
    coefficients, sizes = found.coefficients(with_it, known), found.sizes(with_it)
    left = found.remove(with_it, known, coefficients, sizes)
    np.testing.assert_allclose(left, without, rtol=0.03)
    np.testing.assert_allclose(found.restore(left, known, coefficients, sizes), with_it, rtol=1e-12)


def test_what_is_useless_has_no_effect() -> None:
    found = [
        estimate(series(known, 0.0, seed=seed), known).mean[0]
        for seed in range(20)
        for known in [promotions(seed=100 + seed)]
    ]
    assert np.mean(np.array(found) == 0) > 0.7
    assert np.abs(found).max() < 0.01


@pytest.mark.parametrize("when", ["late", "at the peak"])
def test_neither_level_nor_season_passes_for_an_effect(when: str) -> None:
    known = promotions(6)
    steps = np.arange(LENGTH)
    likely = steps > 0.6 * LENGTH if when == "late" else steps % SEASON == 1
    known = known * likely[:, None]
    assert abs(estimate(series(known, 0.0), known).mean[0]) < 0.01


def test_each_category_has_an_effect_of_its_own() -> None:
    codes = np.random.default_rng(0).integers(0, 3, (3, LENGTH)).astype(float)[:, :, None]
    amounts = np.array([0.0, 0.2, -0.1])
    context = series(np.ones_like(codes), amounts[codes[:, :, 0].astype(int)], on_logs=True)
    terms = tuple(Term(column=0, category=code, centre=0.0, spread=1.0) for code in (1, 2))
    found = estimate(context, codes, terms, on_logs=True)
    np.testing.assert_allclose(found.mean, [0.2, -0.1], atol=0.01)


def test_series_that_differ_keep_effects_of_their_own() -> None:
    known = promotions(6)
    amounts = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    context = series(known, amounts[:, None], on_logs=True)
    found = estimate(context, known, on_logs=True)
    assert found.variance[0] == pytest.approx(amounts.var(ddof=1), rel=0.2)
    np.testing.assert_allclose(found.coefficients(context, known)[:, 0], amounts, atol=0.02)


def test_a_series_that_shows_nothing_has_the_effect_of_the_others() -> None:
    known = promotions(6)
    context = series(known, np.linspace(0.1, 0.6, 6)[:, None], on_logs=True)
    found = estimate(context, known, on_logs=True)
    nothing, few = np.zeros((1, LENGTH, 1)), np.full((1, LENGTH), NAN)
    few[0, -2:] = 100
    for values, beside in ((context[:1], nothing), (few, known[:1])):
        np.testing.assert_allclose(found.coefficients(values, beside)[0], found.mean, rtol=1e-3)


def test_missing_values_and_what_is_missing_beside_them_change_little() -> None:
    known = promotions()
    context = series(known, 0.3, on_logs=True)
    random = np.random.default_rng(5)
    context[random.random(context.shape) < 0.2] = NAN
    context[0, :40] = NAN
    known[random.random(known.shape) < 0.02] = NAN
    found = estimate(context, known, on_logs=True)
    assert found.mean[0] == pytest.approx(0.3, rel=0.1)
    assert np.isfinite(found.coefficients(context, known)).all()


def test_what_is_missing_has_no_effect() -> None:
    found = Effects(
        terms=(replace(PROMOTION, centre=1.0), replace(PROMOTION, category=1)),
        on_logs=False,
        season_length=1,
        mean=(0.5, 0.25),
        variance=(0.0, 0.0),
    )
    values, known = np.ones((1, 2)), np.array([[[NAN], [1.0]]])
    left = found.remove(values, known, np.array([[0.5, 0.25]]), np.array([[2.0]]))
    assert left.tolist() == [[1, 0.5]]


def test_values_that_have_no_logarithm_count_as_missing_in_an_effect_on_logs() -> None:
    known = promotions()
    context = series(known, 0.3, on_logs=True)
    context[:, ::17] = 0
    context[1, 5] = -3
    found = estimate(context, known, on_logs=True)
    assert found.mean[0] == pytest.approx(0.3, rel=0.1)
    left = found.remove(context, known, found.coefficients(context, known), found.sizes(context))
    assert np.isfinite(left).all()
    assert not left[:, ::17][0].any()


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_an_effect_is_a_share_of_the_size_of_its_series(size: float) -> None:
    known = promotions()
    context = series(known, 0.3)
    found, scaled = (estimate(values, known) for values in (context, size * context))
    np.testing.assert_allclose(scaled.mean, found.mean, rtol=1e-6)
    np.testing.assert_allclose(scaled.sizes(size * context), size * found.sizes(context), rtol=1e-9)


@pytest.mark.parametrize("values", [[0.0] * 20, [NAN] * 19 + [3.0], [1.0] * 19 + [1e12]])
@pytest.mark.parametrize("on_logs", [False, True])
def test_odd_series_have_finite_effects(values: list[float], on_logs: bool) -> None:
    known = promotions(2, length=20)
    context = np.array([values, values])
    found = estimate(context, known, on_logs=on_logs)
    assert np.isfinite(found.mean).all()
    assert np.isfinite(found.variance).all()
    coefficients = replace(found, variance=(0.1,)).coefficients(context, known)
    assert np.isfinite(coefficients).all()
    assert np.isfinite(
        found.restore(context[:, -1:], known[:, -1:], coefficients, found.sizes(context))
    ).all()


def test_a_factor_from_an_unheard_of_value_stays_within_bounds() -> None:
    found = Effects(
        terms=(PROMOTION,), on_logs=True, season_length=1, mean=(900.0,), variance=(0.0,)
    )
    one = np.ones((1, 1))
    assert np.isfinite(found.restore(one, np.full((1, 1, 1), 1e9), 900 * one, one)).all()


def test_a_series_of_several_is_estimated_the_same_in_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = promotions(5)
    context = series(known, np.linspace(0.1, 0.5, 5)[:, None])
    whole = estimate(context, known)
    own = whole.coefficients(context, known)
    monkeypatch.setattr(module, "_BLOCK", 2)
    parts = estimate(context, known)
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(parts.variance, whole.variance, rtol=1e-9)
    np.testing.assert_allclose(parts.coefficients(context, known), own, rtol=1e-9)
