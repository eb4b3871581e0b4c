import numpy as np
import pytest

from forecast_cli.config import WindowConfig
from forecast_cli.defaults import plan_windows
from forecast_cli.longer_season import advise_week, prefer_week
from forecast_cli.panel import Panel
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel

HOURLY = Calendar.dates("h")


def load(weeks: int, *, weekend: float, per_day: int = 24, seed: int = 0) -> list[float]:
    """A load with a season of a day, `weekend` times as large on two days of seven."""
    steps = np.arange(weeks * 7 * per_day)
    day = 50 + 30 * np.sin(2 * np.pi * steps / per_day)
    share = np.where(steps // per_day % 7 < 5, 1.0, weekend)
    return list(day * share + np.random.default_rng(seed).normal(0, 2, len(steps)))


def preferred(panel: Panel, season_length: int = 24) -> tuple[int, list[str]]:
    told: list[str] = []
    found = prefer_week(panel, season_length, 48, lambda notice: told.append(notice.text))
    return found, told


def test_a_week_is_the_season_where_weekends_differ_and_is_told() -> None:
    panel = make_panel(load(8, weekend=0.5), calendar=HOURLY)
    season, (text,) = preferred(panel)
    assert season == 168
    assert "a season of 168 steps, a week, forecasts" in text
    assert "--season-length" in text


def test_a_day_stays_the_season_where_all_days_are_alike() -> None:
    for seed in range(3):
        panel = make_panel(load(8, weekend=1.0, seed=seed), calendar=HOURLY)
        assert preferred(panel) == (24, [])


@pytest.mark.parametrize("weeks", [3, 4])
def test_few_weeks_prove_no_season_of_a_week(weeks: int) -> None:
    assert preferred(make_panel(load(weeks, weekend=0.5), calendar=HOURLY)) == (24, [])


def test_five_weeks_prove_a_season_of_a_week_where_much_is_gained() -> None:
    assert preferred(make_panel(load(5, weekend=0.5), calendar=HOURLY))[0] == 168


def test_many_series_prove_a_season_of_a_week_that_one_cannot() -> None:
    series = [load(5, weekend=0.96, seed=seed) for seed in range(16)]
    alone = [preferred(make_panel(values, calendar=HOURLY))[0] for values in series]
    assert alone.count(24) > 8
    assert preferred(make_panel(*series, calendar=HOURLY))[0] == 168


NUMBERED = Calendar.steps()


@pytest.mark.parametrize("calendar", [HOURLY, NUMBERED], ids=["dated", "numbered"])
def test_a_season_that_is_asked_for_is_taken_and_a_better_one_is_told(calendar: Calendar) -> None:
    panel = make_panel(load(8, weekend=0.5), calendar=calendar)
    told: list[str] = []
    config = WindowConfig(season_length=24)
    plan = plan_windows(panel, config, lambda notice: told.append(notice.text))
    assert plan.season_length == 24
    (advice,) = [text for text in told if "a week" in text]
    assert advice.endswith(" % better than one of 24; --season-length 168 takes it")
    assert plan_windows(panel, WindowConfig(), lambda _: None).season_length == 168


@pytest.mark.parametrize(
    ("season_length", "weekend", "calendar"),
    [
        (24, 1.0, HOURLY),
        (24, 1.0, NUMBERED),
        (168, 0.5, HOURLY),
        (12, 0.5, HOURLY),
        (12, 0.5, NUMBERED),
        (1, 0.5, HOURLY),
        (7, 0.5, Calendar.dates("D")),
        (1, 0.5, Calendar.dates("D")),
    ],
)
def test_without_a_better_week_than_the_day_asked_for_nothing_is_advised(
    season_length: int, weekend: float, calendar: Calendar
) -> None:
    told: list[str] = []
    panel = make_panel(load(8, weekend=weekend), calendar=calendar)
    advise_week(panel, season_length, 48, lambda notice: told.append(notice.text))
    assert told == []


def test_the_choice_knows_nothing_of_what_is_scored() -> None:
    values = load(8, weekend=0.5)
    changed = values[:-70] + list(np.random.default_rng(1).normal(0, 1000, 70))
    assert preferred(make_panel(values, calendar=HOURLY)) == preferred(
        make_panel(changed, calendar=HOURLY)
    )


@pytest.mark.parametrize("alias", ["D", "W", "MS", "B"])
def test_data_with_one_value_a_day_or_fewer_are_left_alone(alias: str) -> None:
    panel = make_panel(load(8, weekend=0.5), calendar=Calendar.dates(alias))
    assert preferred(panel, 7) == (7, [])


def test_a_day_that_is_longer_than_the_look_back_is_told() -> None:
    panel = make_panel([1.0, 2.0] * 1440, calendar=Calendar.dates("min"))
    season, (text,) = preferred(panel, 1)
    assert season == 1
    assert "a day has 1440 steps" in text
    assert "--freq 15min --aggregate mean" in text
