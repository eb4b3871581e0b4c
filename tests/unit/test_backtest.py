"""Scores and verdicts by hand: 1, 2, 4, 7 is seen, 11 and 16 came."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import backtest
from forecast_cli.backtest import (
    Scene,
    break_down,
    break_down_by_step,
    join,
    make_scene,
    report_backtest,
    score,
)
from forecast_cli.baselines import NAIVE, SIMPLE, simple_for
from forecast_cli.findings import Backtest
from forecast_cli.splits import Origins
from tests.panels import make_panel, wave

Array = NDArray[np.float64]
GROWING = (1.0, 2.0, 4.0, 7.0, 11.0, 16.0)
NAN = math.nan


def scene_of(
    *series: Sequence[float], back: Sequence[int] = (2,), horizon: int = 2, season_length: int = 1
) -> Scene:
    """Every series seen up to so many steps before its end, all series at each cutoff."""
    panel = make_panel(*series)
    chosen = np.repeat(np.arange(panel.n_series), len(back))
    ends = panel.offsets[1:][chosen]
    origins = Origins(series=chosen, stops=ends - np.tile(back, panel.n_series), limits=ends)
    return make_scene(panel, origins, horizon, season_length)


@pytest.fixture
def only_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only the simple forecasts that can be made by hand."""
    monkeypatch.setattr(backtest, "simple_for", lambda _: NAIVE)


def rows(*forecasts: Sequence[float]) -> Array:
    return np.array(forecasts, dtype=np.float64)


def report(scene: Scene, forecast: Array) -> Backtest:
    return report_backtest(scene, score("gru", scene, forecast), n_windows=1, step_size=1)


def test_a_scene_holds_what_was_seen_and_what_came() -> None:
    scene = scene_of(GROWING, (5.0, 6.0, 8.0), horizon=3)
    np.testing.assert_array_equal(
        scene.context, [[NAN, NAN, 1.0, 2.0, 4.0, 7.0], [NAN, NAN, NAN, NAN, NAN, 5.0]]
    )
    np.testing.assert_array_equal(scene.actual, [[11.0, 16.0, NAN], [6.0, 8.0, NAN]])
    assert scene.horizon == 3


def test_errors_are_scaled_by_what_lies_before_the_first_cutoff_of_a_series() -> None:
    assert scene_of(GROWING).scale.tolist() == [2.0]
    assert scene_of(GROWING, back=(3, 2)).scale.tolist() == [1.5, 1.5]
    assert scene_of(GROWING, season_length=2).scale.tolist() == [4.0]


def test_a_series_that_never_changed_has_no_scale() -> None:
    assert np.isnan(scene_of([2.0, 2.0, 2.0, 3.0, 4.0]).scale).all()


def test_scores_equal_those_calculated_by_hand() -> None:
    scores = score("gru", scene_of(GROWING), rows([10, 12]))
    assert scores.model == "gru"
    assert scores.mae == 2.5
    assert scores.rmse == pytest.approx(math.sqrt(17 / 2))
    assert scores.smape == pytest.approx(100 * (1 / 21 + 4 / 28))
    assert scores.mape == pytest.approx(50 * (1 / 11 + 4 / 16))
    assert scores.mase == 1.25
    assert scores.r2 == pytest.approx(1 - 17 / 12.5)
    assert scores.coverage == {}


def test_every_origin_counts_the_same_however_many_of_its_steps_are_known() -> None:
    scene = scene_of((1.0, 3.0, 10.0, 10.0), (1.0, 2.0, NAN, 20.0))
    scores = score("gru", scene, rows([11, 13], [0, 26]))
    assert scores.mae == (2 + 6) / 2
    assert scores.mase == (1 + 6) / 2
    assert scores.rmse == pytest.approx(math.sqrt((1 + 9 + 36) / 3))


def test_a_series_that_never_changed_is_left_out_of_mase_only() -> None:
    scene = scene_of(GROWING, (5.0, 5.0, 5.0, 8.0))
    scores = score("gru", scene, rows([10, 12], [5, 5]))
    assert scores.mase == 1.25
    assert scores.mae == (2.5 + 1.5) / 2


def test_mape_is_left_out_where_an_actual_value_is_zero() -> None:
    scores = score("gru", scene_of(GROWING, (3.0, 4.0, 0.0, 5.0)), rows([10, 12], [1, 5]))
    assert scores.mape is None
    assert scores.smape == pytest.approx((100 * (1 / 21 + 4 / 28) + 100) / 2)


def test_r2_does_not_credit_a_forecast_for_the_sizes_of_the_series() -> None:
    scene = scene_of((1.0, 2.0, 1.0, 3.0), (1001.0, 1002.0, 1001.0, 1003.0))
    means = score("gru", scene, rows([2, 2], [1002, 1002]))
    assert means.r2 == pytest.approx(0)


