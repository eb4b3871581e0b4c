import itertools

import numpy as np

from forecast_cli.panel import Panel
from forecast_cli.splits import (
    last_values,
    minimum_context,
    origins_at_end,
    origins_before,
    panel_before,
    rolling_back,
    seen_values,
    split_panel,
)
from tests.panels import covariates_of, make_panel, wave, with_covariates


def test_the_origin_at_the_end_lies_behind_the_last_value() -> None:
    panel = make_panel([1, 2, 3], [4, 5])
    assert origins_at_end(panel).stops.tolist() == [3, 5]


def test_origins_before_the_first_allowed_stop_are_left_out() -> None:
    panel = make_panel([1, 2, 3, 4, 5, 6], [1, 2])
    origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 2, rolling_back(2, 2))
    assert origins.series.tolist() == [0, 0]
    assert origins.stops.tolist() == [3, 4]
    assert origins.limits.tolist() == [6, 6]


def test_a_split_keeps_fit_validation_and_test_apart() -> None:
    panel = make_panel(wave(80), wave(60))
    split = split_panel(panel, horizon=6, season_length=1)
    assert split is not None
    assert split.span == 6
    assert (split.validation.stops >= split.fit_limits[split.validation.series]).all()
    assert (split.validation.limits == split.validation_limits[split.validation.series]).all()
    assert (split.test.stops >= split.validation_limits[split.test.series]).all()
    assert (split.test.stops + split.span <= panel.offsets[1:][split.test.series]).all()


def test_few_series_are_scored_at_several_cutoffs_and_many_at_one() -> None:
    few = split_panel(make_panel(wave(200)), horizon=4, season_length=1)
    many = split_panel(make_panel(*[wave(200)] * 24), horizon=4, season_length=1)
    assert few is not None
    assert many is not None
    assert few.n_windows == 10
    assert many.n_windows == 1


def test_a_horizon_too_long_for_the_data_is_scored_in_part() -> None:
    split = split_panel(make_panel(wave(40)), horizon=16, season_length=1)
    assert split is not None
    assert split.span == 8


def test_a_panel_too_short_to_learn_from_is_not_split() -> None:
    assert split_panel(make_panel(wave(8)), horizon=1, season_length=1) is None


def test_a_season_needs_a_whole_season_and_one_value_before_the_first_cutoff() -> None:
    assert minimum_context(12) == 13


def test_seen_values_end_at_the_stop_of_each_series() -> None:
    panel = make_panel([1, 2, 3], [4, 5, 6, 7])
    values, offsets = seen_values(panel, np.array([1, 6]))
    assert values.tolist() == [1, 4, 5, 6]
    assert offsets.tolist() == [0, 1, 4]


def test_a_stop_before_its_series_leaves_nothing_of_it() -> None:
    values, offsets = seen_values(make_panel([1, 2], [3, 4]), np.array([2, -5]))
    assert values.tolist() == [1, 2]
    assert offsets.tolist() == [0, 2, 2]


def test_the_last_values_keep_their_place_in_time() -> None:
    panel = last_values(make_panel([1, 2, 3, 4], [5]), 2)
    assert panel.values.tolist() == [3, 4, 5]
    assert panel.starts.tolist() == [2, 0]
    assert panel.ends.tolist() == [3, 0]


def test_a_panel_before_its_stops_is_as_it_was_then() -> None:
    panel = make_panel([1, 2, 3, 4], [5, 6], [7, 8, 9])
    before = panel_before(panel, np.array([2, 4, 9]))
    assert before.values.tolist() == [1, 2, 7, 8, 9]
    assert before.offsets.tolist() == [0, 2, 5]
    assert before.ids.tolist() == [["a"], ["c"]]
    assert before.starts.tolist() == [0, 0]


def test_a_panel_before_its_stops_ends_with_known_values() -> None:
    gap = float("nan")
    panel = make_panel([1, gap, gap, 4], [5, gap, 7, 8])
    before = panel_before(panel, np.array([3, 7]))
    assert before.series(0).tolist() == [1]
    np.testing.assert_array_equal(before.series(1), [5, gap, 7])


def test_stops_before_the_whole_panel_leave_nothing_of_a_series() -> None:
    panel = make_panel([1, 2], [3, 4, 5])
    before = panel_before(panel, np.array([-3, 3]))
    assert before.values.tolist() == [3]
    assert before.ids.tolist() == [["b"]]


def rows_of(panel: Panel) -> list[list[float]]:
    known = covariates_of(panel)
    ends = known.offsets
    return [known.values[a:b, 0].tolist() for a, b in itertools.pairwise(ends)]


def test_the_last_values_keep_the_covariates_from_there_on() -> None:
    panel = with_covariates(make_panel([1, 2, 3, 4], [5]), ahead=2)
    kept = last_values(panel, 2)
    assert rows_of(kept) == [rows_of(panel)[0][2:], rows_of(panel)[1]]
    assert covariates_of(kept).starts.tolist() == kept.starts.tolist() == [2, 0]


def test_a_panel_before_its_stops_keeps_the_covariates_of_the_series_it_has() -> None:
    panel = with_covariates(make_panel([1, 2, 3, 4], [5, 6], [7, 8, 9]))
    before = panel_before(panel, np.array([2, 4, 9]))
    assert rows_of(before) == [rows_of(panel)[0], rows_of(panel)[2]]
    assert covariates_of(before).static.tolist() == covariates_of(panel).static[[0, 2]].tolist()
