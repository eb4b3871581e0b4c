"""Panel -> fitted committee: candidates are trained, weighed on validation, scored, refitted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, make_scene, report_backtest, score
from forecast_cli.committee import Committee, Member
from forecast_cli.config import Settings
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import Notice, Tell
from forecast_cli.findings import Backtest
from forecast_cli.intervals import bounds_at, extend, half_widths
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress
from forecast_cli.representation import Representation
from forecast_cli.scales import positive_scales
from forecast_cli.selection import best_simple, ranking_scene, relative_error, weigh
from forecast_cli.splits import (
    FEWEST_TRAINING_WINDOWS,
    Origins,
    Split,
    origins_at_end,
    seen_values,
    split_panel,
)
from forecast_cli.training import Task, Trained, train_all
from forecast_cli.windows import histories

Array = NDArray[np.float64]

_ENOUGH_RESIDUALS = 100
"""With fewer forecasts of its own, a committee borrows residuals of its simple continuation."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A committee, its interval half-widths [99, H] in seasonal errors, and how it was scored."""

    committee: Committee
    widths: Array
    backtest: Backtest | None


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What every step of a fit shares."""

    panel: Panel
    plan: WindowPlan
    settings: Settings
    tell: Tell
    progress: Progress

    def scene(self, origins: Origins, span: int) -> Scene:
        return make_scene(self.panel, origins, span, self.plan.season_length)

    def task(
        self,
        representation: Representation,
        limits: NDArray[np.int64],
        validation: Origins | None,
        epochs: int,
    ) -> Task:
        return Task(
            panel=self.panel,
            limits=limits,
            validation=validation,
            representation=representation,
            network=self.settings.network,
            context_length=self.plan.context_length,
            horizon=self.plan.horizon,
            optimisation=self.settings.optimisation,
            epochs=epochs,
            stage=f"{'training' if validation is None else 'validating'}: {representation}",
        )

    def train(self, tasks: list[Task]) -> list[Trained]:
        """Train side by side, within half of the time limit: there are two rounds of training."""
        config = self.settings.optimisation
        if config.time_limit is not None:
            rounds = -(-len(tasks) // config.threads)
            share = replace(config, time_limit=config.time_limit / 2 / max(rounds, 1))
            tasks = [replace(task, optimisation=share) for task in tasks]
        return train_all(tasks, threads=config.threads, progress=self.progress)


def fit(
    panel: Panel, plan: WindowPlan, settings: Settings, *, tell: Tell, progress: Progress
) -> Fitted:
    """Train candidates on the fit part, weigh them on the validation part, score, then refit.

    Nothing of the test part reaches a choice: the backtest scores the committee as it was after
    validation. A panel too short for that gets the best simple continuation alone.
    """
    job = _Job(panel=panel, plan=plan, settings=settings, tell=tell, progress=progress)
    split = split_panel(panel, horizon=plan.horizon, season_length=plan.season_length)
    ranking = ranking_scene(panel, plan, split)
    alone = Committee(
        network=settings.network,
        members=(),
        simple=best_simple(ranking),
        simple_weight=1.0,
        horizon=plan.horizon,
        season_length=plan.season_length,
    )
    if split is not None:
        return _fit_committee(job, split, ranking, alone)
    tell(
        Notice(
            "warning",
            f"{len(panel.values)} values are too few to train a network on (it takes "
            f"{FEWEST_TRAINING_WINDOWS} windows beside what is held back to validate and score "
            f"it): every forecast is {alone.simple}, the best simple one, and its intervals rest "
            "on few residuals",
        )
    )
    # In so few values a scale is better taken from all of them than from those before each origin.
    everything = histories(panel, origins_at_end(panel))
    scales = positive_scales(everything, plan.season_length)[ranking.origins.series]
    residuals = _residuals(ranking, alone, scales)
    return Fitted(committee=alone, widths=_widths(residuals, plan.horizon), backtest=None)


def _fit_committee(job: _Job, split: Split, ranking: Scene, alone: Committee) -> Fitted:
    if split.span < job.plan.horizon:
        job.tell(
            Notice(
                "warning",
                f"the series are too short to hold back all {job.plan.horizon} steps: only the "
                f"first {split.span} can be validated and scored",
            )
        )
    candidates = _train_candidates(job, split, alone.simple)
    validation = job.scene(split.validation, split.span)
    chosen = weigh(validation, candidates, alone)
    residuals = _residuals(validation, chosen)
    if len(residuals) < _ENOUGH_RESIDUALS:
        borrowed = relative_error(validation, chosen, alone) * _residuals(ranking, alone)
        residuals = np.concatenate((residuals, borrowed))
    test = job.scene(split.test, split.span)
    backtest = _score(job, test, chosen, residuals, n_windows=split.n_windows)
    residuals = np.concatenate((residuals, _residuals(test, chosen)))
    return Fitted(
        committee=replace(chosen, members=_refit(job, chosen.members)),
        widths=_widths(residuals, job.plan.horizon),
        backtest=backtest,
    )


def _representations(job: _Job, split: Split, simple: str) -> list[Representation]:
    """The ways of seeing a window that candidates are made of.

    A correction to the last value or season and one to the best simple continuation, each on
    levels and, where all values seen so far are positive, on logs: they err differently, so their
    mean errs less than each (figures in `docs/decisions.md`).
    """
    season = job.plan.season_length
    plain = "naive" if season == 1 else "seasonal-naive"
    values, _ = seen_values(job.panel, split.validation_limits)
    scales = (False,) if np.nanmin(values) <= 0 else (False, True)
    return [
        Representation(log=log, base=base, season_length=season)
        for base in dict.fromkeys((plain, simple))
        for log in scales
    ]


def _train_candidates(job: _Job, split: Split, simple: str) -> list[Member]:
    epochs = job.settings.optimisation.epochs
    tasks = [
        job.task(representation, split.fit_limits, split.validation, epochs)
        for representation in _representations(job, split, simple)
    ]
    networks = job.train(tasks)
    if any(trained.is_cut_short for trained in networks):
        job.tell(
            Notice(
                "warning",
                "--time-limit ended the training early; the forecast rests on what was learned "
                "until then",
            )
        )
    return [
        Member(
            representation=task.representation,
            context_length=task.context_length,
            weights=trained.weights,
            epochs=trained.epochs,
            validation_error=trained.validation_error,
            share=1.0,
        )
        for task, trained in zip(tasks, networks, strict=True)
    ]


def _refit(job: _Job, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The same members, each trained as long again, now on everything that is known."""
    everything = job.panel.offsets[1:]
    tasks = [job.task(m.representation, everything, None, m.epochs) for m in members]
    return tuple(
        replace(member, weights=trained.weights)
        for member, trained in zip(members, job.train(tasks), strict=True)
    )


def _score(
    job: _Job, test: Scene, committee: Committee, residuals: Array, *, n_windows: int
) -> Backtest:
    """The backtest of a committee, with intervals from residuals it made before the test part."""
    forecast = committee.forecast(test.context)[:, : test.horizon]
    widths = _widths(residuals, test.horizon)
    scale = positive_scales(test.context, test.season_length)[:, None]
    bounds = {level: bounds_at(forecast, widths, level, scale) for level in job.settings.levels}
    scores = score(committee.name, test, forecast, bounds)
    return report_backtest(test, scores, n_windows=n_windows, step_size=1)


def _residuals(scene: Scene, committee: Committee, scales: Array | None = None) -> Array:
    """Residuals [W, H] over `scales` [W], by default the seasonal error before each origin.

    NaN where the actual value is unknown.
    """
    forecast = committee.forecast(scene.context)[:, : scene.horizon]
    if scales is None:
        scales = positive_scales(scene.context, scene.season_length)
    return np.asarray((scene.actual - forecast) / scales[:, None])


def _widths(residuals: Array, horizon: int) -> Array:
    return extend(half_widths(residuals), horizon)
