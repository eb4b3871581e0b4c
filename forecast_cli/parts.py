"""FitJob -> the parts of a committee: trained, heard one by one, and trained again on everything.

Parts have an order: the simple forecasts, then the networks, then the analogues, if there are any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.analogues import Analogues
from forecast_cli.backtest import Scene
from forecast_cli.baselines import simple_for
from forecast_cli.committee import Committee, Member
from forecast_cli.fit_job import FitJob
from forecast_cli.inputs import Surroundings
from forecast_cli.lineup import line_up
from forecast_cli.notices import Notice
from forecast_cli.remembering import offer_analogues, remember
from forecast_cli.splits import Split
from forecast_cli.windows import look_around

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What learnt from the fit part, not weighed as yet: networks, and maybe analogues."""

    members: tuple[Member, ...]
    analogues: Analogues | None

    def scored(self, test: Scene, heard: Sequence[Array]) -> "Parts":
        """The parts with the error that each, heard by itself, has over the test part."""
        errors = [test.scaled_error(forecast) for forecast in heard[len(test.simple) :]]
        return Parts(
            members=tuple(
                replace(member, test_error=error)
                for member, error in zip(self.members, errors, strict=False)
            ),
            analogues=self.analogues and replace(self.analogues, test_error=errors[-1]),
        )


def train_parts(job: FitJob, split: Split, base: str) -> Parts:
    """A network for each form, and the analogues, if the data have enough and they are wanted."""
    analogues = None
    if job.settings.optimisation.analogues == "auto":
        analogues = offer_analogues(job.panel, split.fit_limits, job.plan.horizon)
    return Parts(members=_train_networks(job, split, base), analogues=analogues)


def _train_networks(job: FitJob, split: Split, base: str) -> tuple[Member, ...]:
    lineup = line_up(job.panel, job.plan, job.settings, split=split, base=base)
    networks = job.train(
        [
            job.task(form, number, split.fit_limits, split.validation, lineup.epochs)
            for number, form in enumerate(lineup.forms)
        ]
    )
    if any(trained.is_cut_short for trained in networks):
        job.tell(
            Notice(
                "warning",
                "--time-limit ended the training early; the forecast rests on what was learned "
                "until then",
            )
        )
    pairs = zip(lineup.forms, networks, strict=True)
    return tuple(trained.member(form, weight=0.0) for form, trained in pairs)


def hear(job: FitJob, simple: str, parts: Parts, scene: Scene) -> list[Array]:
    """What every part says by itself at the origins of a scene, each [W, H] as the scene's."""
    members, analogues = parts.members, parts.analogues
    alone = [job.committee(simple, {}, (replace(member, weight=1.0),)) for member in members]
    if analogues is not None:
        alone.append(job.committee(simple, {}, (), analogues))
    around = seen_around(job, members, scene)
    said = [committee.forecast(scene.context, around)[:, : scene.horizon] for committee in alone]
    return [*scene.simple.values(), *said]


def seen_around(job: FitJob, members: Sequence[Member], scene: Scene) -> Surroundings | None:
    """The covariates around the origins of a scene, as far back as any member sees them."""
    longest = max((member.form.context_length for member in members), default=0)
    return look_around(job.panel, scene.origins, longest, job.plan.horizon)


def refit(job: FitJob, simple: str, parts: Parts, weights: Array) -> Committee:
    """The committee of all parts that have a weight, each learning from all that is known.

    Networks are trained for as long as before.
    """
    names = list(simple_for(job.plan.season_length))
    simple_weights = dict(zip(names, map(float, weights), strict=False))
    n_networks = len(parts.members)
    voices = weights[len(names) :]
    kept = [int(number) for number in np.flatnonzero(voices[:n_networks])]
    everything = job.panel.offsets[1:]
    networks = job.train(
        [
            job.task(
                parts.members[number].form, number, everything, None, parts.members[number].epochs
            )
            for number in kept
        ]
    )
    return job.committee(
        simple,
        {name: weight for name, weight in simple_weights.items() if weight > 0},
        tuple(
            replace(parts.members[number], weights=trained.weights, weight=float(voices[number]))
            for number, trained in zip(kept, networks, strict=True)
        ),
        _refresh(job, parts.analogues, float(voices[n_networks:].sum())),
    )


def _refresh(job: FitJob, analogues: Analogues | None, weight: float) -> Analogues | None:
    """The analogues with all windows that are known; None without any weight."""
    if analogues is None or weight == 0:
        return None
    newest = remember(job.panel, job.panel.offsets[1:], job.plan.horizon, log=analogues.log)
    return replace(newest, test_error=analogues.test_error, weight=weight)
