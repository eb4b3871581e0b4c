import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from forecast_cli.seasonality import Season, estimate_season

Array = NDArray[np.float64]
NAN = np.nan

contexts = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=24),
    elements=st.one_of(st.just(NAN), st.integers(-8000, 8000).map(lambda n: n / 8)),
)
positive_contexts = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=24),
    elements=st.one_of(st.just(NAN), st.integers(1, 8000).map(lambda n: n / 8)),
)
any_contexts = st.one_of(contexts, positive_contexts)
season_lengths = st.integers(1, 7)


def pattern(season_length: int) -> Array:
    """A season that sums to zero."""
    season = np.random.default_rng(season_length).normal(size=season_length)
    return np.asarray(season - season.mean())


def test_indices_are_counted_from_the_cutoff() -> None:
    season = estimate_season(np.tile([10.0, -30.0, 20.0], 6)[None, :-1], 3)
    np.testing.assert_allclose(season.indices, [[20.0, 10.0, -30.0]])


@pytest.mark.parametrize("season_length", [2, 3, 4, 7, 12])
@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_a_clean_season_on_a_line_is_taken_out_and_put_back(
    season_length: int, slope: float
) -> None:
    line = slope * np.arange(-6 * season_length, 6 * season_length)
    season = np.tile(pattern(season_length), 12)
    past, future = np.split((line + season)[None], 2, axis=1)
    found = estimate_season(past, season_length)
    np.testing.assert_allclose(found.remove(past), [line[: past.shape[1]]], atol=1e-12)
    np.testing.assert_allclose(found.remove_ahead(future), [line[past.shape[1] :]], atol=1e-12)
    np.testing.assert_allclose(found.restore(found.remove_ahead(future)), future, atol=1e-12)


@pytest.mark.parametrize("season_length", [2, 3, 4, 7, 12])
def test_a_clean_season_that_multiplies_a_growing_row_is_taken_out(season_length: int) -> None:
    growth = 50 * 1.02 ** np.arange(8.0 * season_length)
    context = (growth * np.exp(np.tile(pattern(season_length), 8)))[None]
    found = estimate_season(context, season_length)
    assert found.on_logs.all()
    np.testing.assert_allclose(found.remove(context), [growth], rtol=1e-12)


def test_a_row_with_zeros_or_less_has_its_season_added() -> None:
    context = np.array([[0.0, 3.0] * 6, [-4.0, 5.0] * 6, [1.0, 3.0] * 6])
    found = estimate_season(context, 2)
    assert found.on_logs.tolist() == [False, False, True]
    np.testing.assert_allclose(
        found.indices, [[-1.5, 1.5], [-4.5, 4.5], [-np.log(3) / 2, np.log(3) / 2]]
    )
    np.testing.assert_allclose(found.remove(context)[:2], [[1.5] * 12, [0.5] * 12])


@pytest.mark.parametrize("season_length", [4, 7, 12])
def test_noise_is_hardly_taken_for_a_season(season_length: int) -> None:
    noise = np.random.default_rng(0).normal(size=(400, 8 * season_length))
    # The means of noise by phase, which a season without shrinkage would be.
    by_phase = noise.reshape(400, 8, season_length).mean(axis=1)
    indices = estimate_season(noise, season_length).indices
    assert (indices**2).mean() < 0.4 * (by_phase**2).mean()
    assert np.median(np.abs(indices)) < 0.05


def test_a_season_among_noise_is_found_in_large_part() -> None:
    random = np.random.default_rng(0)
    season = 3 * pattern(12)
    context = np.tile(season, 8) + random.normal(size=(100, 96))
    indices = estimate_season(context, 12).indices
    before = np.abs(season).mean()
    assert np.abs(indices - season).mean() < 0.25 * before


def test_more_seasons_prove_more_of_the_same_pattern() -> None:
    random = np.random.default_rng(0)
    context = np.tile(0.8 * pattern(4), 30) + random.normal(size=(200, 120))
    kept = [
        (estimate_season(context[:, -4 * seasons :], 4).indices @ pattern(4)).mean()
        for seasons in (3, 6, 30)
    ]
    assert kept[0] < kept[1] < kept[2]


def test_a_season_that_drifts_is_taken_as_it_was_lately() -> None:
    amplitude = np.repeat([1.0, 1, 1, 1, 5, 5, 5, 5], 4)
    context = (amplitude * np.tile([-1.0, 1.0, -1.0, 1.0], 8))[None]
    indices = estimate_season(context, 4).indices
    assert indices[0, 1] > 3


def test_a_gap_hides_no_season() -> None:
    context = np.tile(pattern(4), 12)[None]
    gaps = context.copy()
    gaps[0, [9, 10, 30]] = NAN
    np.testing.assert_allclose(
        estimate_season(gaps, 4).indices, estimate_season(context, 4).indices, atol=1e-3
    )
    assert np.isnan(estimate_season(gaps, 4).remove(gaps)[0, [9, 10, 30]]).all()


def test_a_row_in_which_a_phase_is_never_seen_has_no_season() -> None:
    context = np.tile([1.0, 5.0, 3.0, 4.0], 12)[None]
    context[0, 2::4] = NAN
    assert (estimate_season(context, 4).indices == 0).all()


@pytest.mark.parametrize("length", [1, 3, 4, 7, 8])
def test_two_seasons_or_less_prove_none(length: int) -> None:
    context = np.tile([1.0, 5.0, 3.0, 4.0], 2)[None, :length]
    found = estimate_season(context, 4)
    assert found.indices.tolist() == [[0.0] * 4]
    np.testing.assert_array_equal(found.remove(context), context)