def test_r2_of_single_steps_is_not_defined() -> None:
    assert score("gru", scene_of(GROWING, back=(1,), horizon=1), rows([15])).r2 is None


def test_coverage_is_the_share_of_known_values_within_the_bounds() -> None:
    scene = scene_of(GROWING, (1.0, 2.0, NAN, 20.0))
    low, high = rows([10, 10], [0, 0]), rows([12, 12], [9, 20])
    scores = score("gru", scene, low, {80: (low, high), 95: (low, high + 4)})
    assert scores.coverage == {"80": (0.5 + 1) / 2, "95": 1.0}


def test_the_simple_forecasts_rest_on_the_context_alone() -> None:
    simple = scene_of(GROWING, season_length=2).simple
    assert list(simple) == list(SIMPLE)
    assert {name: simple[name].tolist() for name in NAIVE} == {
        "naive": [[7.0, 7.0]],
        "seasonal-naive": [[4.0, 7.0]],
        "drift": [[9.0, 11.0]],
        "last-difference": [[10.0, 13.0]],
    }
    other = scene_of((*GROWING[:4], -5.0, 1e6), season_length=2).simple
    for name, forecast in simple.items():
        np.testing.assert_array_equal(forecast, other[name])


def test_two_scenes_are_joined_origin_by_origin() -> None:
    one = scene_of(GROWING, (5.0, 6.0, 8.0), horizon=2)
    other = scene_of((1.0, 3.0, 10.0, 10.0), horizon=2)
    both = join(one, replace(other, context=np.pad(other.context, ((0, 0), (2, 0)))))
    assert len(both.origins) == len(one.origins) + len(other.origins)
    assert both.horizon == 2
    assert both.origins.series.tolist() == [0, 1, 0]
    assert both.origins.stops.tolist() == [4, 7, 2]
    assert both.origins.limits.tolist() == [6, 9, 4]
    forecast = rows([10, 12], [5, 7], [11, 13])
    np.testing.assert_array_equal(both.actual, rows([11, 16], [6, 8], [10, 10]))
    errors = np.array([2.5 / 2, np.nan, 2 / 2])
    assert both.scaled_error(forecast) == pytest.approx(np.nanmean(errors))


def test_the_report_puts_the_model_first_and_names_the_best_simple_forecasts() -> None:
    found = report(scene_of(GROWING, wave(30)), rows([10, 12], [50, 50]))
    assert [scores.model for scores in found.scores] == ["gru", *simple_for(1)]
    errors = {scores.model: scores.mase or math.inf for scores in found.scores[1:]}
    assert found.best_simple == min(simple_for(1), key=lambda name: errors[name])
    assert found.best_naive == min(NAIVE, key=lambda name: errors[name])
    assert (found.n_series, found.horizon, found.n_points) == (2, 2, 4)


def test_only_known_values_count_as_points() -> None:
    found = report(scene_of((1.0, 2.0, NAN, 20.0), back=(2, 1)), rows([3, 4], [5, 6]))
    assert found.n_series == 1
    assert found.n_points == 2


@pytest.mark.parametrize(
    ("factor", "skill", "verdict"),
    [
        (
            0.5,
            0.5,
            "Worth using: gru makes 50 % less error than last-difference, "
            "the best simple forecast.",
        ),
        (
            0.995,
            0.005,
            "No better than simple: gru and last-difference, the best simple forecast, are level.",
        ),
        (
            1.005,
            -0.005,
            "No better than simple: gru and last-difference, the best simple forecast, are level.",
        ),
        (
            1.25,
            -0.25,
            "Not worth using here: gru makes 25 % more error than last-difference, "
            "the best simple forecast.",
        ),
    ],
)
@pytest.mark.usefixtures("only_naive")
def test_the_verdict_follows_the_skill(factor: float, skill: float, verdict: str) -> None:
    # The last difference errs by 1 and 3.
    found = report(scene_of(GROWING), rows([11 + factor, 16 - 3 * factor]))
    assert found.best_simple == found.best_naive == "last-difference"
    assert found.skill == pytest.approx(skill)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("clever", "skill", "verdict"),
    [
        ([11.25, 16.75], 0.5, "Not worth using here: gru makes 100 % more error than theta"),
        ([12.0, 19.0], 0.5, "Worth using: gru makes 50 % less error than last-difference"),
    ],
)
def test_skill_is_measured_against_the_best_naive_and_the_verdict_against_the_best_of_all(
    monkeypatch: pytest.MonkeyPatch, clever: list[float], skill: float, verdict: str
) -> None:
    simple = NAIVE | {"theta": lambda *_: rows(clever)}
    monkeypatch.setattr(backtest, "simple_for", lambda _: simple)
    found = report(scene_of(GROWING), rows([11.5, 17.5]))
    assert found.best_naive == "last-difference"
    assert found.skill == pytest.approx(skill)
    assert found.verdict.startswith(verdict)


