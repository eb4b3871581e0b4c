"""Small models for tests: real members with random weights, no training."""

from collections.abc import Sequence

import numpy as np

from forecast_cli.committee import Committee, Member
from forecast_cli.config import NetworkConfig
from forecast_cli.inspection import summarise
from forecast_cli.model import Model, Training
from forecast_cli.panel import Panel
from forecast_cli.recurrence import weight_shapes
from forecast_cli.representation import Representation
from tests.panels import make_panel, wave

NETWORK = NetworkConfig(hidden_size=5)
HORIZON = 4


def make_member(*, log: bool = False, share: float = 1.0, seed: int = 0) -> Member:
    random = np.random.default_rng(seed)
    return Member(
        representation=Representation(log=log, base="naive", season_length=1),
        context_length=8,
        weights={
            name: random.normal(0, 0.3, shape).astype(np.float32)
            for name, shape in weight_shapes(NETWORK, 8, HORIZON).items()
        },
        epochs=3,
        validation_error=0.9,
        share=share,
    )


def make_committee(members: Sequence[Member], simple_weight: float = 0.25) -> Committee:
    return Committee(
        network=NETWORK,
        members=tuple(members),
        simple="drift",
        simple_weight=simple_weight,
        horizon=HORIZON,
        season_length=1,
    )


def make_model(panel: Panel | None = None) -> Model:
    panel = panel or make_panel(wave(40), wave(30, seed=1))
    return Model(
        committee=make_committee([make_member(), make_member(log=True, seed=1)]),
        widths=np.outer(np.arange(1, 100) / 50, np.sqrt(np.arange(1, HORIZON + 1))),
        panel=panel,
        training=Training(
            written_by="forecast-cli test",
            seed=0,
            data=summarise(panel),
            levels=(80, 95),
            n_windows=64,
            backtest=None,
        ),
    )
