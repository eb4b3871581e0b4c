"""What comes later changes nothing that was learned, measured or forecast before it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast_cli import fitting
from forecast_cli.adjustment import choose
from forecast_cli.backtest import Scene, score
from forecast_cli.defaults import WindowPlan
from forecast_cli.findings import ModelScores
from forecast_cli.inference import forecast_from
from forecast_cli.panel import Panel
from forecast_cli.splits import Origins, origins_at, origins_at_end, split_panel
from forecast_cli.windows import histories
from tests.examples import share
from tests.models import make_model_with_covariates
from tests.panels import covariates_of, make_panel, wave, with_covariates
from tests.properties.fits import PLANS, assert_same_bits, candidates, forecast, tiny_fit

Array = NDArray[np.float64]

# A fit is too dear to look for the smallest example that breaks a law.
few = settings(max_examples=share(5), phases=[Phase.explicit, Phase.generate])

plans = st.sampled_from(list(PLANS.values()))
anything = st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")))


def panel_of(n_series: int) -> Panel:
    return make_panel(*[wave(44 + 2 * n, season=4, seed=n) for n in range(n_series)])


def with_values_from(panel: Panel, limits: NDArray[np.int64], value: float) -> Panel:
    """The panel with another value at every step from the limits [N] on; the last is known."""
    later = np.arange(len(panel.values)) >= np.repeat(limits, panel.lengths)
    values = np.where(later, value, panel.values)
    values[panel.offsets[1:] - 1] = np.nan_to_num(value, nan=7.0)
    return replace(panel, values=values)


@few
@given(plan=plans, n_series=st.integers(1, 3), value=anything)
def test_the_test_part_changes_no_weight_no_scale_and_no_choice_of_a_candidate(
    plan: WindowPlan, n_series: int, value: float
) -> None:
    panel = panel_of(n_series)
    split = split_panel(panel, horizon=plan.horizon, season_length=plan.season_length)
    assert split is not None
    changed = with_values_from(panel, split.validation_limits, value)
    np.testing.assert_array_equal(
        histories(panel, origins_at(split.validation_limits)),
        histories(changed, origins_at(split.validation_limits)),
    )
    with candidates() as trained:
        tiny_fit(panel, plan)
    with candidates() as again:
        tiny_fit(changed, plan)
    assert len(trained) == len(again) > 1
    for one, other in zip(trained, again, strict=True):
        assert_same_bits(one, other)


@few
@given(plan=plans, value=st.floats(-1e6, 1e6))
def test_values_that_come_later_do_not_change_a_forecast_that_was_scored(
    plan: WindowPlan, value: float
) -> None:
    # One cutoff a series, as later cutoffs may see what earlier ones may not.
    panel = make_panel(*[wave(38 + n, season=4, seed=n) for n in range(3)])
    split = split_panel(panel, horizon=plan.horizon, season_length=plan.season_length)
    assert split is not None
    assert split.n_windows == 1
    scored: list[Array] = []

    def keep(model: str, scene: Scene, made: Array, *rest: Any) -> ModelScores:
        scored.append(made)
        return score(model, scene, made, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "score", keep)
        tiny_fit(panel, plan)
        tiny_fit(with_values_from(panel, split.validation_limits, value), plan)
    one, other = scored
    np.testing.assert_array_equal(one, other)


@few
@given(plan=plans, length=st.integers(45, 60))
def test_a_model_trained_before_the_future_came_forecasts_the_same_after_it(
    plan: WindowPlan, length: int
) -> None:
    long = panel_of(2)
    known = make_panel(*[list(long.series(n)[:length]) for n in range(2)])
    fitted = tiny_fit(known, plan)
    stops = long.offsets[:-1] + known.lengths
    later = fitted.committee.forecast(histories(long, origins_at(stops)))
    np.testing.assert_array_equal(later, forecast(fitted, known))


def with_later_covariates(panel: Panel, after: NDArray[np.int64], value: float) -> Panel:
    """The panel with another number in all that varies behind calendar positions [N].

    What is known ahead changes only beyond the horizon of four steps.
    """
    known = covariates_of(panel)
    series = np.repeat(np.arange(panel.n_series), np.diff(known.offsets))
    steps = np.arange(len(known.values)) - known.offsets[series] + known.starts[series]
    values = known.values.copy()
    for number, column in enumerate(known.varying):
        late = steps > after[series] + (4 if column.role == "future" else 0)
        values[late, number] = np.nan if np.isnan(value) or column.categories else value
    return replace(panel, covariates=replace(known, values=values))


@few
@given(plan=plans, value=anything)
def test_covariates_of_the_test_part_change_no_weight_of_a_candidate_and_no_effect(
    plan: WindowPlan, value: float
) -> None:
    panel = with_covariates(panel_of(2), ahead=9)
    split = split_panel(panel, horizon=plan.horizon, season_length=plan.season_length)
    assert split is not None
    last = panel.starts + split.validation_limits - panel.offsets[:-1] - 1
    changed = with_later_covariates(panel, last, value)
    with candidates() as trained:
        tiny_fit(panel, plan)
    with candidates() as again:
        tiny_fit(changed, plan)
    assert any("given.weight" in network.weights for network in trained)
    for one, other in zip(trained, again, strict=True):
        assert_same_bits(one, other)
    one_by_one = [choose(p, split, season_length=plan.season_length) for p in (panel, changed)]
    assert (one_by_one[0] is None) == (one_by_one[1] is None)


@settings(max_examples=share(20))
@given(value=anything, horizon=st.integers(1, 4))
def test_covariates_that_are_not_known_at_the_cutoff_change_no_forecast(
    value: float, horizon: int
) -> None:
    model = make_model_with_covariates(ahead=30)
    changed = with_later_covariates(model.panel, model.panel.ends, value)
    one, other = (
        forecast_from(model, panel, origins_at_end(panel), horizon=horizon, levels=(80,))
        for panel in (model.panel, changed)
    )
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.bounds[80], other.bounds[80])


@settings(max_examples=share(20))
@given(value=anything)
def test_from_an_earlier_cutoff_the_later_past_changes_no_forecast_however_far(
    value: float,
) -> None:
    model = make_model_with_covariates()
    panel = model.panel
    stops = panel.offsets[1:] - 10
    origins = Origins(series=np.arange(2), stops=stops, limits=panel.offsets[1:])
    known = covariates_of(panel)
    values = known.values.copy()
    series = np.repeat(np.arange(2), np.diff(known.offsets))
    late = np.arange(len(values)) >= (known.offsets[:-1] + panel.lengths - 10)[series]
    values[late, 2:] = np.nan_to_num(value) % 2 // 1
    changed = replace(panel, covariates=replace(known, values=values))
    one, other = (
        forecast_from(model, p, origins, horizon=10, levels=()).mean for p in (panel, changed)
    )
    np.testing.assert_array_equal(one, other)
