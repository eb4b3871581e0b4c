"""What comes later changes nothing that was learned, measured or forecast before it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast_cli import fitting
from forecast_cli.backtest import Scene, score
from forecast_cli.defaults import WindowPlan
from forecast_cli.findings import ModelScores
from forecast_cli.panel import Panel
from forecast_cli.splits import origins_at, split_panel
from forecast_cli.windows import histories
from tests.panels import make_panel, wave
from tests.properties.fits import PLANS, assert_same_bits, candidates, forecast, tiny_fit

Array = NDArray[np.float64]

# A fit is too dear to look for the smallest example that breaks a law.
few = settings(max_examples=5, phases=[Phase.explicit, Phase.generate])

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
