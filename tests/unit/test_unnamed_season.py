"""Seasons of numbered steps: found where they are, and seldom where they are not."""

import numpy as np
import pytest

from forecast_cli.panel import Panel
from forecast_cli.times.calendar import Calendar
from forecast_cli.unnamed_season import find_season
from tests.panels import make_panel, random_walk


def seasonal(length: int, season: int, seed: int = 0) -> list[float]:
    """A pattern of so many steps on a walk, with some noise."""
    chance = np.random.default_rng(seed)
    pattern = np.random.default_rng(season).normal(0, 10, season)
    walk = chance.normal(0, 1, length).cumsum()
    return list(200 + np.resize(pattern, length) + walk + chance.normal(0, 1, length))


def found(panel: Panel, horizon: int = 12) -> tuple[int, list[str]]:
    told: list[str] = []
    return find_season(panel, horizon, lambda notice: told.append(notice.text)), told


@pytest.mark.parametrize("season", [4, 7, 12, 24, 52, 168])
def test_a_season_of_usual_length_is_found_and_told(season: int) -> None:
    length, (text,) = found(make_panel(seasonal(5 * season + 40, season)))
    assert length == season
    assert text.startswith(f"a season of {season} steps forecasts ")
    assert text.endswith(" % better than none; --season-length says otherwise")


@pytest.mark.parametrize("length", [100, 150, 600])
def test_of_a_season_and_its_multiples_the_shortest_is_taken(length: int) -> None:
    assert found(make_panel(seasonal(length, 12)))[0] == 12


def test_a_week_of_hours_is_found_where_weekends_differ() -> None:
    hours = np.arange(24 * 7 * 6)
    load = 50 + 30 * np.sin(2 * np.pi * hours / 24) * np.where(hours // 24 % 7 < 5, 1.0, 0.2)
    noise = np.random.default_rng(0).normal(0, 1, len(hours))
    length, (text,) = found(make_panel(list(load + noise)))
    assert length == 168
    assert "better than one of 24" in text


def test_walks_and_noise_seldom_have_one() -> None:
    seasons = []
    for seed in range(40):
        noise = list(np.random.default_rng(seed).normal(10, 1, 90))
        walks = (random_walk(length, seed=seed) for length in (90, 30))
        for values in (*walks, noise):
            seasons.append(found(make_panel(values), len(values) // 7)[0])
    assert sum(length > 1 for length in seasons) <= 5


def test_many_short_series_show_together_what_one_of_them_cannot_prove() -> None:
    panel = make_panel(*[seasonal(26, 4, seed) for seed in range(12)])
    assert found(panel, 4)[0] == 4


def test_half_of_the_series_have_to_be_long_enough_to_show_it() -> None:
    short = [random_walk(30, seed=seed) for seed in range(3)]
    assert found(make_panel(seasonal(200, 12), *short), 5) == (1, [])
    assert found(make_panel(seasonal(200, 12), *short[:1]))[0] == 12


def test_the_choice_knows_nothing_of_what_is_scored() -> None:
    values = seasonal(150, 12)
    changed = [*values[:-12], *np.random.default_rng(1).normal(0, 1000, 12)]
    assert found(make_panel(values)) == found(make_panel(changed))


def test_steps_with_dates_are_left_alone() -> None:
    for calendar in (Calendar.years(), Calendar.dates("MS"), Calendar.dates("D")):
        assert found(make_panel(seasonal(150, 12), calendar=calendar)) == (1, [])


@pytest.mark.parametrize("values", [[5.0] * 100, [1.0], [0.0, 1.0] * 3, [np.nan, 1.0] * 40])
def test_data_that_show_nothing_have_none(values: list[float]) -> None:
    assert found(make_panel(values), 1) == (1, [])
