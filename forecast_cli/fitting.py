"""Panel -> fitted committee: candidates are trained, weighed on validation, scored, refitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.adjustment import estimate
from forecast_cli.backtest import (
    Scene,
    break_down_by_target,
    join,
    make_scene,
    report_backtest,
    score,
)
from forecast_cli.committee import Committee
from forecast_cli.config import Settings
from forecast_cli.defaults import WindowPlan
from forecast_cli.effects import Effects
from forecast_cli.engines.threads import Threads
from forecast_cli.findings import Backtest
from forecast_cli.fit_job import FitJob
from forecast_cli.groundwork import Groundwork, lay_groundwork
from forecast_cli.intervals import (
    bounds_at,
    extend,
    half_widths,
    usual_disagreement,
    with_disagreement,
)
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.parts import hear, refit, seen_around, train_parts
from forecast_cli.progress import Progress
from forecast_cli.scales import positive_scales
from forecast_cli.selection import (
    disagreement,
    mix,
    relative_error,
    screen,
    weigh,
    weigh_across,
)
from forecast_cli.splits import (
    FEWEST_TRAINING_WINDOWS,
    Split,
    origins_at_end,
)
from forecast_cli.training import Workshop
from forecast_cli.windows import histories

Array = NDArray[np.float64]

_ENOUGH_RESIDUALS = 100
"""With fewer forecasts of its own, a committee borrows residuals of its simple continuation, and
what its parts differ by does not show how large they are."""

_ENOUGH_SERIES = 20
"""From so many series on, weights are chosen on the test part of other series."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A committee, its interval half-widths [99, H], and how it was scored.

    The widths are in units that rest on the `usual_disagreement` (see `Model`). The committee
    forecasts values without the `effects`, if there are any.
    """

    committee: Committee
    widths: Array
    usual_disagreement: float
    effects: Effects | None
    backtest: Backtest | None


def fit(
    panel: Panel,
    plan: WindowPlan,
    settings: Settings,
    *,
    tell: Tell,
    progress: Progress,
    workshop: Workshop | None = None,
) -> Fitted:
    """Train candidates on the fit part, weigh them where they are not trained, score, then refit.

    The validation part says how long each network is trained, which flatters networks there. So
    the weights are chosen on the test part, and each series is scored with those that the other
    series chose. With few series the weights are chosen on the validation part before the test
    part is scored, and on both afterwards. The networks that have a weight are trained again on
    everything. A panel too short for all that gets the mean of the simple continuations that are
    not clearly worse than the best. Networks that the workshop's keeper recalls go on from where
    they stood. Without a `workshop` there are as many threads as the settings say.
    """
    ground = lay_groundwork(panel, plan, tell)
    job = FitJob(
        given=panel,
        panel=ground.panel,
        adjustment=ground.adjustment,
        plan=plan,
        settings=settings,
        tell=tell,
        progress=progress,
        workshop=workshop or Workshop(Threads(settings.optimisation.threads)),
    )
    if ground.split is not None:
        return _fit_committee(job, ground, ground.split)
    simple, ranking = ground.simple, ground.ranking
    tell(
        Notice(
            "warning",
            f"{len(panel.values)} values are too few to train a network on (it takes "
            f"{FEWEST_TRAINING_WINDOWS} windows beside what is held back to validate and score "
            f"it): every forecast is the mean of the simple ones not clearly worse than {simple}, "
            "and its intervals rest on few residuals",
        )
    )
    # In so few values a scale is better taken from all of them than from those before each origin.
    everything = histories(panel, origins_at_end(panel))
    scales = positive_scales(everything, plan.season_length)[ranking.origins.series]
    shares = _equal_shares(ranking, simple)
    said = np.mean([ranking.simple[name] for name in shares], axis=0)
    return Fitted(
        committee=job.committee(simple, shares, ()),
        widths=_widths(_residuals(ranking, said, scales), plan.horizon),
        usual_disagreement=0.0,
        effects=None,
        backtest=None,
    )


def _equal_shares(ranking: Scene, simple: str) -> dict[str, float]:
    """The simple forecasts that are not clearly worse than the best, in equal shares.

    So few origins cannot tell which of them is best.
    """
    names = [name for name, is_kept in zip(ranking.simple, screen(ranking), strict=True) if is_kept]
    # Where no value can be scored none is better than another.
    return dict.fromkeys(names or [simple], 1 / max(1, len(names)))


def _fit_committee(job: FitJob, ground: Groundwork, split: Split) -> Fitted:
    simple, ranking = ground.simple, ground.ranking
    if split.span < job.plan.horizon:
        job.tell(
            Notice(
                "warning",
                f"the series are too short to hold back all {job.plan.horizon} steps: only the "
                f"first {split.span} can be validated and scored",
            )
        )
    parts = train_parts(job, split, ground.base)
    validation = job.scene(split.validation, split.span)
    test = job.scene(split.test, split.span)
    heard, heard_later = (hear(job, simple, parts, scene) for scene in (validation, test))
    screened = screen(ranking)
    if job.panel.n_series >= _ENOUGH_SERIES:
        weights = weigh_across(test, heard_later, screened)
        final = weigh(test, heard_later, screened)
    else:
        weights = weigh(validation, heard, screened)
        both = _one_after_other(heard, heard_later)
        final = weigh(join(validation, test), both, screened)
    before, forecast = mix(validation, heard, weights), mix(test, heard_later, weights)
    has_enough = len(validation.origins) >= _ENOUGH_RESIDUALS
    tells = has_enough and _sees_behind(job.panel)
    apart = disagreement(validation, heard, weights) if tells else None
    apart_later = disagreement(test, heard_later, weights) if tells else None
    units, later_units = _units(validation, apart), _units(test, apart_later)
    residuals = _residuals(validation, before, units)
    if not has_enough:
        size = relative_error(validation, before, validation.simple[simple])
        borrowed = _residuals(ranking, ranking.simple[simple], _units(ranking))
        residuals = np.concatenate((residuals, size * borrowed))
    complete = _with_all_effects(job)
    committee = refit(complete, simple, parts.scored(test, heard_later), final)
    widths = _widths(residuals, test.horizon)
    bounds = {
        level: bounds_at(forecast, widths, level, later_units[:, None])
        for level in job.settings.levels
    }
    backtest = _score(job, committee.name, test, forecast, bounds, n_windows=split.n_windows)
    residuals = np.concatenate((residuals, _residuals(test, forecast, later_units)))
    return Fitted(
        committee=committee,
        widths=_widths(residuals, job.plan.horizon),
        usual_disagreement=_usual_disagreement(complete, committee) if tells else 0.0,
        effects=None if complete.adjustment is None else complete.adjustment.effects,
        backtest=backtest,
    )


def _with_all_effects(job: FitJob) -> FitJob:
    """The job with effects of the same kind as before, as all values show them."""
    if job.adjustment is None:
        return job
    effects = job.adjustment.effects
    return job.adjusted(
        estimate(
            job.given,
            job.given.offsets[1:],
            on_logs=effects.on_logs,
            season_length=effects.season_length,
        )
    )


def _one_after_other(first: Sequence[Array], second: Sequence[Array]) -> list[Array]:
    return [np.concatenate(parts) for parts in zip(first, second, strict=True)]


def _score(
    job: FitJob,
    name: str,
    test: Scene,
    forecast: Array,
    bounds: Mapping[int, tuple[Array, Array]],
    *,
    n_windows: int,
) -> Backtest:
    """The backtest of a forecast, with intervals by level whose widths were known before."""
    seen = make_scene(job.given, test.origins, test.horizon, test.season_length)
    restored = job.restored(test.origins, forecast)
    return report_backtest(
        seen,
        score(
            name,
            seen,
            restored,
            {
                level: (job.restored(test.origins, low), job.restored(test.origins, high))
                for level, (low, high) in bounds.items()
            },
        ),
        n_windows=n_windows,
        step_size=1,
        by_target=break_down_by_target(job.given, seen, restored),
    )


def _sees_behind(panel: Panel) -> bool:
    """Whether parts can speak of what follows the last values, where columns may end."""
    return panel.covariates is None or not len(panel.covariates.known_ahead)


def _usual_disagreement(job: FitJob, committee: Committee) -> float:
    """What the parts of a committee usually disagree behind the ends of the series."""
    scene = job.scene(origins_at_end(job.panel), job.plan.horizon)
    around = seen_around(job, committee.members, scene)
    return usual_disagreement(_units(scene), committee.say(scene.context, around).disagreement)


def _units(scene: Scene, apart: Array | None = None) -> Array:
    """Units [W] of residuals: seasonal errors, and what parts are `apart` [W] if that counts."""
    scales = positive_scales(scene.context, scene.season_length)
    if apart is None:
        return scales
    return with_disagreement(scales, apart, usual_disagreement(scales, apart))


def _residuals(scene: Scene, forecast: Array, units: Array) -> Array:
    """Residuals [W, H] in units [W] of their own.

    NaN where the actual value is unknown; outliers are left out of account as in all choices.
    """
    return np.asarray((scene.usual - forecast) / units[:, None])


def _widths(residuals: Array, horizon: int) -> Array:
    return extend(half_widths(residuals), horizon)
