from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast_cli.baselines import NAIVE, SIMPLE, simple_for
from forecast_cli.compare_config import CompareConfig, CutoffConfig, NetworkSizes
from forecast_cli.comparison import (
    Cutoffs,
    Race,
    check_models,
    choose_cutoffs,
    choose_models,
    run,
)
from forecast_cli.config import CELLS, TrainConfig, WindowConfig
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.fitting import fit
from forecast_cli.leaderboard import Contender
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.splits import panel_before
from tests.panels import EVENT, RAIN, covariates_of, make_panel, wave, with_covariates

Array = NDArray[np.float64]

TINY = CompareConfig(
    window=WindowConfig(horizon=4, season_length=1),
    sizes=NetworkSizes(hidden_size=4),
    optimisation=TrainConfig(epochs=1, steps_per_epoch=3, batch_size=32, members=1, threads=1),
    cutoffs=CutoffConfig(n_windows=2),
)
PANEL = make_panel(wave(60), wave(48, seed=1))


def ignore(_: object) -> None:
    pass


def cutoffs_of(panel: Panel, config: CompareConfig = TINY) -> Cutoffs:
    return choose_cutoffs(panel, config, ignore)


def race(
    panel: Panel,
    models: tuple[str, ...] = ("gru",),
    config: CompareConfig = TINY,
    *,
    tell: Callable[[Notice], None] = ignore,
    progress: Callable[[ProgressEvent], None] = ignore,
) -> dict[str, Contender]:
    cutoffs = cutoffs_of(panel, config)
    scene = cutoffs.scene(panel)
    start = Race(
        panel=panel, cutoffs=cutoffs, scene=scene, config=config, tell=tell, progress=progress
    )
    return {contender.model: contender for contender in run(start, models)}


def back(n_windows: int | None = None, step_size: int | None = None) -> list[int]:
    asked = CutoffConfig(n_windows=n_windows, step_size=step_size)
    found: list[int] = cutoffs_of(PANEL, replace(TINY, cutoffs=asked)).back.tolist()
    return found


def test_without_names_all_cells_and_simple_forecasts_are_compared() -> None:
    assert choose_models((), 12, ignore) == (*CELLS, *SIMPLE)
    assert choose_models(("theta", "gru", "theta"), 12, ignore) == ("gru", "theta")


def test_without_a_season_no_rule_is_compared_that_repeats_another_one() -> None:
    assert choose_models((), 1, ignore) == (*CELLS, *simple_for(1))


@pytest.mark.parametrize(("season_length", "n_told"), [(1, 1), (4, 0)])
def test_a_rule_that_repeats_another_one_is_compared_if_named_and_told(
    season_length: int, n_told: int
) -> None:
    told: list[Notice] = []
    asked = ("log-aggregated-trend", "damped-trend", "aggregated-trend")
    models = choose_models(asked, season_length, told.append)
    assert models == ("damped-trend", "aggregated-trend", "log-aggregated-trend")
    assert [notice.text for notice in told] == [
        "aggregated-trend, log-aggregated-trend: the same as the damped trend, as there is no "
        "season (--season-length)"
    ] * n_told


def test_an_unknown_name_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(
        ConfigError,
        match=r"--models has 'arima'; accepted values: gru, lstm, rnn, .*, aggregated-trend, ",
    ):
        check_models(("gru", "arima"))
    check_models(("gru", "aggregated-trend"))


def test_cutoffs_lie_a_horizon_apart_unless_told_otherwise() -> None:
    assert back() == [12, 8, 4]
    assert back(n_windows=2) == [8, 4]
    assert back(n_windows=5, step_size=1) == [8, 7, 6, 5, 4]


@pytest.mark.parametrize(("length", "n_windows"), [(60, 3), (39, 3), (38, 2), (34, 1), (8, 1)])
def test_where_networks_could_not_be_trained_there_are_fewer_cutoffs(
    length: int, n_windows: int
) -> None:
    told: list[Notice] = []
    config = replace(TINY, cutoffs=CutoffConfig())
    found = choose_cutoffs(make_panel(wave(length)), config, told.append)
    assert len(found.back) == n_windows
    assert ("too short for more" in told[0].text) == (n_windows < 3)


def test_what_is_chosen_is_told_once() -> None:
    told: list[str] = []
    choose_cutoffs(PANEL, TINY, lambda notice: told.append(notice.text))
    assert told[0] == (
        "comparing 4 steps ahead (--horizon) at 2 cutoffs (--n-windows), 4 apart (--step-size)"
    )
    assert sum("the networks see" in text for text in told) == 1


@pytest.mark.parametrize(("length", "n_windows"), [(5, None), (40, 10), (41, 10)])
def test_series_too_short_for_the_cutoffs_are_refused(length: int, n_windows: int | None) -> None:
    config = replace(TINY, cutoffs=CutoffConfig(n_windows=n_windows))
    with pytest.raises(DataError, match=f"the longest series has {length} values, too few"):
        choose_cutoffs(make_panel(wave(length)), config, ignore)


def test_the_plan_is_made_before_the_earliest_cutoff() -> None:
    config = replace(TINY, window=WindowConfig())
    panel = make_panel(wave(60))
    found = cutoffs_of(panel, config)
    is_known = np.arange(60) < 60 - found.back[0]
    assert 20 < is_known.sum() < 60
    changed = replace(panel, values=np.where(is_known, panel.values, 1.0))
    assert cutoffs_of(changed, config).plan == found.plan


