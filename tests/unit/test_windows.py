from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli import windows
from forecast_cli.panel import Panel
from forecast_cli.reading.family import with_siblings
from forecast_cli.seasonality import estimate_season
from forecast_cli.splits import Origins, origins_at_end
from forecast_cli.windows import (
    WindowSampler,
    contexts,
    count_windows,
    cutoffs,
    futures,
    histories,
    last_steps,
    look_around,
    without_season,
)
from tests.panels import covariates_of, make_panel, wave, with_covariates

NAN = np.nan


def test_a_context_ends_at_its_stop_and_is_padded_on_the_left() -> None:
    panel = make_panel([1, 2, 3], [4, 5])
    np.testing.assert_array_equal(
        contexts(panel, origins_at_end(panel), 3), [[1, 2, 3], [NAN, 4, 5]]
    )


def test_no_context_reaches_into_the_series_before() -> None:
    panel = make_panel([1, 2, 3], [4, 5, 6])
    origins = Origins(series=np.array([1]), stops=np.array([4]), limits=np.array([6]))
    np.testing.assert_array_equal(contexts(panel, origins, 3), [[NAN, NAN, 4]])


def test_no_future_reaches_past_its_limit() -> None:
    panel = make_panel([1, 2, 3, 4, 5], [6, 7])
    origins = Origins(series=np.array([0]), stops=np.array([2]), limits=np.array([4]))
    np.testing.assert_array_equal(futures(panel, origins, 4), [[3, 4, NAN, NAN]])


def test_a_stop_before_the_series_gives_an_empty_context() -> None:
    panel = make_panel([1, 2, 3])
    origins = Origins(series=np.array([0]), stops=np.array([-4]), limits=np.array([3]))
    assert np.isnan(contexts(panel, origins, 2)).all()


def test_the_sampler_counts_and_draws_only_windows_with_a_context_and_a_target() -> None:
    panel = make_panel([1, 2, 3, 4, 5, 6], [1, 2, 3])
    sampler = WindowSampler.over(panel, panel.offsets[1:], 3)
    drawn = sampler.draw(np.random.default_rng(0), 200)
    assert sampler.n_windows == 3
    assert set(drawn.series.tolist()) == {0}
    assert set(drawn.stops.tolist()) == {3, 4, 5}


def test_every_series_is_drawn_as_often_whatever_its_length() -> None:
    panel = make_panel(range(1000), range(10))
    drawn = WindowSampler.over(panel, panel.offsets[1:], 3).draw(np.random.default_rng(0), 4000)
    assert 0.45 < np.mean(drawn.series == 1) < 0.55


def test_no_window_is_drawn_past_the_limit() -> None:
    panel = make_panel(range(20))
    sampler = WindowSampler.over(panel, np.array([10]), 3)
    drawn = sampler.draw(np.random.default_rng(0), 100)
    assert drawn.stops.max() == 9
    assert np.nanmax(futures(panel, drawn, 5)) == 9


def test_windows_are_counted_behind_a_season_and_a_value() -> None:
    panel = make_panel(range(20), range(5))
    assert count_windows(panel, 1) == 17 + 2
    assert count_windows(panel, 12) == 7


def test_histories_hold_all_that_may_count(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = make_panel([1, 2, 3], [4, 5])
    np.testing.assert_array_equal(histories(panel, origins_at_end(panel)), [[1, 2, 3], [NAN, 4, 5]])
    monkeypatch.setattr(windows, "HISTORY_LENGTH", 2)
    np.testing.assert_array_equal(histories(panel, origins_at_end(panel)), [[2, 3], [4, 5]])


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, [[3.0]]), (2, [[2.0, 3.0]]), (3, [[1.0, 2.0, 3.0]]), (5, [[NAN, NAN, 1.0, 2.0, 3.0]])],
)
def test_the_last_steps_are_cut_or_padded_on_the_left(
    length: int, expected: list[list[float]]
) -> None:
    np.testing.assert_array_equal(last_steps(np.array([[1.0, 2.0, 3.0]]), length), expected)


def test_the_last_steps_of_no_rows_are_no_rows() -> None:
    assert last_steps(np.empty((0, 3)), 5).shape == (0, 5)


def test_without_its_season_a_panel_is_what_each_series_shows_before_its_limit() -> None:
    panel = make_panel(wave(60), wave(50, seed=1), wave(7, seed=2))
    limits = panel.offsets[1:] - np.array([12, 5, 0])
    plain = without_season(panel, limits, 12)
    for number, (start, limit) in enumerate(zip(panel.offsets[:-1], limits, strict=True)):
        seen = panel.values[start:limit]
        expected = estimate_season(seen[None], 12).remove(seen[None])[0]
        np.testing.assert_allclose(plain.values[start:limit], expected, err_msg=str(number))
    assert plain.calendar == panel.calendar
    np.testing.assert_array_equal(plain.offsets, panel.offsets)


def test_the_season_goes_on_behind_the_limit() -> None:
    season = [1.0, -4.0, 2.0, 1.0]
    panel = make_panel(season * 10)
    np.testing.assert_allclose(without_season(panel, np.array([29]), 4).values, 0, atol=1e-12)


