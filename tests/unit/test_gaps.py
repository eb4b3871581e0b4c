import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from forecast_cli.gaps import freshness, has_gaps, interpolate, with_whole_season

NAN = np.nan

contexts = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 20)),
    elements=st.sampled_from([NAN, 0.0, 1.0, 5.0, -3.0]),
)


def test_freshness_fades_with_each_step_without_a_value() -> None:
    observed = np.array([[False, True, True, False, False, False, True]])
    assert freshness(observed).tolist() == [[0.0, 1.0, 1.0, 1 / 2, 1 / 3, 1 / 4, 1.0]]


def test_a_line_bridges_a_gap_of_any_length() -> None:
    filled = interpolate(np.array([[0.0, NAN, NAN, NAN, 8.0, NAN, 6.0]]))
    assert filled.tolist() == [[0.0, 2.0, 4.0, 6.0, 8.0, 7.0, 6.0]]


@given(contexts)
def test_known_values_and_the_ends_of_a_row_stay_as_they_are(context: np.ndarray) -> None:
    filled = interpolate(context)
    known = np.isfinite(context)
    np.testing.assert_array_equal(filled[known], context[known])
    for row, before in zip(filled, known, strict=True):
        inner = np.flatnonzero(before)
        whole = np.isfinite(row)
        if len(inner):
            assert whole[inner[0] : inner[-1] + 1].all()
            assert not whole[: inner[0]].any()
            assert not whole[inner[-1] + 1 :].any()
        else:
            assert not whole.any()


@given(contexts)
def test_a_row_has_gaps_if_there_is_something_to_interpolate(context: np.ndarray) -> None:
    filled = np.isfinite(interpolate(context)) & ~np.isfinite(context)
    np.testing.assert_array_equal(has_gaps(context), filled.any(axis=1))


def test_what_is_older_is_moved_by_the_change_of_each_season_since() -> None:
    context = np.array([[1.0, 5.0, 3.0, NAN, 5.0, NAN, NAN, NAN]])
    # A season changes by 2: the 5s are one and three seasons old.
    np.testing.assert_array_equal(
        with_whole_season(context, 2), [[1.0, 5.0, 3.0, NAN, 5.0, NAN, 7.0, 11.0]]
    )


def test_a_phase_that_was_never_seen_stays_missing() -> None:
    context = np.array([[NAN, NAN, 3.0, NAN, 4.0, NAN]])
    np.testing.assert_array_equal(with_whole_season(context, 2), context)


@given(contexts, st.integers(1, 8))
def test_only_gaps_of_the_last_season_are_filled(context: np.ndarray, season: int) -> None:
    filled = with_whole_season(context, season)
    same = np.isfinite(context)
    same[:, :-season] = True
    np.testing.assert_array_equal(filled[same], context[same])
