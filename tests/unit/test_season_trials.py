import numpy as np

from forecast_cli.season_trials import share_of_error, trial_cutoffs
from forecast_cli.splits import split_panel
from tests.panels import make_panel, wave


def test_cutoffs_lie_in_the_part_that_the_first_fit_may_see() -> None:
    panel = make_panel(wave(200), wave(120, seed=1))
    origins = trial_cutoffs(panel, least=24, apart=5, season_length=12, horizon=6, most_series=16)
    split = split_panel(panel, horizon=6, season_length=12)
    assert split is not None
    assert (origins.stops + 6 <= split.fit_limits[origins.series]).all()
    assert np.bincount(origins.series).tolist() == [8, 8]
    assert set(np.diff(origins.stops[origins.series == 0])) == {5}


def test_series_with_too_few_values_before_a_cutoff_have_fewer_or_none() -> None:
    panel = make_panel(wave(70), wave(20, seed=1))
    origins = trial_cutoffs(panel, least=36, apart=5, season_length=1, horizon=3, most_series=16)
    assert set(origins.series) == {0}
    assert 0 < len(origins) < 8


def test_of_many_series_some_are_tried_that_span_the_panel() -> None:
    panel = make_panel(*[wave(60, seed=seed) for seed in range(40)])
    series = np.unique(
        trial_cutoffs(panel, least=12, apart=1, season_length=1, horizon=3, most_series=16).series
    )
    assert 10 <= len(series) <= 16
    assert (series[0], series[-1]) == (0, 39)


def test_a_season_that_is_there_leaves_little_of_the_error_and_another_does_not() -> None:
    panel = make_panel(*[wave(120, seed=seed) for seed in range(5)])
    origins = trial_cutoffs(panel, least=24, apart=5, season_length=12, horizon=6, most_series=16)
    shares = {
        season: share_of_error(panel, origins, 6, season_length=season, usual=1)
        for season in (1, 5, 12)
    }
    assert shares[1] == 1
    assert shares[12] < 0.6
    assert shares[5] > 0.9


def test_where_nothing_is_missed_no_season_is_better() -> None:
    panel = make_panel([4.0] * 60)
    origins = trial_cutoffs(panel, least=12, apart=3, season_length=4, horizon=4, most_series=16)
    assert share_of_error(panel, origins, 4, season_length=4, usual=1) == 1
