import time
from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError, Notice
from forecast_cli.fitting import Fitted, fit
from forecast_cli.panel import Panel
from forecast_cli.splits import origins_at_end
from forecast_cli.windows import contexts
from tests.panels import make_panel, wave

QUICK = Settings(
    network=NetworkConfig(hidden_size=12),
    optimisation=TrainConfig(epochs=4, steps_per_epoch=5, batch_size=32),
)
PLAN = WindowPlan(horizon=6, context_length=12, season_length=1)


def run(panel: Panel, plan: WindowPlan = PLAN) -> tuple[Fitted, list[str]]:
    told: list[Notice] = []
    fitted = fit(panel, plan, QUICK, tell=told.append, progress=lambda _: None)
    return fitted, [notice.text for notice in told]


def forecast(fitted: Fitted, panel: Panel) -> np.ndarray:
    return fitted.committee.forecast(contexts(panel, origins_at_end(panel), 100))


def test_a_fit_gives_a_committee_widths_and_a_backtest_beside_simple_forecasts() -> None:
    panel = make_panel(wave(90), wave(80, seed=1), wave(70, seed=2))
    fitted, _ = run(panel)
    assert fitted.widths.shape == (99, 6)
    assert (np.diff(fitted.widths, axis=0) >= 0).all()
    assert fitted.backtest is not None
    assert [scores.model for scores in fitted.backtest.scores] == [
        "gru",
        "naive",
        "seasonal-naive",
        "drift",
        "last-difference",
    ]
    assert set(fitted.backtest.scores[0].coverage) == {"80", "95"}
    assert np.isfinite(forecast(fitted, panel)).all()


def test_members_on_levels_and_logs_take_part_where_all_values_are_positive() -> None:
    fitted, _ = run(make_panel(wave(90), wave(80, seed=1)))
    assert {m.representation.log for m in fitted.committee.members} <= {False, True}
    below_zero, _ = run(make_panel(list(np.array(wave(90)) - 60), wave(80, seed=1)))
    assert not any(m.representation.log for m in below_zero.committee.members)


def test_values_of_the_test_part_reach_no_choice() -> None:
    panel = make_panel(wave(90), wave(80, seed=1), wave(70, seed=2))
    values = panel.values.copy()
    for end in panel.offsets[1:]:
        values[end - 6 : end] *= 1.5
    one, _ = run(panel)
    other, _ = run(replace(panel, values=values))
    assert one.committee.simple == other.committee.simple
    assert one.committee.simple_weight == other.committee.simple_weight
    assert [(m.representation, m.epochs) for m in one.committee.members] == [
        (m.representation, m.epochs) for m in other.committee.members
    ]
    assert one.backtest != other.backtest


def test_the_refit_learns_from_the_newest_values() -> None:
    panel = make_panel(wave(90), wave(80, seed=1))
    values = panel.values.copy()
    values[panel.offsets[1:] - 3] += 20
    one, _ = run(panel)
    other, _ = run(replace(panel, values=values))
    assert one.committee.members
    weights = one.committee.members[0].weights["output.weight"]
    assert (weights != other.committee.members[0].weights["output.weight"]).any()


def test_a_straight_line_is_continued_by_the_line() -> None:
    panel = make_panel([float(n) for n in range(10, 60)])
    fitted, _ = run(panel)
    assert fitted.committee.simple in {"drift", "last-difference"}
    np.testing.assert_allclose(forecast(fitted, panel), [np.arange(60.0, 66.0)], rtol=0.01)


def test_few_origins_leave_at_least_their_prior_weight_to_the_simple_forecast() -> None:
    fitted, _ = run(make_panel(wave(60)))
    assert fitted.committee.simple_weight >= 2 / (3 + 2)


@pytest.mark.parametrize("values", [[5.0] * 8, [1.0, 2.0], list(range(1, 9))])
def test_too_few_values_get_the_best_simple_forecast_and_a_warning(values: list[float]) -> None:
    panel = make_panel(values)
    fitted, told = run(panel, WindowPlan(horizon=2, context_length=4, season_length=1))
    assert fitted.committee.members == ()
    assert fitted.backtest is None
    assert "too few to train a network on" in told[0]
    assert np.isfinite(forecast(fitted, panel)).all()


def test_a_single_value_is_refused() -> None:
    with pytest.raises(DataError, match="no series has two values"):
        run(make_panel([1.0], [2.0]))


def test_a_horizon_longer_than_what_can_be_scored_still_has_widths_for_every_step() -> None:
    fitted, _ = run(make_panel(wave(45)), replace(PLAN, horizon=20))
    assert fitted.widths.shape == (99, 20)
    assert fitted.backtest is not None
    assert fitted.backtest.horizon < 20


def test_the_same_seed_gives_the_same_committee() -> None:
    panel = make_panel(wave(60), wave(50, seed=1))
    one, other = run(panel)[0], run(panel)[0]
    np.testing.assert_array_equal(forecast(one, panel), forecast(other, panel))
    np.testing.assert_array_equal(one.widths, other.widths)


def test_a_time_limit_is_told_once_and_still_gives_a_forecast() -> None:
    panel = make_panel(wave(90), wave(80, seed=1))
    hurried = replace(QUICK, optimisation=replace(QUICK.optimisation, epochs=500, time_limit=0.5))
    told: list[Notice] = []
    started = time.monotonic()
    fitted = fit(panel, PLAN, hurried, tell=told.append, progress=lambda _: None)
    assert time.monotonic() - started < 5
    assert [notice.text[:12] for notice in told] == ["--time-limit"]
    assert np.isfinite(forecast(fitted, panel)).all()


@pytest.mark.parametrize("values", [[5.0, 6.0], [1.0, 2.0, 3.0]])
def test_tiny_data_get_intervals_of_the_size_of_their_changes(values: list[float]) -> None:
    fitted, _ = run(make_panel(values), WindowPlan(horizon=1, context_length=2, season_length=1))
    assert 0 < fitted.widths[79, 0] <= 2
