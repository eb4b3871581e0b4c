from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.committee import Member
from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.model import Model
from forecast_cli.occlusion import exchange_covariates, expected, lag_groups, occlude_lags
from forecast_cli.panel import Panel
from forecast_cli.past_windows import Windows, past_windows
from tests.models import HORIZON, make_committee, make_form, make_member, make_model
from tests.panels import make_panel, wave, with_columns

NAN = float("nan")


def lagged(length: int, lag: int = 12, seed: int = 0) -> list[float]:
    """A series whose only structure is that each value is most of the one `lag` before it."""
    draws = np.random.default_rng(seed).normal(size=length)
    values = list(100 + 2 * draws[:lag])
    for step in range(lag, length):
        values.append(100 + 0.9 * (values[step - lag] - 100) + draws[step])
    return values


def knowing(lag: int) -> Model:
    """A model whose network says 0.9 times the value `lag` steps before, and 0.1 of the last."""
    member = make_member(make_form(context_length=lag + 8))
    weights = {name: np.zeros_like(values) for name, values in member.weights.items()}
    for step in range(HORIZON):
        weights["shortcut.weight"][step, 8 + step] = 0.9
    committee = make_committee([replace(member, weights=weights)], simple_weight=0.0)
    return make_model(make_panel(lagged(150, lag)), committee)


def simple(name: str, season_length: int = 1) -> Model:
    committee = make_committee([], simple_weight=1.0)
    named = replace(committee, simple_weights={name: 1.0}, season_length=season_length)
    return make_model(committee=named)


def windows_of(model: Model, panel: Panel | None = None, most: int = 40) -> Windows:
    return past_windows(model, panel or model.panel, most)


def leading(model: Model) -> tuple[int, int]:
    impacts = occlude_lags(model, windows_of(model))
    return max(impacts, key=lambda lags: impacts[lags].of_next_step)


@pytest.mark.parametrize("lag", [5, 12, 20, 37])
def test_the_lag_that_a_network_rests_on_is_found_without_a_season(lag: int) -> None:
    assert leading(knowing(lag)) == (lag, lag)


@pytest.mark.parametrize("season_length", [1, 12])
def test_the_lag_of_a_seasonal_forecast_is_found_with_the_season(season_length: int) -> None:
    model = simple("seasonal-naive", season_length)
    model = replace(model, panel=make_panel(lagged(150)))
    assert leading(model) == (season_length, season_length)


def test_a_value_that_no_part_looks_at_is_worth_nothing() -> None:
    model = simple("naive")
    impacts = occlude_lags(model, windows_of(model))
    assert [lags for lags, impact in impacts.items() if impact.of_next_step > 0] == [(1, 1)]


def test_without_what_is_needed_the_error_grows() -> None:
    model = knowing(12)
    impacts = occlude_lags(model, windows_of(model))
    assert np.nanmean(impacts[12, 12].growth) > 0.1
    assert abs(np.nanmean(impacts[7, 7].growth)) < 0.01


def test_windows_without_such_values_say_nothing_about_a_lag() -> None:
    model = make_model(make_panel(wave(60), wave(20, seed=1)))
    windows = windows_of(model, most=20)
    short = windows.origins.series == 1
    assert short.any()
    impact = occlude_lags(model, windows)[27, 52]
    assert np.isnan(impact.change[short]).all()
    assert np.isfinite(impact.change[~short]).all()


def test_the_groups_cover_every_lag_once_and_in_order() -> None:
    for length, season_length in ((1, 1), (9, 12), (60, 12), (400, 52), (HISTORY_LENGTH, 24)):
        groups = lag_groups(length, season_length)
        lags = [lag for first, last in groups for lag in range(first, last + 1)]
        assert lags == list(range(1, length + 1))
        assert all((k * season_length,) * 2 in groups for k in (1, 2) if k * season_length < length)
        assert len(groups) < 45


def test_what_is_hidden_is_replaced_by_what_its_neighbours_let_expect() -> None:
    values = np.array([[1.0, NAN, 7.0, 2.0, 9.0]])
    hidden = np.array([[False, True, True, False, True]])
    found = expected(values, hidden, 1)
    np.testing.assert_allclose(found, [[1.0, NAN, 5 / 3, 2.0, 2.0]])


def test_the_season_is_expected_too_and_what_is_hidden_has_no_part_in_it() -> None:
    values = np.tile([10.0, 20.0, 60.0, 10.0], 8)[None] + np.random.default_rng(0).normal(
        0, 0.01, (1, 32)
    )
    hidden = np.zeros(values.shape, dtype=bool)
    hidden[0, 22] = True
    spoilt = np.where(hidden, 65.0, values)
    assert expected(spoilt, hidden, 4)[0, 22] == pytest.approx(60, rel=0.02)


def test_a_row_of_which_everything_is_hidden_stays() -> None:
    values = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(expected(values, np.full((1, 2), True), 1), values)


def test_a_panel_that_is_too_short_to_look_back_is_explained_from_its_end() -> None:
    model = make_model(make_panel(wave(5)))
    windows = windows_of(model)
    assert len(windows) == 1
    assert np.isnan(windows.actual).all()
    assert np.isnan(occlude_lags(model, windows)[1, 1].growth).all()


def test_a_column_that_no_network_sees_is_worth_nothing() -> None:
    model = make_model(with_columns(make_panel(wave(60), wave(50, seed=1))))
    impacts = exchange_covariates(model, windows_of(model))
    assert len(impacts) == 3
    for impact in impacts:
        assert impact is not None
        assert not impact.change.any()


def test_a_column_that_is_the_same_in_all_windows_cannot_be_exchanged() -> None:
    model = make_model(with_columns(make_panel(wave(60))))
    promo, weather, kind = exchange_covariates(model, windows_of(model))
    assert promo is not None
    assert weather is not None
    assert kind is None


def test_without_columns_there_is_nothing_to_exchange() -> None:
    assert exchange_covariates(make_model(), windows_of(make_model())) == []


def test_the_members_of_the_models_above_are_as_they_are_meant() -> None:
    model = knowing(12)
    member: Member = model.committee.members[0]
    context = np.array([model.panel.series(0)])
    said = member.forecast(context, HORIZON)
    np.testing.assert_allclose(
        said[0], 0.9 * context[0, -12 : -12 + HORIZON] + 0.1 * context[0, -1], rtol=1e-5
    )
