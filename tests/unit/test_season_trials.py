import numpy as np

from forecast_cli.season_trials import clear_gain, trial_cutoffs
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


def test_a_season_that_is_there_gains_clearly_and_another_does_not() -> None:
    panel = make_panel(*[wave(120, seed=seed) for seed in range(5)])
    origins = trial_cutoffs(panel, least=24, apart=5, season_length=12, horizon=6, most_series=16)
    gains = {
        season: clear_gain(panel, origins, 6, season_length=season, usual=1)
        for season in (1, 5, 12)
    }
    assert gains[1] is gains[5] is None
    assert gains[12] is not None
    assert 0.4 < gains[12] < 1


def test_many_series_need_to_gain_less_than_one() -> None:
    # A season that is small beside the noise of each series.
    panel = make_panel(*[_faintly_seasonal(seed) for seed in range(30)])
    alone = make_panel(_faintly_seasonal(0))
    few, many = (
        trial_cutoffs(p, least=24, apart=5, season_length=1, horizon=12, most_series=30)
        for p in (alone, panel)
    )
    gain = clear_gain(panel, many, 12, season_length=12, usual=1)
    assert gain is not None
    assert gain < 0.15
    assert clear_gain(alone, few, 12, season_length=12, usual=1) is None


def _faintly_seasonal(seed: int) -> list[float]:
    noise = np.random.default_rng(seed).normal(0, 1, 120)
    return list(50 + np.sin(2 * np.pi * np.arange(120) / 12) + noise)


def test_where_nothing_is_missed_or_tried_nothing_is_gained() -> None:
    panel = make_panel([4.0] * 60)
    origins = trial_cutoffs(panel, least=12, apart=3, season_length=4, horizon=4, most_series=16)
    assert clear_gain(panel, origins, 4, season_length=4, usual=1) is None
    none = trial_cutoffs(panel, least=59, apart=3, season_length=4, horizon=4, most_series=16)
    assert len(none) == 0
    assert clear_gain(panel, none, 4, season_length=4, usual=1) is None