def test_a_cell_forecasts_as_a_fit_to_what_was_known() -> None:
    gru = race(PANEL)["gru"]
    cutoffs = cutoffs_of(PANEL)
    scene = cutoffs.scene(PANEL)
    known = panel_before(PANEL, PANEL.offsets[1:] - 8)
    fitted = fit(known, cutoffs.plan, TINY.training("gru", n_fits=1), tell=ignore, progress=ignore)
    earliest = scene.origins.limits - scene.origins.stops == 8
    expected = fitted.committee.forecast(scene.context[earliest])
    np.testing.assert_array_equal(gru.forecast[earliest], expected)


@pytest.mark.slow
@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(number=st.integers(0, 1), value=st.floats(-1e6, 1e6), gap=st.booleans())
def test_values_after_a_cutoff_change_no_forecast_from_it(
    number: int, value: float, gap: bool
) -> None:
    panel = make_panel(wave(48, season=4), wave(40, season=4, seed=1), wave(44, seed=2))
    cutoffs = cutoffs_of(panel)
    steps = int(cutoffs.back[number])
    left = np.repeat(panel.offsets[1:], panel.lengths) - np.arange(len(panel.values))
    values = np.where(left <= steps, np.nan if gap else value, panel.values)
    values[panel.offsets[1:] - 1] = value
    changed = replace(panel, values=values)
    scene = cutoffs.scene(panel)
    before = scene.origins.limits - scene.origins.stops >= steps
    one, other = (race(each, ("gru", *SIMPLE)) for each in (panel, changed))
    for name, contender in one.items():
        np.testing.assert_array_equal(
            contender.forecast[before], other[name].forecast[before], err_msg=name
        )


@pytest.mark.slow
def test_two_runs_differ_in_their_seconds_only() -> None:
    one, other = (race(PANEL, ("gru", "rnn", "theta")) for _ in range(2))
    assert list(one) == list(other) == [*NAIVE, "theta", "gru", "rnn"]
    for name, contender in one.items():
        np.testing.assert_array_equal(contender.forecast, other[name].forecast)
        assert contender.n_parameters == other[name].n_parameters
        assert contender.network_share == other[name].network_share


def test_what_a_cell_costs_is_told_and_a_simple_forecast_has_no_parameters() -> None:
    found = race(PANEL, ("gru", "theta"))
    assert 0 < found["gru"].network_share <= 1
    assert found["gru"].n_parameters > 0
    assert found["gru"].seconds > found["naive"].seconds > 0
    assert (found["theta"].n_parameters, found["theta"].network_share) == (0, 0)


def test_series_too_short_for_networks_are_told_and_show_no_network() -> None:
    told: list[str] = []
    config = replace(TINY, cutoffs=CutoffConfig(n_windows=1))
    found = race(
        make_panel(wave(14)), ("gru", "lstm"), config, tell=lambda notice: told.append(notice.text)
    )
    for cell in ("gru", "lstm"):
        assert (found[cell].network_share, found[cell].n_parameters) == (0, 0)
        assert np.isfinite(found[cell].forecast).all()
    trainings, few, silent = told
    assert trainings.startswith("2 trainings, one for each cell and cutoff")
    assert few.startswith("10 values are too few to train a network on")
    assert silent.startswith("gru, lstm: no networks, as none")


def test_a_series_that_begins_after_a_cutoff_is_forecast_from_later_ones_only() -> None:
    panel = make_panel(wave(60), [5.0, 6.0, 7.0, 6.0, 5.0])
    scene = cutoffs_of(panel).scene(panel)
    assert scene.origins.series.tolist() == [0, 0, 1]
    assert race(panel)["gru"].forecast.shape == (3, 4)
    assert np.isfinite(race(panel)["gru"].forecast).all()


def test_progress_names_the_cell_and_the_cutoff() -> None:
    events: list[ProgressEvent] = []
    race(PANEL, ("rnn",), progress=events.append)
    stages = [event.stage.split(":")[0] for event in events]
    assert stages[0] == "rnn 1 of 2, validating"
    assert stages[-1].startswith("rnn 2 of 2, ")


def test_all_fits_share_the_time_limit() -> None:
    limited = replace(TINY, optimisation=replace(TINY.optimisation, time_limit=60.0))
    assert limited.training("lstm", n_fits=4).optimisation.time_limit == 15
    assert TINY.training("lstm", n_fits=4).optimisation.time_limit is None


def test_cells_are_compared_with_the_covariates_and_their_effects() -> None:
    panel = with_covariates(PANEL, (EVENT, RAIN))
    known = covariates_of(panel)
    panel = replace(panel, values=panel.values * np.exp(0.5 * known.values[:, 0]))
    several = replace(TINY, optimisation=replace(TINY.optimisation, members=2))
    actual = cutoffs_of(panel, several).scene(panel).actual
    seeing, blind = (
        race(one, config=several)["gru"].forecast
        for one in (panel, replace(panel, covariates=None))
    )
    assert np.abs(seeing - actual).mean() < 0.6 * np.abs(blind - actual).mean()