@pytest.mark.parametrize("name", ["drift", "theta"])
def test_a_simple_forecast_that_stands_alone_is_scored_once_and_not_called_a_network(
    name: str,
) -> None:
    scene = scene_of(GROWING)
    scores = score(name, scene, scene.simple[name])
    found = report_backtest(scene, scores, n_windows=1, step_size=1)
    others = [other for other in simple_for(1) if other != name]
    assert [s.model for s in found.scores] == [name, *others]
    assert found.verdict == (
        f"Not worth a network: none did better on validation, so every forecast is {name}."
    )


@pytest.mark.parametrize("name", ["analogues", "simple-mean"])
def test_a_forecast_of_other_parts_is_not_called_a_network(name: str) -> None:
    scene = scene_of(GROWING)
    found = report_backtest(scene, score(name, scene, scene.actual), n_windows=1, step_size=1)
    assert found.verdict.startswith(
        "Not worth a network: none has a weight. Worth using: the forecast without one makes 100 %"
    )


@pytest.mark.usefixtures("only_naive")
def test_there_is_no_skill_where_the_best_simple_forecast_makes_no_error() -> None:
    found = report(scene_of([1.0, 2.0, 3.0, 4.0, 5.0]), rows([4, 6]))
    assert found.best_naive == "drift"
    assert found.skill is None
    assert found.verdict == (
        "Use drift: it makes no error here, so there is nothing for gru to improve on."
    )


@pytest.mark.usefixtures("only_naive")
def test_without_mase_the_skill_goes_by_the_absolute_error() -> None:
    found = report(scene_of([2.0, 2.0, 2.0, 4.0, 6.0]), rows([2, 5]))
    assert found.scores[0].mase is None
    assert found.best_naive == "naive"
    assert found.skill == pytest.approx(1 - 1.5 / 3)


@pytest.mark.usefixtures("only_naive")
def test_skill_goes_by_mase_where_it_is_defined() -> None:
    small, large = (1.0, 2.0, 3.0, 4.0, 5.0), (1000.0, 3000.0, 1000.0, 2900.0, 2900.0, 2900.0)
    found = report(scene_of(small, large), rows([4, 5], [2900, 2900]))
    errors = {scores.model: scores.mae for scores in found.scores[1:]}
    assert min(errors, key=lambda name: errors[name]) == "naive"
    assert found.best_simple == found.best_naive == "drift"


def test_the_error_of_a_scene_is_scaled_where_that_is_defined() -> None:
    assert scene_of(GROWING).scaled_error(rows([10, 12])) == 1.25
    assert scene_of([2.0, 2.0, 2.0, 4.0, 6.0]).scaled_error(rows([2, 5])) == 1.5


def test_errors_are_broken_down_by_label_in_order_of_appearance() -> None:
    scene = scene_of(GROWING, (1.0, 3.0, 10.0, 10.0), back=(2, 1))
    forecast = rows([10, 12], [14, 0], [11, 13], [10, 0])
    b, a = break_down(scene, forecast, ["b", "b", "a", "a"])
    assert (b.label, b.n_points, b.mae, b.mase) == ("b", 3, (2.5 + 2) / 2, (1.25 + 1) / 2)
    assert (a.label, a.n_points, a.mae, a.mase) == ("a", 3, (2 + 0) / 2, (1 + 0) / 2)
    assert a.smape == pytest.approx((100 * (1 / 21 + 3 / 23) + 0) / 2)


def test_labels_may_be_integer_times() -> None:
    scene = scene_of(GROWING, back=(2, 1))
    found = break_down(scene, rows([10, 12], [14, 0]), [2007, 2008])
    assert [part.label for part in found] == ["2007", "2008"]


def test_errors_are_broken_down_by_step() -> None:
    scene = scene_of(GROWING, (1.0, 3.0, 10.0, NAN))
    one, two = break_down_by_step(scene, rows([10, 12], [13, 0]))
    assert (one.label, one.n_points, one.mae, one.mase) == ("1", 2, 2.0, (0.5 + 1.5) / 2)
    assert (two.label, two.n_points, two.mae, two.mase) == ("2", 1, 4.0, 2.0)


def test_a_part_without_a_scale_has_no_mase() -> None:
    scene = scene_of(GROWING, (5.0, 5.0, 8.0, 8.0))
    _, flat = break_down(scene, rows([10, 12], [5, 5]), ["growing", "flat"])
    assert flat.mae == 3
    assert flat.mase is None
