"""Panel, settings, cutoffs -> a search: what its trials share, what each brought, and the best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from forecast_cli.backtest import Scene
from forecast_cli.config import Settings
from forecast_cli.engines.work import Engine
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress
from forecast_cli.search_space import Choice, apply, get
from forecast_cli.trial_fits import Course
from forecast_cli.trial_log import Fit
from forecast_cli.tune_config import Method
from forecast_cli.tuning_findings import Outcome, TrialSummary
from forecast_cli.unseen import Layout

SEARCH_SHARE, UNSEEN_SHARE, FINAL_SHARE = 1 / 2, 1 / 8, 1 / 4
"""Of the time limit: for the search, for each of two fits before the unseen part, and for the
training of the winner."""

_FIT_SHARE = SEARCH_SHARE / 4
"""For the fits of a trial, so that the slowest settings leave time for others."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Settings that were tried: what was chosen, and the fits it took, one for each cutoff."""

    number: int
    choice: Choice
    fits: tuple[Fit, ...]
    outcome: Outcome

    @property
    def error(self) -> float | None:
        """The mean error over the cutoffs, None unless it was scored at all of them."""
        errors = [fit.error for fit in self.fits if fit.error is not None]
        return fmean(errors) if self.outcome == "scored" else None

    @property
    def seconds(self) -> float:
        """What its fits took."""
        return sum(fit.seconds for fit in self.fits)


@dataclass(frozen=True)
class Listener:
    """Who hears of the work."""

    tell: Tell
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Search:
    """What all trials share: the panel, of which they see all but the unseen part, and settings.

    `settings` are the defaults of this search, and what the winner is trained with; where it
    `is_cheap`, trials are trained with the least effort.
    """

    panel: Panel
    layout: Layout
    settings: Settings
    is_cheap: bool
    method: Method
    trials: int

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """The forecasts behind each cutoff, the latest cutoff first."""
        parts = range(1, self.layout.n_cutoffs + 1)
        return tuple(self.layout.scene(self.panel, part) for part in parts)

    @cached_property
    def known(self) -> tuple[Panel, ...]:
        """The panel before each cutoff."""
        parts = range(1, self.layout.n_cutoffs + 1)
        return tuple(self.layout.known(self.panel, part) for part in parts)

    @property
    def course(self) -> Course:
        """What trials are scored on."""
        return Course(panel=self.panel, known=self.known, scenes=self.scenes)

    def side_by_side(self, engine: Engine) -> int:
        """How many trials are fitted at a time: one, of which networks are, on one machine.

        A search that learns from its trials waits for each of them, too.
        """
        alone = self.settings.engine.engine == "local" or self.method == "optuna"
        return 1 if alone else engine.workers

    def trained(self, choice: Choice) -> Settings:
        """The settings that a trial is trained with."""
        settings = self.settings
        if self.is_cheap:
            cheap = replace(settings.optimisation, effort="fast")
            settings = replace(settings, optimisation=cheap)
        return within(apply(settings, choice), _FIT_SHARE / self.layout.n_cutoffs)

    def summary(self, trial: Trial) -> TrialSummary:
        """The trial for a report."""
        return TrialSummary(
            number=trial.number,
            settings=differences(self.settings, trial.choice),
            errors=tuple(fit.error for fit in trial.fits),
            error=trial.error,
            outcome=trial.outcome,
            seconds=trial.seconds,
        )


def within(settings: Settings, share: float) -> Settings:
    """The settings with a share of the time limit."""
    limit = settings.optimisation.time_limit
    if limit is None:
        return settings
    return replace(settings, optimisation=replace(settings.optimisation, time_limit=share * limit))


def differences(settings: Settings, choice: Choice) -> dict[str, str]:
    """What was chosen otherwise than by default, as it would be typed."""
    changed = {name: value for name, value in choice.items() if get(settings, name) != value}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in changed.items()
    }


def best(trials: Sequence[Trial]) -> Trial:
    """The trial with the least error of those that err less than the defaults at every cutoff.

    A better mean alone is often luck at one cutoff. The defaults themselves where there is none.
    """
    defaults, *others = trials
    eligible = [defaults, *(trial for trial in others if _beats(trial, defaults))]
    return min(eligible, key=lambda trial: math.inf if trial.error is None else trial.error)


def _beats(trial: Trial, defaults: Trial) -> bool:
    if trial.error is None or defaults.error is None:
        return trial.error is not None
    pairs = zip(trial.fits, defaults.fits, strict=True)
    return all((one.error or 0.0) < (other.error or 0.0) for one, other in pairs)


def best_scored(trials: Sequence[Trial]) -> Trial | None:
    """The best trial, None if not even the defaults could be scored."""
    first = best(trials)
    return None if first.error is None else first
