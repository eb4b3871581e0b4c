from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.engines.threads import Threads
from forecast_cli.fit_job import FitJob
from forecast_cli.fitting import Fitted, fit
from forecast_cli.groundwork import Groundwork, lay_groundwork
from forecast_cli.panel import Panel
from forecast_cli.parts import Parts, hear, refit, train_parts
from forecast_cli.training import Workshop
from tests.panels import make_panel

PLAN = WindowPlan(horizon=3, context_length=6, long_context_length=6, season_length=1)
SETTINGS = Settings(
    network=NetworkConfig(hidden_size=4),
    optimisation=TrainConfig(members=2, epochs=1, steps_per_epoch=2, threads=1),
)
N_SIMPLE = 9


def echoes(n_series: int = 24, length: int = 60) -> Panel:
    """Series that all walk the same unforeseeable way, each at another time and in other units."""
    way = np.random.default_rng(5).normal(size=length + 30).cumsum()
    starts = range(n_series)
    return make_panel(*[((n + 1) * (40 + way[n : n + length])).tolist() for n in starts])


def job_of(panel: Panel, settings: Settings = SETTINGS) -> tuple[FitJob, Groundwork]:
    ground = lay_groundwork(panel, PLAN, lambda _: None)
    job = FitJob(
        given=panel,
        panel=ground.panel,
        adjustment=ground.adjustment,
        plan=PLAN,
        settings=settings,
        tell=lambda _: None,
        progress=lambda _: None,
        workshop=Workshop(Threads(1)),
    )
    return job, ground


def trained(panel: Panel, **changes: Any) -> tuple[FitJob, Groundwork, Parts]:
    optimisation = replace(SETTINGS.optimisation, **changes)
    job, ground = job_of(panel, replace(SETTINGS, optimisation=optimisation))
    assert ground.split is not None
    return job, ground, train_parts(job, ground.split, ground.base)


def fitted(panel: Panel, **changes: Any) -> Fitted:
    optimisation = replace(SETTINGS.optimisation, **changes)
    settings = replace(SETTINGS, optimisation=optimisation)
    return fit(panel, PLAN, settings, tell=lambda _: None, progress=lambda _: None)


def test_parts_are_heard_in_their_order_simple_ones_networks_and_analogues() -> None:
    job, ground, parts = trained(echoes())
    assert ground.split is not None
    assert parts.analogues is not None
    scene = job.scene(ground.split.test, ground.split.span)
    heard = hear(job, ground.simple, parts, scene)
    assert len(heard) == N_SIMPLE + 2 + 1
    np.testing.assert_array_equal(heard[0], scene.simple["naive"])
    said = parts.analogues.forecast(scene.context)
    np.testing.assert_allclose(heard[-1], said, rtol=1e-12)
    scored = parts.scored(scene, heard)
    assert scored.analogues is not None
    assert scored.analogues.test_error == pytest.approx(scene.scaled_error(said))
    assert [m.test_error for m in scored.members] == [
        scene.scaled_error(h) for h in heard[N_SIMPLE : N_SIMPLE + 2]
    ]


def test_analogues_that_were_not_wanted_are_not_heard() -> None:
    job, ground, parts = trained(echoes(), analogues="off")
    assert ground.split is not None
    assert parts.analogues is None
    scene = job.scene(ground.split.test, ground.split.span)
    assert len(hear(job, ground.simple, parts, scene)) == N_SIMPLE + 2


def test_what_is_heard_rests_on_the_fit_part_and_what_is_kept_on_all_values() -> None:
    job, ground, parts = trained(echoes())
    assert ground.split is not None
    assert parts.analogues is not None
    assert parts.analogues.offsets[-1] == (ground.split.fit_limits - job.panel.offsets[:-1]).sum()
    weights = np.zeros(N_SIMPLE + 3)
    weights[[0, N_SIMPLE + 1, -1]] = 0.25, 0.25, 0.5
    committee = refit(job, ground.simple, parts, weights)
    assert committee.analogues is not None
    assert committee.analogues.offsets[-1] == len(job.panel.values)
    assert committee.analogues.weight == 0.5
    assert [member.weight for member in committee.members] == [0.25]


def test_analogues_without_a_weight_are_not_kept() -> None:
    job, ground, parts = trained(echoes())
    weights = np.zeros(N_SIMPLE + 3)
    weights[0] = 1.0
    assert refit(job, ground.simple, parts, weights).analogues is None


def test_series_that_echo_each_other_are_forecast_by_what_followed_before() -> None:
    panel = echoes()
    found, without = fitted(panel), fitted(panel, analogues="off")
    assert found.committee.analogues is not None
    assert found.committee.analogues.weight > 0.5
    assert found.committee.analogues.test_error is not None
    assert without.committee.analogues is None
    assert found.backtest is not None
    assert without.backtest is not None
    one, other = found.backtest.scores[0].mase, without.backtest.scores[0].mase
    assert one is not None
    assert other is not None
    assert one < 0.7 * other


def test_values_behind_the_fit_part_reach_no_analogue_that_is_scored() -> None:
    panel = echoes()
    _, ground, parts = trained(panel)
    values = panel.values.copy()
    assert ground.split is not None
    behind = np.concatenate(
        [np.arange(a, b) for a, b in zip(ground.split.fit_limits, panel.offsets[1:], strict=True)]
    )
    values[behind] *= 1.5
    _, _, others = trained(replace(panel, values=values))
    assert parts.analogues is not None
    assert others.analogues is not None
    np.testing.assert_array_equal(parts.analogues.values, others.analogues.values)
