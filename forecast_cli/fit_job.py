"""What every step of a fit shares: its data, its settings, and who is told what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.adjustment import Adjustment
from forecast_cli.analogues import Analogues
from forecast_cli.backtest import Scene, make_scene
from forecast_cli.candidates import seed_of
from forecast_cli.committee import Committee, Form, Member
from forecast_cli.config import Settings
from forecast_cli.defaults import WindowPlan
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress
from forecast_cli.snapshot import Trained
from forecast_cli.splits import Origins
from forecast_cli.training import Workshop, train_all
from forecast_cli.training_run import Task

Array = NDArray[np.float64]

_MOST_ORIGINS = 2500
"""Origins of a panel at which parts are weighed and scored: more would tell no more."""


@dataclass(frozen=True, kw_only=True)
class FitJob:
    """What every step of a fit shares.

    `panel` is the `given` one without the effects of what is known ahead: the adjustment.
    """

    given: Panel
    panel: Panel
    adjustment: Adjustment | None
    plan: WindowPlan
    settings: Settings
    tell: Tell
    progress: Progress
    workshop: Workshop

    def adjusted(self, adjustment: Adjustment | None) -> "FitJob":
        """The same job on the given panel without these effects."""
        panel = self.given if adjustment is None else adjustment.without(self.given)
        return replace(self, panel=panel, adjustment=adjustment)

    def restored(self, origins: Origins, values: Array) -> Array:
        """Values [W, H] after the origins with the effects put back."""
        if self.adjustment is None:
            return values
        return self.adjustment.restore(self.given, origins, values)

    def scene(self, origins: Origins, span: int) -> Scene:
        """What is known at origins of the panel, and what the simple continuations say there."""
        return make_scene(self.panel, origins.thinned(_MOST_ORIGINS), span, self.plan.season_length)

    def committee(
        self,
        simple: str,
        weights: Mapping[str, float],
        members: tuple[Member, ...],
        analogues: Analogues | None = None,
    ) -> Committee:
        """The parts with a weight, as one forecaster."""
        return Committee(
            network=self.settings.network,
            members=members,
            simple_weights=weights,
            simple=simple,
            horizon=self.plan.horizon,
            season_length=self.plan.season_length,
            analogues=analogues,
        )

    def task(
        self,
        form: Form,
        number: int,
        limits: NDArray[np.int64],
        validation: Origins | None,
        epochs: int,
    ) -> Task:
        """What one network learns from the values before the limits [N]."""
        config = self.settings.optimisation
        stage = "training" if validation is None else "validating"
        return Task(
            name=f"{stage}.{number}",
            panel=self.panel,
            limits=limits,
            validation=validation,
            form=form,
            horizon=self.plan.horizon,
            season_length=self.plan.season_length,
            optimisation=config,
            seed=seed_of(number, config),
            epochs=epochs,
            stage=f"{stage}: {form.representation}",
        )

    def train(self, tasks: list[Task]) -> list[Trained]:
        """Train side by side, within half of the time limit: there are two rounds of training."""
        config = self.settings.optimisation
        if config.time_limit is not None:
            rounds = -(-len(tasks) // self.workshop.engine.workers)
            share = replace(config, time_limit=config.time_limit / 2 / max(rounds, 1))
            tasks = [replace(task, optimisation=share) for task in tasks]
        return train_all(tasks, self.workshop, self.progress)
