"""Small models for tests: real members with random weights, no training."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast_cli.analogues import Analogues
from forecast_cli.committee import Committee, Form, Member
from forecast_cli.config import NetworkConfig
from forecast_cli.effects import Effects, estimate_effects, make_terms
from forecast_cli.inputs import Input, make_inputs
from forecast_cli.inspection import summarise
from forecast_cli.model import Model, Training
from forecast_cli.network_shapes import weight_shapes
from forecast_cli.panel import Panel
from forecast_cli.representation import Representation
from forecast_cli.splits import origins_at_end
from forecast_cli.windows import histories, look_around
from tests.panels import covariates_of, make_panel, wave, with_covariates

NETWORK = NetworkConfig(hidden_size=5)
HORIZON = 4


def make_form(
    *,
    log: bool = False,
    season_length: int = 1,
    deseasonalised: bool = False,
    context_length: int = 8,
    segment_length: int = 1,
    inputs: tuple[Input, ...] = (),
) -> Form:
    return Form(
        representation=Representation(
            log=log, base="naive", season_length=season_length, deseasonalised=deseasonalised
        ),
        context_length=context_length,
        network=replace(NETWORK, segment_length=segment_length),
        inputs=inputs,
    )


def make_member(
    form: Form | None = None, *, log: bool = False, weight: float = 1.0, seed: int = 0
) -> Member:
    form = form or make_form(log=log)
    random = np.random.default_rng(seed)
    shapes = weight_shapes(form.network, form.context_length, HORIZON, form.inputs)
    return Member(
        form=form,
        weights={
            name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()
        },
        epochs=3,
        validation_error=0.9,
        test_error=1.1,
        weight=weight,
    )


def make_committee(members: Sequence[Member], simple_weight: float = 0.25) -> Committee:
    """Members share what drift leaves them, each by its weight; without members drift has all."""
    left = 1 - simple_weight if members else 0.0
    total = sum(member.weight for member in members)
    return Committee(
        network=NETWORK,
        members=tuple(replace(m, weight=left * m.weight / total) for m in members),
        simple_weights={"drift": 1 - left} if left < 1 else {},
        simple="drift",
        horizon=HORIZON,
        season_length=members[0].form.representation.season_length if members else 1,
    )


def with_analogues(committee: Committee, panel: Panel, weight: float = 0.5) -> Committee:
    """The committee with the windows of a panel as one more part, which takes so much weight."""
    left = 1 - weight
    analogues = Analogues(
        log=True,
        horizon=HORIZON,
        stride=1,
        values=panel.values,
        offsets=panel.offsets,
        test_error=0.8,
        weight=weight,
    )
    return replace(
        committee,
        members=tuple(replace(m, weight=left * m.weight) for m in committee.members),
        simple_weights={name: left * w for name, w in committee.simple_weights.items()},
        analogues=analogues,
    )


def make_seasonal_committee(season_length: int = 3) -> Committee:
    """Members with the season left in and taken out, in steps and in segments, on both scales."""

    def form(*, log: bool, deseasonalised: bool, segment_length: int) -> Form:
        return make_form(
            log=log,
            season_length=season_length,
            deseasonalised=deseasonalised,
            context_length=4 * segment_length + 4,
            segment_length=segment_length,
        )

    return make_committee(
        [
            make_member(form(log=False, deseasonalised=False, segment_length=1)),
            make_member(form(log=False, deseasonalised=True, segment_length=2), seed=1),
            make_member(form(log=True, deseasonalised=True, segment_length=1), seed=2),
        ]
    )


def make_model(
    panel: Panel | None = None,
    committee: Committee | None = None,
    *,
    usual_disagreement: float = 0.3,
) -> Model:
    panel = panel or make_panel(wave(40), wave(30, seed=1))
    return Model(
        committee=committee or make_committee([make_member(), make_member(log=True, seed=1)]),
        usual_disagreement=usual_disagreement,
        widths=np.outer(np.arange(1, 100) / 50, np.sqrt(np.arange(1, HORIZON + 1))),
        effects=None,
        panel=panel,
        training=Training(
            written_by="forecast-cli test",
            task="ab" * 32,
            outliers="keep" if panel.outlier_rule is None else "clip",
            seed=0,
            data=summarise(panel),
            levels=(80, 95),
            n_windows=64,
            backtest=None,
        ),
    )


def inputs_of(panel: Panel) -> tuple[Input, ...]:
    """An input for each covariate of a panel."""
    around = look_around(panel, origins_at_end(panel), int(panel.lengths.max()), 0)
    assert around is not None
    return make_inputs(covariates_of(panel).columns, around)


def effects_of(panel: Panel, *, on_logs: bool = False) -> Effects:
    """The effects of what is known ahead in a panel."""
    context = histories(panel, origins_at_end(panel))
    around = look_around(panel, origins_at_end(panel), context.shape[1], 0)
    assert around is not None
    terms = make_terms(covariates_of(panel).varying, around.before)
    return estimate_effects(context, around.before, terms, on_logs=on_logs, season_length=1)


def make_model_with_covariates(*, ahead: int = HORIZON) -> Model:
    """A model that uses covariates of every kind, known `ahead` steps behind its series."""
    panel = with_covariates(make_panel(wave(40), wave(30, seed=1)), ahead=ahead)
    inputs = inputs_of(panel)
    members = [
        make_member(make_form(inputs=inputs)),
        make_member(make_form(inputs=inputs, segment_length=3), seed=1),
        make_member(seed=2),
    ]
    effects = effects_of(panel)
    effects = replace(
        effects,
        mean=tuple(np.linspace(0.1, 0.4, len(effects.terms)).tolist()),
        variance=(0.01,) * len(effects.terms),
    )
    return replace(make_model(panel, make_committee(members)), effects=effects)
