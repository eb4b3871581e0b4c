from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import splits, windows
from forecast_cli.baselines import drift
from forecast_cli.cleaning import with_rule
from forecast_cli.effects import Effects, Term
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.intervals import with_disagreement
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.scales import positive_scales, typical_share
from forecast_cli.splits import Origins, origins_at_end
from forecast_cli.windows import histories
from tests.models import HORIZON, make_committee, make_model, make_model_with_covariates
from tests.panels import PRICE, covariates_of, make_panel, wave, with_covariates

LEVELS = (50, 80, 95)


def forecast(
    panel: Panel, *, horizon: int = HORIZON, model: Model | None = None, levels: Sequence[int] = ()
) -> Forecast:
    return forecast_from(
        model or make_model(), panel, origins_at_end(panel), horizon=horizon, levels=levels
    )


def simple_model() -> Model:
    return replace(make_model(), committee=make_committee([], simple_weight=1.0))


def test_the_forecast_is_that_of_the_committee_from_each_origin() -> None:
    panel, model = make_panel(wave(40), wave(30, seed=1)), make_model()
    for row, values in enumerate((wave(40), wave(30, seed=1))):
        np.testing.assert_allclose(
            forecast(panel).mean[row],
            model.committee.forecast(np.array([values]))[0],
            rtol=1e-6,
        )


def test_a_forecast_starts_behind_its_origin_and_carries_the_id_of_its_series() -> None:
    panel = make_panel(wave(40), wave(30, seed=1))
    panel = replace(panel, starts=np.array([100, 7]))
    origins = Origins(
        series=np.array([1, 0, 1]), stops=np.array([70, 20, 45]), limits=np.array([70, 40, 70])
    )
    found = forecast_from(make_model(), panel, origins, horizon=2, levels=())
    assert found.ids.ravel().tolist() == ["b", "a", "b"]
    assert found.cutoffs.tolist() == [7 + 29, 100 + 19, 7 + 4]
    np.testing.assert_allclose(
        found.mean[1], forecast(make_panel(wave(40)[:20]), horizon=2).mean[0], rtol=1e-6
    )


@pytest.mark.parametrize("step", [10, 36, 39])
def test_an_outlier_moves_neither_the_forecast_nor_its_bounds(step: int) -> None:
    calm, values = make_panel(wave(40)), wave(40)
    values[step] = 1e9
    wild = with_rule(make_panel(values), "clip", 1)
    expected, found = forecast(calm, levels=(80,)), forecast(wild, levels=(80,))
    np.testing.assert_allclose(found.mean, expected.mean, atol=12)
    for bound, other in zip(found.bounds[80], expected.bounds[80], strict=True):
        np.testing.assert_allclose(bound, other, atol=12)


def test_a_horizon_shorter_than_the_model_takes_its_first_steps() -> None:
    panel = make_panel(wave(40))
    np.testing.assert_array_equal(
        forecast(panel, horizon=2).mean, forecast(panel, horizon=HORIZON).mean[:, :2]
    )


def test_beyond_its_horizon_a_model_continues_in_blocks_that_rest_on_those_before() -> None:
    values = wave(40)
    plain = forecast(make_panel(values), horizon=HORIZON).mean
    longer = forecast(make_panel(values), horizon=2 * HORIZON + 1).mean
    np.testing.assert_array_equal(longer[:, :HORIZON], plain)
    second = forecast(make_panel(values + plain[0].tolist()), horizon=HORIZON).mean
    np.testing.assert_allclose(longer[:, HORIZON : 2 * HORIZON], second, rtol=1e-6)
    assert longer.shape == (1, 2 * HORIZON + 1)


def test_a_continued_line_stays_the_same_line() -> None:
    values = wave(12)
    found = forecast(make_panel(values), horizon=3 * HORIZON, model=simple_model()).mean
    np.testing.assert_allclose(found, drift(np.array([values]), 3 * HORIZON))


def test_bounds_hold_the_mean_and_wider_levels_hold_narrower_ones() -> None:
    found = forecast(make_panel(wave(40), [-x for x in wave(30)]), horizon=9, levels=LEVELS)
    assert tuple(found.bounds) == LEVELS
    inner_low = inner_high = found.mean
    for low, high in found.bounds.values():
        assert (low < inner_low).all()
        assert (high > inner_high).all()
        inner_low, inner_high = low, high


def test_bounds_lie_as_many_seasonal_errors_from_the_mean_as_the_model_says() -> None:
    values, model = wave(40), make_model(usual_disagreement=0.0)
    found = forecast(make_panel(values), levels=(80,), model=model)
    width = positive_scales(np.array([values]), 1) * model.widths[79]
    low, high = found.bounds[80]
    np.testing.assert_allclose(found.mean - low, [width])
    np.testing.assert_allclose(high - found.mean, [width])


