import pytest

from forecast_cli.config import WindowConfig
from forecast_cli.defaults import WindowPlan, plan_windows
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel, random_walk, wave

MONTHLY = Calendar.dates("MS")
DAILY = Calendar.dates("D")
YEARLY = Calendar.years()


def plan(panel: Panel, config: WindowConfig | None = None) -> tuple[WindowPlan, list[Notice]]:
    told: list[Notice] = []
    return plan_windows(panel, config or WindowConfig(), told.append), told


def test_a_season_of_12_is_found_in_seasonal_waves() -> None:
    panel = make_panel(*[wave(60, seed=seed) for seed in range(10)], calendar=MONTHLY)
    assert plan(panel)[0].season_length == 12


def test_random_walks_have_no_season() -> None:
    panel = make_panel(*[random_walk(80, seed=seed) for seed in range(200)], calendar=MONTHLY)
    assert plan(panel)[0].season_length == 1


def test_a_season_that_was_named_is_not_tested() -> None:
    panel = make_panel(random_walk(60, seed=0), calendar=MONTHLY)
    found, told = plan(panel, WindowConfig(season_length=12))
    assert found.season_length == 12
    assert not [notice for notice in told if "season of" in notice.text]


def test_a_season_that_was_not_found_is_told_with_the_option_that_assumes_it() -> None:
    _, told = plan(make_panel(random_walk(60, seed=0), calendar=MONTHLY))
    (notice,) = [notice for notice in told if "a season of 12 steps" in notice.text]
    assert notice.kind == "guess"
    assert notice.text.startswith("the data do not show")
    assert "--season-length 12" in notice.text


def test_data_too_short_to_show_a_season_are_told_apart_from_those_that_show_none() -> None:
    _, told = plan(make_panel(wave(30), calendar=MONTHLY))
    assert any("too short to tell whether they have a season of 12" in n.text for n in told)


def test_a_panel_in_which_few_series_are_seasonal_is_told_with_their_share() -> None:
    _, told = plan(make_panel(*[random_walk(60, seed=n) for n in range(3)], calendar=MONTHLY))
    assert any("only 0 % of the series show a season of 12" in n.text for n in told)


def test_an_explicit_season_longer_than_the_data_is_warned_of() -> None:
    found, told = plan(make_panel(wave(20)), WindowConfig(season_length=50))
    assert found.season_length == 50
    assert any(n.kind == "warning" and "--season-length 50" in n.text for n in told)


@pytest.mark.parametrize(
    ("calendar", "length", "horizon"),
    [
        (YEARLY, 50, 6),
        (Calendar.dates("QS"), 60, 8),
        (MONTHLY, 144, 12),
        (Calendar.dates("W"), 300, 13),
        (DAILY, 731, 14),
        (Calendar.dates("h"), 2000, 48),
        (YEARLY, 20, 3),
        (YEARLY, 3, 1),
    ],
)
def test_the_horizon_follows_the_frequency_as_far_as_the_length_allows(
    calendar: Calendar, length: int, horizon: int
) -> None:
    found, told = plan(make_panel(wave(length), calendar=calendar))
    assert found.horizon == horizon
    assert any(f"forecasting {horizon} step" in notice.text for notice in told)


def test_an_explicit_horizon_is_never_capped_nor_told() -> None:
    found, told = plan(make_panel(wave(8)), WindowConfig(horizon=500))
    assert found.horizon == 500
    assert not [notice for notice in told if "--horizon" in notice.text]


def test_the_network_sees_two_horizons_or_seasons_and_at_least_eight_steps() -> None:
    panel = make_panel(wave(200))

    def seen(horizon: int, season_length: int) -> int:
        config = WindowConfig(horizon=horizon, season_length=season_length)
        return plan(panel, config)[0].context_length

    assert seen(2, 1) == 8
    assert seen(10, 1) == 20
    assert seen(10, 24) == 48


def test_the_context_is_shorter_than_the_longest_series_and_bounded() -> None:
    assert plan(make_panel(wave(10), wave(15)), WindowConfig(horizon=20))[0].context_length == 14
    assert plan(make_panel([1.0]), WindowConfig(horizon=20))[0].context_length == 2
    assert plan(make_panel(wave(900)), WindowConfig(horizon=300))[0].context_length == 336


def test_an_explicit_context_length_that_the_data_can_fill_is_taken_without_a_word() -> None:
    found, told = plan(make_panel(wave(900)), WindowConfig(context_length=800))
    assert found.context_length == 800
    assert not [notice for notice in told if "--context-length" in notice.text]


def test_with_every_size_named_there_is_nothing_to_tell() -> None:
    config = WindowConfig(horizon=3, context_length=5, season_length=2)
    found, told = plan(make_panel(wave(30), calendar=MONTHLY), config)
    assert found == WindowPlan(horizon=3, context_length=5, long_context_length=5, season_length=2)
    assert told == []


@pytest.mark.parametrize(("length", "asked", "seen"), [(40, 500, 40), (3000, 2000, 1024)])
def test_a_context_longer_than_there_is_to_see_is_shortened_and_told(
    length: int, asked: int, seen: int
) -> None:
    told: list[Notice] = []
    config = WindowConfig(horizon=2, context_length=asked)
    plan = plan_windows(make_panel(wave(length), calendar=YEARLY), config, told.append)
    assert plan.context_length == plan.long_context_length == seen
    assert [notice.kind for notice in told] == ["warning"]
    assert f"the network sees {seen}" in told[0].text


def test_numbered_steps_are_forecast_as_far_as_is_usual_for_the_season_they_show() -> None:
    found, told = plan(make_panel(wave(150)))
    assert (found.season_length, found.horizon) == (12, 12)
    assert any("a season of 12 steps forecasts" in notice.text for notice in told)
    assert plan(make_panel(random_walk(150, seed=1)))[0].horizon == 6
    assert plan(make_panel(wave(150)), WindowConfig(season_length=1))[0].season_length == 1


@pytest.mark.parametrize("length", [10, 20, 60, 200, 2000])
@pytest.mark.parametrize("horizon", [1, 12, 100])
def test_networks_that_read_in_segments_never_see_less(length: int, horizon: int) -> None:
    found, told = plan(make_panel(wave(length)), WindowConfig(horizon=horizon))
    assert found.context_length <= found.long_context_length < length
    (seen,) = [notice.text for notice in told if "the networks see" in notice.text]
    sizes = dict.fromkeys((found.context_length, found.long_context_length))
    assert f"the last {' or '.join(map(str, sizes))} steps" in seen


def test_long_series_let_some_networks_see_more() -> None:
    found, _ = plan(make_panel(wave(2000)), WindowConfig(horizon=12))
    assert found.long_context_length > found.context_length


def test_one_long_series_does_not_lengthen_the_context_of_short_ones() -> None:
    short = [wave(30, seed=seed) for seed in range(5)]
    alone, _ = plan(make_panel(*short), WindowConfig(horizon=6))
    beside, _ = plan(make_panel(*short, wave(2000)), WindowConfig(horizon=6))
    assert beside.long_context_length == alone.long_context_length
