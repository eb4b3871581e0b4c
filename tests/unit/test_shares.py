from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import drift
from forecast_cli.effects import Effects, Term
from forecast_cli.model import Model
from forecast_cli.past_windows import take_windows
from forecast_cli.shares import Shares, split_forecast
from forecast_cli.splits import origins_at_end
from tests.models import HORIZON, make_committee, make_model, with_analogues
from tests.panels import make_panel, wave, with_columns

PANEL = make_panel(wave(40), wave(30, seed=1))


def shares_of(model: Model) -> Shares:
    return split_forecast(model, take_windows(model, model.panel, origins_at_end(model.panel)))


def total(found: Shares) -> NDArray[np.float64]:
    return found.last_value + found.simple + found.networks + found.effects


def test_the_parts_sum_to_the_forecast_and_begin_at_the_last_value() -> None:
    found = shares_of(make_model(PANEL))
    np.testing.assert_allclose(total(found), found.forecast, rtol=1e-12)
    np.testing.assert_allclose(found.last_value[0], wave(40)[-1])
    assert np.abs(found.networks).min() > 0
    assert not found.effects.any()


def test_without_networks_a_simple_forecast_has_all() -> None:
    committee = make_committee([], simple_weight=1.0)
    found = shares_of(make_model(PANEL, committee))
    assert not found.networks.any()
    wanted = drift(np.array([wave(40)]), HORIZON)[0] - wave(40)[-1]
    np.testing.assert_allclose(found.simple[0], wanted, rtol=1e-9)


def test_what_analogues_say_counts_as_trend_and_season() -> None:
    alone = shares_of(make_model(PANEL, make_committee([], simple_weight=1.0)))
    found = shares_of(make_model(PANEL, with_analogues(make_committee([]), PANEL)))
    np.testing.assert_allclose(total(found), found.forecast, rtol=1e-12)
    assert not found.networks.any()
    assert (found.simple != alone.simple).all()


def test_what_is_known_ahead_has_its_part() -> None:
    effects = Effects(
        terms=(Term(column=0, category=None, centre=0.0, spread=1.0),),
        on_logs=False,
        season_length=1,
        mean=(0.5,),
        variance=(0.0,),
    )
    panel = with_columns(PANEL)
    model = replace(make_model(panel), effects=effects)
    found = shares_of(model)
    np.testing.assert_allclose(total(found), found.forecast, rtol=1e-12)
    assert panel.covariates is not None
    promo = panel.covariates.values[40 : 40 + HORIZON, 0]
    size = found.effects[0] / promo
    np.testing.assert_allclose(size, size[0], rtol=1e-6)
    assert size[0] > 0
