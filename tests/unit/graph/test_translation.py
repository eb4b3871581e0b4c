"""A graph forecasts as its model does, whatever the model is made of."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forecast_cli.config import ACTIVATIONS, CELLS, NetworkConfig
from forecast_cli.exporting import parity
from forecast_cli.model import Model
from forecast_cli.outliers import OutlierRule
from tests.models import (
    make_committee,
    make_form,
    make_member,
    make_model,
    make_model_with_covariates,
    make_seasonal_committee,
)
from tests.panels import make_panel, wave

SMALL = 1e-6


def model_with(*networks: NetworkConfig, **representation: Any) -> Model:
    """A member for each network, on short windows of a series with gaps and an outlier."""
    form = make_form(season_length=4, context_length=9)
    form = replace(form, representation=replace(form.representation, **representation))
    members = [make_member(replace(form, network=network)) for network in networks]
    values = np.array(wave(60))
    values[[20, 41, 58]] = np.nan
    values[50] = 5000.0
    return make_model(make_panel(values.tolist(), wave(9, seed=1)), make_committee(members))


def with_rule(model: Model, **changes: Any) -> Model:
    rule = OutlierRule(season_length=4)
    return replace(model, panel=replace(model.panel, outlier_rule=rule, **changes))


def network(**options: Any) -> NetworkConfig:
    return NetworkConfig(hidden_size=5, **options)


def test_every_cell_forecasts_as_the_model_does() -> None:
    assert parity(model_with(*(network(cell=cell, segment_length=1) for cell in CELLS))) < SMALL


def test_every_option_forecasts_as_the_model_does() -> None:
    options: list[dict[str, Any]] = [
        {"bidirectional": True, "layers": 2},
        {"attention": True, "segment_length": 1},
        {"attention": True, "segment_length": 3, "activation": "silu"},
        {"strategy": "recursive", "segment_length": 1},
    ]
    assert parity(model_with(*(network(**chosen) for chosen in options))) < SMALL


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", [{"base": "seasonal-naive", "log": True}, {"base": "drift", "deseasonalised": True}]
)
def test_every_form_forecasts_as_the_model_does(form: dict[str, Any]) -> None:
    assert parity(with_rule(model_with(network(segment_length=1), **form))) < SMALL


def test_covariates_and_their_effects_are_part_of_the_graph() -> None:
    assert parity(make_model_with_covariates()) < SMALL


@pytest.mark.slow
def test_interpolated_gaps_are_part_of_the_graph() -> None:
    model = model_with(network(segment_length=1))
    assert parity(with_rule(model, missing="interpolate")) < SMALL


@pytest.mark.slow
def test_simple_forecasts_and_seasons_are_part_of_the_graph() -> None:
    model = make_model(committee=make_seasonal_committee())
    names = (
        *("theta", "log-theta", "damped-trend", "log-damped-trend", "seasonal-naive", "naive"),
        *("aggregated-trend", "log-aggregated-trend", "robust-trend"),
    )
    simple = replace(model.committee, simple_weights=dict.fromkeys(names, 0.1), simple="theta")
    assert parity(replace(model, committee=simple)) < SMALL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "bidirectional", "attention", "strategy"),
    list(itertools.product(CELLS, (False, True), (False, True), ("direct", "recursive"))),
)
def test_all_options_together_forecast_as_the_model_does(
    cell: Any, bidirectional: bool, attention: bool, strategy: Any
) -> None:
    networks = [
        network(
            cell=cell,
            bidirectional=bidirectional,
            attention=attention,
            strategy=strategy,
            activation=activation,
            segment_length=1 + number % 2,
            layers=1 + number % 2,
        )
        for number, activation in enumerate(ACTIVATIONS)
    ]
    assert parity(with_rule(model_with(*networks))) < SMALL