def test_bounds_are_further_away_where_the_parts_of_the_forecast_are() -> None:
    panel, model = make_panel(wave(40), wave(30, seed=1)), make_model(usual_disagreement=0.2)
    found = forecast(panel, levels=(80,), model=model)
    context = histories(panel, origins_at_end(panel))
    scale, apart = positive_scales(context, 1), model.committee.say(context).disagreement
    assert (apart > 0).all()
    width = with_disagreement(scale, apart, 0.2)[:, None] * model.widths[79]
    np.testing.assert_allclose(found.bounds[80][1] - found.mean, width)


def test_parts_disagree_behind_the_horizon_as_they_do_up_to_it() -> None:
    panel = make_panel(wave(40))
    near, far = (forecast(panel, horizon=n, levels=(80,)) for n in (HORIZON, 3 * HORIZON))
    np.testing.assert_allclose(near.bounds[80][0], far.bounds[80][0][:, :HORIZON])


def test_intervals_go_on_widening_beyond_the_horizon() -> None:
    found = forecast(make_panel(wave(40)), horizon=3 * HORIZON, levels=(80,))
    low, high = found.bounds[80]
    assert (np.diff(high - low) > 0).all()


def test_a_series_that_was_never_negative_gets_no_interval_that_is() -> None:
    model = simple_model()
    never, once = [9.0, 1.0, 8.0, 0.0, 9.0, 9.0], [9.0, 1.0, 8.0, -1.0, 9.0, 9.0]
    found = forecast(make_panel(never, once), levels=(95,), model=model)
    low, _ = found.bounds[95]
    assert low[0].min() == 0
    assert low[1].min() < 0


def test_without_levels_there_are_no_bounds() -> None:
    assert forecast(make_panel(wave(40))).bounds == {}


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_how_many_origins_are_forecast_at_a_time_does_not_matter(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = make_panel(*[wave(20 + n, seed=n) for n in range(7)])
    whole = forecast(panel, horizon=6, levels=(80,))
    monkeypatch.setattr(splits, "_BLOCK", block)
    parts = forecast(panel, horizon=6, levels=(80,))
    np.testing.assert_array_equal(parts.cutoffs, whole.cutoffs)
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-6)
    np.testing.assert_allclose(parts.bounds[80], whole.bounds[80], rtol=1e-6)


def test_values_beyond_the_history_length_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "HISTORY_LENGTH", 10)
    whole = forecast(make_panel(wave(40)), horizon=6, levels=(80,))
    last = forecast(make_panel(wave(40)[-10:]), horizon=6, levels=(80,))
    np.testing.assert_array_equal(whole.mean, last.mean)
    np.testing.assert_array_equal(whole.bounds[80], last.bounds[80])


def all_values(found: Forecast) -> NDArray[np.float64]:
    return np.stack([found.mean, *(bound for pair in found.bounds.values() for bound in pair)])


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([5.0] * 20, id="constant"),
        pytest.param([0.0] * 20, id="zeros"),
        pytest.param([7.0], id="one value"),
        pytest.param([3.0, 4.0], id="two values"),
        pytest.param([-x for x in wave(20)], id="negative"),
        pytest.param([1e12 * x for x in wave(20)], id="large"),
        pytest.param([1e-12 * x for x in wave(20)], id="small"),
        pytest.param([0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0], id="mostly zero"),
        pytest.param([1.0, *[np.nan] * 30, 2.0], id="mostly missing"),
        pytest.param([1.0] * 19 + [1e12], id="late jump"),
        pytest.param([1e12] + [1.0] * 19, id="early jump"),
    ],
)
def test_every_forecast_is_finite(values: list[float]) -> None:
    found = forecast(make_panel(values), horizon=2 * HORIZON + 1, levels=LEVELS)
    assert np.isfinite(all_values(found)).all()


@pytest.mark.parametrize("value", [5.0, 0.0, -3.0, 1e12])
def test_a_constant_series_is_continued_as_it_is(value: float) -> None:
    found = forecast(make_panel([value] * 20), horizon=9, levels=LEVELS)
    assert (found.mean == value).all()


def test_a_series_of_one_value_is_continued_by_it() -> None:
    assert (forecast(make_panel([7.0], wave(40)), horizon=9).mean[0] == 7).all()


def test_a_series_too_short_for_the_network_keeps_to_the_simple_continuation() -> None:
    found = forecast(make_panel([3.0, 5.0], wave(40)), horizon=3 * HORIZON).mean
    np.testing.assert_allclose(found[0], drift(np.array([[3.0, 5.0]]), 3 * HORIZON)[0])


