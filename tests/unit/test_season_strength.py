import numpy as np
import pytest

from forecast_cli.season_strength import season_strength
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel, random_walk, wave

MONTHLY = Calendar.dates("MS")


def test_waves_of_twelve_steps_have_a_season_of_twelve() -> None:
    panel = make_panel(*[wave(60, seed=seed) for seed in range(10)], calendar=MONTHLY)
    assert season_strength(panel, 12) == 1


def test_random_walks_show_a_season_as_seldom_as_the_test_allows() -> None:
    panel = make_panel(*[random_walk(80, seed=seed) for seed in range(200)], calendar=MONTHLY)
    # A one-sided test at 90 % passes one of twenty such series.
    strength = season_strength(panel, 12)
    assert strength is not None
    assert strength < 0.1


def test_a_trend_alone_does_not_pass_for_a_season() -> None:
    noise = np.random.default_rng(0).normal(size=120)
    panel = make_panel(list(100 + 5.0 * np.arange(120) + noise), calendar=MONTHLY)
    assert season_strength(panel, 12) == 0


def test_a_season_survives_missing_values() -> None:
    values = np.array(wave(72))
    values[[5, 17, 40, 41]] = np.nan
    assert season_strength(make_panel(list(values), calendar=MONTHLY), 12) == 1


def test_constant_series_show_no_season() -> None:
    assert season_strength(make_panel([4.0] * 60, calendar=MONTHLY), 12) == 0


def test_series_shorter_than_three_seasons_are_not_asked() -> None:
    short, long = random_walk(35, seed=1), wave(60)
    assert season_strength(make_panel(short, long), 12) == 1
    assert season_strength(make_panel(short), 12) is None


def test_a_season_length_of_one_is_no_season() -> None:
    assert season_strength(make_panel(wave(60)), 1) is None


def test_many_series_are_tested_by_a_sample_that_spans_the_panel() -> None:
    seasonal = [wave(60, seed=seed) for seed in range(501)]
    flat = [[1.0] * 60] * 501
    assert season_strength(make_panel(*seasonal, *flat), 12) == pytest.approx(0.5, abs=0.01)


def test_one_wild_value_does_not_hide_a_season() -> None:
    values = wave(96)
    values[40] = 1e6
    assert season_strength(make_panel(values, calendar=MONTHLY), 12) == 1