def test_a_short_row_beside_a_long_one_has_no_season_either() -> None:
    context = np.tile([1.0, 5.0, 3.0, 4.0], 6)[None].repeat(2, axis=0)
    context[1, :-7] = NAN
    found = estimate_season(context, 4)
    assert (found.indices[0] != 0).any()
    assert (found.indices[1] == 0).all()


def test_a_season_of_one_step_is_none() -> None:
    context = np.array([[1.0, 5.0, 2.0, 8.0]])
    np.testing.assert_array_equal(estimate_season(context, 1).remove(context), context)


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e300])
def test_a_constant_row_has_no_season(value: float) -> None:
    found = estimate_season(np.full((1, 24), value), 4)
    np.testing.assert_allclose(found.remove(np.full((1, 24), value)), value, rtol=1e-12)


def test_a_row_without_values_has_no_season() -> None:
    found = estimate_season(np.full((1, 24), NAN), 4)
    np.testing.assert_array_equal(found.restore(np.array([[1.0, 2.0]])), [[1.0, 2.0]])


def test_some_rows_have_the_season_that_they_have_among_others() -> None:
    context = np.exp(np.random.default_rng(0).normal(size=(3, 24)))
    season = Season(indices=context[:, :4], on_logs=np.array([True, False, True]))
    rows = np.array([2, 1])
    assert season.rows(rows).length == season.length == 4
    np.testing.assert_array_equal(
        season.rows(rows).remove(context[rows]), season.remove(context)[rows]
    )


def test_removing_at_given_steps_is_removing_a_row_in_pieces() -> None:
    context = np.exp(np.random.default_rng(0).normal(size=(3, 24)))
    season = Season(indices=context[:, :4], on_logs=np.array([True, False, True]))
    rows, steps = np.repeat([0, 1, 2], 24), np.tile(np.arange(-24, 0), 3)
    pieces = season.remove_at(context.ravel(), rows, steps)
    np.testing.assert_array_equal(pieces.reshape(3, 24), season.remove(context))


@given(context=any_contexts, season_length=season_lengths, horizon=st.integers(1, 9))
def test_what_is_removed_is_restored(context: Array, season_length: int, horizon: int) -> None:
    season = estimate_season(context, season_length)
    assert season.indices.shape == (len(context), season_length)
    assert np.isfinite(season.indices).all()
    future = np.resize(np.nan_to_num(context, nan=1.0), (len(context), horizon))
    size = max(1.0, np.abs(future).max(), np.abs(season.indices).max())
    np.testing.assert_allclose(
        season.restore(season.remove_ahead(future)), future, atol=1e-9 * size
    )
    # A context of whole seasons starts at the phase of what comes next.
    seasons = np.tile(future[:, :1], (1, 3 * season_length))
    np.testing.assert_allclose(season.restore(season.remove(seasons)), seasons, atol=1e-9 * size)


@given(context=any_contexts, season_length=season_lengths)
def test_indices_sum_to_zero(context: Array, season_length: int) -> None:
    indices = estimate_season(context, season_length).indices
    np.testing.assert_allclose(indices.sum(axis=1), 0, atol=1e-9 * max(1.0, np.abs(indices).max()))


@given(context=any_contexts, season_length=season_lengths)
def test_the_season_of_a_row_does_not_depend_on_other_rows(
    context: Array, season_length: int
) -> None:
    together = estimate_season(context, season_length)
    for number, row in enumerate(context):
        alone = estimate_season(row[None], season_length)
        np.testing.assert_allclose(together.indices[number], alone.indices[0], atol=1e-9)
        assert together.on_logs[number] == alone.on_logs[0]


@given(context=any_contexts, season_length=season_lengths, padding=st.integers(1, 20))
def test_padding_on_the_left_changes_no_season(
    context: Array, season_length: int, padding: int
) -> None:
    padded = np.pad(context, ((0, 0), (padding, 0)), constant_values=NAN)
    plain = estimate_season(context, season_length).indices
    np.testing.assert_allclose(
        estimate_season(padded, season_length).indices,
        plain,
        atol=1e-9 * max(1.0, np.abs(plain).max()),
    )


@given(
    context=positive_contexts,
    season_length=season_lengths,
    factor=st.sampled_from([1000.0, 1e-9, 1e200]),
)
def test_a_season_that_multiplies_is_the_same_in_any_unit(
    context: Array, season_length: int, factor: float
) -> None:
    plain = estimate_season(context, season_length)
    scaled = estimate_season(factor * context, season_length)
    np.testing.assert_allclose(scaled.indices, plain.indices, atol=1e-6)


@given(context=contexts, season_length=season_lengths, factor=st.sampled_from([1024.0, 2.0**-40]))
def test_a_season_that_is_added_scales_with_the_unit(
    context: Array, season_length: int, factor: float
) -> None:
    context[:, 0] = -1.0
    plain = estimate_season(context, season_length)
    scaled = estimate_season(factor * context, season_length)
    np.testing.assert_allclose(scaled.indices, factor * plain.indices, rtol=1e-9)


@pytest.mark.parametrize("season_length", [4, 7, 12])
def test_many_values_missing_at_random_hide_no_season(season_length: int) -> None:
    whole = pattern(season_length)[None].repeat(20, axis=0)
    context = 100 + np.tile(whole, 12)
    gaps = np.where(np.random.default_rng(0).random(context.shape) < 0.3, NAN, context)
    off = np.abs(estimate_season(gaps, season_length).indices - pattern_of(context, season_length))
    assert off.mean() < 0.1 * np.abs(pattern_of(context, season_length)).mean()


def pattern_of(context: Array, season_length: int) -> Array:
    return estimate_season(context, season_length).indices