def test_a_series_of_one_value_borrows_the_relative_spread_of_the_training_series() -> None:
    model = make_model(usual_disagreement=0.0)
    panel = make_panel([100.0])
    forecast = forecast_from(model, panel, origins_at_end(panel), horizon=1, levels=[80])
    share = typical_share(histories(model.panel, origins_at_end(model.panel)), 1)
    assert share > 0.01
    lo, hi = forecast.bounds[80]
    assert hi[0, 0] - forecast.mean[0, 0] == pytest.approx(100 * share * model.widths[79, 0])
    assert lo[0, 0] < forecast.mean[0, 0]


def seen(model: Model, panel: Panel | None = None, horizon: int = HORIZON) -> Forecast:
    panel = panel or model.panel
    return forecast_from(model, panel, origins_at_end(panel), horizon=horizon, levels=(80,))


def with_covariates_from(panel: Panel, step: int, columns: list[int], shift: float) -> Panel:
    """The panel with other numbers in some columns from so many steps behind each series on."""
    known = covariates_of(panel)
    positions = np.concatenate(
        [np.arange(a, b) for a, b in zip(known.starts, known.ends, strict=True)]
    )
    last = np.repeat(panel.ends, np.diff(known.offsets))
    values = known.values.copy()
    values[np.ix_(positions > last + step, np.array(columns))] += shift
    return replace(panel, covariates=replace(known, values=values))


def test_blocks_beyond_the_horizon_rest_on_what_is_known_ahead_there() -> None:
    model = make_model_with_covariates(ahead=2 * HORIZON)
    plain = seen(model, horizon=2 * HORIZON).mean
    later = with_covariates_from(model.panel, HORIZON + 1, [0], 1.0)
    changed = seen(model, later, horizon=2 * HORIZON).mean
    np.testing.assert_array_equal(changed[:, : HORIZON + 1], plain[:, : HORIZON + 1])
    assert (changed[:, HORIZON + 1 :] != plain[:, HORIZON + 1 :]).all()


@pytest.mark.parametrize("horizon", [1, HORIZON, 2 * HORIZON])
def test_neither_the_later_past_nor_what_lies_beyond_the_horizon_changes_a_forecast(
    horizon: int,
) -> None:
    model = make_model_with_covariates(ahead=3 * HORIZON)
    plain = seen(model, horizon=horizon)
    panel = with_covariates_from(model.panel, 0, [2], 1e3)
    panel = with_covariates_from(panel, horizon, [0], 1e3)
    changed = seen(model, panel, horizon=horizon)
    np.testing.assert_array_equal(all_values(changed), all_values(plain))


def test_a_longer_horizon_with_covariates_starts_with_the_shorter_one() -> None:
    model = make_model_with_covariates(ahead=2 * HORIZON)
    whole = seen(model, horizon=2 * HORIZON)
    np.testing.assert_allclose(seen(model).mean, whole.mean[:, :HORIZON], rtol=1e-12)


def test_an_effect_of_what_is_known_ahead_is_put_on_forecast_and_bounds() -> None:
    effects = Effects(
        terms=(Term(column=0, category=None, centre=0.0, spread=1.0),),
        on_logs=True,
        season_length=1,
        mean=(np.log(2.0),),
        variance=(0.0,),
    )
    panel = with_covariates(make_panel(wave(40)), (PRICE,), ahead=HORIZON)
    known = covariates_of(panel)
    known.values[:] = 0
    model = replace(simple_model(), effects=effects, panel=panel)
    plain = seen(model, panel)
    known.values[41] = 1
    doubled = seen(model, panel)
    factor = [1, 2, 1, 1]
    np.testing.assert_allclose(doubled.mean, plain.mean * factor)
    for one, other in zip(doubled.bounds[80], plain.bounds[80], strict=True):
        np.testing.assert_allclose(one, other * factor)


@pytest.mark.parametrize("block", [1, 2])
def test_with_covariates_it_does_not_matter_how_many_are_forecast_at_a_time(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model_with_covariates()
    panel = with_covariates(make_panel(*[wave(20 + n, seed=n) for n in range(5)]), ahead=HORIZON)
    whole = seen(model, panel)
    monkeypatch.setattr(splits, "_BLOCK", block)
    np.testing.assert_allclose(all_values(seen(model, panel)), all_values(whole), rtol=1e-6)


def test_what_is_unknown_beside_a_series_leaves_its_forecast_finite() -> None:
    model = make_model_with_covariates()
    known = covariates_of(model.panel)
    nothing = replace(
        known, values=np.full_like(known.values, np.nan), static=np.full_like(known.static, np.nan)
    )
    found = seen(model, replace(model.panel, covariates=nothing), horizon=9)
    assert np.isfinite(all_values(found)).all()