def test_a_series_that_starts_behind_its_limit_keeps_its_values() -> None:
    panel = make_panel([5.0, 6.0] * 20, [1.0, 3.0])
    plain = without_season(panel, panel.offsets[1:] - np.array([0, 4]), 2)
    np.testing.assert_array_equal(plain.values[40:], [1.0, 3.0])
    np.testing.assert_allclose(plain.values[:40], np.sqrt(30))


@given(
    series=st.lists(
        st.lists(st.integers(-5, 9).map(float), min_size=1, max_size=20), min_size=1, max_size=3
    ),
    season_length=st.integers(1, 4),
    data=st.data(),
)
def test_no_season_uses_anything_from_the_limit_on(
    series: list[list[float]], season_length: int, data: st.DataObject
) -> None:
    panel = make_panel(*series)
    seen = np.array([data.draw(st.integers(0, len(values))) for values in series])
    limits = panel.offsets[:-1] + seen
    behind = np.arange(len(panel.values)) >= np.repeat(limits, panel.lengths)
    other = replace(panel, values=np.where(behind, 1e6, panel.values))
    one, two = (without_season(p, limits, season_length).values for p in (panel, other))
    np.testing.assert_array_equal(one[~behind], two[~behind])


def two_targets(*, later: float = 9.0) -> Panel:
    """Targets x and y of one thing; y starts a step later."""
    panel = make_panel([1.0, 2, 3, 4, later], [10.0, 20, 30, 40])
    panel = replace(panel, ids=np.array([["x"], ["y"]], dtype=object), starts=np.array([0, 1]))
    return replace(panel, covariates=with_siblings(None, panel.calendar, panel.starts, panel.ids))


def test_the_other_targets_are_seen_up_to_the_cutoff_at_the_same_times() -> None:
    panel = two_targets()
    origins = Origins(series=np.array([0]), stops=np.array([4]), limits=np.array([5]))
    around = look_around(panel, origins, 3, 2)
    assert around is not None
    assert around.before[0].tolist() == [[2, 10], [3, 20], [4, 30]]
    assert np.isnan(around.after).all()
    assert around.static.tolist() == [[0]]


def test_what_the_other_targets_will_be_changes_nothing() -> None:
    origins = Origins(series=np.array([1]), stops=np.array([7]), limits=np.array([9]))
    seen, other = (look_around(two_targets(later=x), origins, 3, 2) for x in (9.0, 99.0))
    assert seen is not None
    assert other is not None
    np.testing.assert_array_equal(seen.before, other.before)
    np.testing.assert_array_equal(seen.after, other.after)


def test_covariates_around_a_cutoff_are_those_of_the_steps_around_it() -> None:
    panel = with_covariates(make_panel([1, 2, 3], [4, 5, 6, 7]), ahead=1)
    at = Origins(series=np.array([1, 0]), stops=np.array([5, 3]), limits=np.array([7, 3]))
    assert cutoffs(panel, at).tolist() == [1, 2]
    around = look_around(panel, at, 3, 2)
    assert around is not None
    values = covariates_of(panel).values
    np.testing.assert_array_equal(around.before[0, 1:], values[4:6])
    assert np.isnan(around.before[0, 0]).all()
    np.testing.assert_array_equal(around.before[1], values[:3])
    np.testing.assert_array_equal(around.after[0, :, :2], values[6:8, :2])
    np.testing.assert_array_equal(around.after[1, 0, :2], values[3, :2])
    assert np.isnan(around.after[1, 1]).all()
    np.testing.assert_array_equal(around.static, covariates_of(panel).static[[1, 0]])


def test_what_is_not_known_ahead_is_unknown_behind_a_cutoff_whatever_the_data_hold() -> None:
    panel = with_covariates(make_panel(wave(20)), ahead=5)
    around = look_around(panel, origins_at_end(panel), 4, 5)
    assert around is not None
    roles = [column.role for column in covariates_of(panel).varying]
    assert [bool(np.isnan(around.after[:, :, n]).all()) for n in range(len(roles))] == [
        role == "past" for role in roles
    ]


def test_a_panel_without_covariates_has_nothing_around() -> None:
    panel = make_panel(wave(20))
    assert look_around(panel, origins_at_end(panel), 4, 5) is None


def test_histories_are_interpolated_without_a_look_behind_the_cutoff() -> None:
    panel = make_panel([1.0, np.nan, 3.0, np.nan, 9.0])
    cut = Origins(series=np.array([0, 0]), stops=np.array([4, 5]), limits=np.array([5, 5]))
    lines = histories(replace(panel, missing="interpolate"), cut)
    np.testing.assert_array_equal(lines[0], [np.nan, 1.0, 2.0, 3.0, np.nan])
    np.testing.assert_array_equal(lines[1], [1.0, 2.0, 3.0, 6.0, 9.0])
    assert np.isnan(histories(panel, cut)).sum() == 5


def test_what_is_interpolated_is_never_a_target() -> None:
    panel = replace(make_panel([1.0, np.nan, 3.0]), missing="interpolate")
    after_first = Origins(series=np.array([0]), stops=np.array([1]), limits=np.array([3]))
    np.testing.assert_array_equal(futures(panel, after_first, 2), [[np.nan, 3.0]])
