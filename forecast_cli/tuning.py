"""Panel, search space -> trials, each scored at cutoffs that never look ahead, and the winner."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from forecast_cli.adjustment import without_effects
from forecast_cli.backtest import Scene
from forecast_cli.comparison import told_once, under
from forecast_cli.config import Settings
from forecast_cli.defaults import plan_windows
from forecast_cli.engines.work import Engine
from forecast_cli.errors import TrainingError
from forecast_cli.findings import Leaderboard
from forecast_cli.fitting import fit
from forecast_cli.inference import mean_from
from forecast_cli.leaderboard import Contender, rank
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.proposals import Proposals
from forecast_cli.search_space import Choice, apply, get
from forecast_cli.training import Workshop
from forecast_cli.trial_fits import Ahead, Course, Fits
from forecast_cli.trial_log import Fit, Proof, TrialLog
from forecast_cli.tune_config import Method
from forecast_cli.tuning_findings import Outcome, TrialSummary
from forecast_cli.unseen import Layout

SEARCH_SHARE, UNSEEN_SHARE, FINAL_SHARE = 1 / 2, 1 / 8, 1 / 4
"""Of the time limit: for the search, for each of two fits before the unseen part, and for the
training of the winner."""

_FIT_SHARE = SEARCH_SHARE / 4
"""For the fits of a trial, so that the slowest settings leave time for others."""

_WORSE, _DOUBT = 1.02, 1.0
"""A trial is dropped if its error at the first cutoff exceeds the best trial's there by the factor
1.02 + 1 / sqrt(n) for n forecasts: few of them prove little."""

TUNED, DEFAULTS = "tuned", "defaults"


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


def run_trials(
    search: Search, proposals: Proposals, *, log: TrialLog, hears: Listener, engine: Engine
) -> tuple[Trial, ...]:
    """The defaults, then what is proposed, as far as the number of trials and the time allow.

    Settings that come again are not trained again; fits that the log recalls are not made again.
    A cluster makes fits of several trials ahead; trials are judged one after the other all the
    same, so that the outcome is that of one machine.

    Raises:
        TrainingError: with no settings at all a network could be trained.
    """
    tell = told_once(hears.tell)
    run = _Run(search, proposals, log, Fits(search.course, engine, tell))
    together = search.side_by_side(engine)
    trials: list[Trial] = []
    ahead = Ahead(proposals, lambda choices: run.prepare(choices, trials))
    if together > 1:
        run.prepare([{}], trials)
    trials.append(run.trial(0, {}, None))
    done = {search.trained({}): trials[0]}
    _tell_progress(search, trials, hears.progress)
    while (left := search.trials + 1 - len(trials)) and (
        choice := ahead.draw(min(together, left))
    ) is not None:
        settings = search.trained(choice)
        if settings not in done:
            if not _has_time(search, trials, together):
                hears.tell(Notice("warning", _cut_short(trials)))
                break
            done[settings] = run.trial(len(trials), choice, _leader(trials))
            trials.append(done[settings])
            _tell_progress(search, trials, hears.progress)
        _teach(proposals, done[settings])
    if _leader(trials) is None:
        raise TrainingError(
            f"with none of {len(trials)} settings a network could be trained: the loss is not "
            "finite; search smaller learning rates"
        )
    return tuple(trials)


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


def _leader(trials: Sequence[Trial]) -> Trial | None:
    leader = best(trials)
    return None if leader.error is None else leader


def _teach(proposals: Proposals, trial: Trial) -> None:
    is_pruned = trial.outcome == "dropped"
    proposals.learn(trial.fits[0].error if is_pruned else trial.error, is_pruned=is_pruned)


def _cut_short(trials: Sequence[Trial]) -> str:
    return (
        f"--time-limit ended the search after {len(trials)} trials, the defaults included; "
        "another run may get further"
    )


@dataclass(frozen=True)
class _Run:
    """The work on one trial after the other."""

    search: Search
    proposals: Proposals
    log: TrialLog
    fits: Fits

    def prepare(self, choices: Sequence[Choice], trials: Sequence[Trial]) -> None:
        """Make fits of these trials ahead, of later cutoffs where it does not look hopeless."""
        search, leader = self.search, _leader(trials) if trials else None
        names = [differences(search.settings, choice) for choice in choices]
        unknown = [c for c, name in zip(choices, names, strict=True) if not self.log.recall(name)]
        hopeful = [search.trained(choice) for choice in unknown]
        for cutoff in range(search.layout.n_cutoffs):
            self.fits.make_ahead([(settings, cutoff) for settings in hopeful])
            made = [(settings, self.fits.take((settings, cutoff)).error) for settings in hopeful]
            hopeful = [
                s for s, e in made if e is not None and not self._is_behind(e, cutoff, leader)
            ]

    def trial(self, number: int, choice: Choice, leader: Trial | None) -> Trial:
        """One trial: cutoff after cutoff, until it is hopeless."""
        name = differences(self.search.settings, choice)
        n_cutoffs = self.search.layout.n_cutoffs
        recalled = self.log.recall(name)
        made: tuple[Fit, ...] = ()
        outcome: Outcome = "scored"
        for cutoff in range(n_cutoffs):
            if cutoff < len(recalled):
                made = (*made, recalled[cutoff])
            else:
                made = (*made, self.fits.take((self.search.trained(choice), cutoff)))
                self.log.keep(name, made[cutoff])
            if made[cutoff].error is None:
                outcome = "failed"
                break
            if number and cutoff + 1 < n_cutoffs and self._is_hopeless(made, leader):
                outcome = "dropped"
                break
        return Trial(number=number, choice=choice, fits=made, outcome=outcome)

    def _is_hopeless(self, made: tuple[Fit, ...], leader: Trial | None) -> bool:
        errors = [fit.error for fit in made if fit.error is not None]
        is_hopeless = self.proposals.is_hopeless(errors)
        return is_hopeless or self._is_behind(errors[-1], len(made) - 1, leader)

    def _is_behind(self, error: float, cutoff: int, leader: Trial | None) -> bool:
        """Whether an error at a cutoff is far above the best trial's there."""
        if leader is None:
            return False
        n_forecasts = len(self.search.scenes[cutoff].origins)
        most = _WORSE + _DOUBT / math.sqrt(n_forecasts)
        return error > most * (leader.fits[cutoff].error or math.inf)


def _has_time(search: Search, trials: Sequence[Trial], together: int) -> bool:
    """Whether another trial, if it takes as long as the others, ends before the search must."""
    limit = search.settings.optimisation.time_limit
    if limit is None:
        return True
    spent = sum(trial.seconds for trial in trials) / together
    return spent + spent / len(trials) <= SEARCH_SHARE * limit


def _tell_progress(search: Search, trials: Sequence[Trial], progress: Progress) -> None:
    leader, last = _leader(trials), trials[-1]
    spent = sum(trial.seconds for trial in trials)
    count = search.trials + 1
    errors = [fit.error for fit in last.fits if fit.error is not None]
    progress(
        ProgressEvent(
            stage="searching",
            unit="trial",
            epoch=len(trials),
            epochs=count,
            loss=fmean(errors) if errors else math.nan,
            validation=None if leader is None else leader.error,
            seconds_left=spent / len(trials) * (count - len(trials)),
        )
    )


def compare_unseen(
    search: Search, trials: Sequence[Trial], *, log: TrialLog, hears: Listener, engine: Engine
) -> Leaderboard:
    """The best trial and the defaults on the unseen part, each fitted to everything before it."""
    scene = search.layout.scene(search.panel, 0)
    contenders = [
        Contender(model=name, forecast=forecast, seconds=0.0)
        for name, forecast in scene.simple.items()
    ]
    for name, trial in ((TUNED, best(trials)), (DEFAULTS, trials[0])):
        if trial.outcome != "scored":
            continue
        changed = differences(search.settings, trial.choice)
        proof = log.recall_proof(changed)
        if proof is None or proof.forecast.shape != scene.actual.shape:
            settings = within(apply(search.settings, trial.choice), UNSEEN_SHARE)
            told = Listener(hears.tell, under(f"{name} before the unseen part", hears.progress))
            proof = _prove(search, settings, scene, told, engine)
            log.keep_proof(changed, proof)
        contenders.append(Contender(model=name, **vars(proof)))
    return rank(scene, contenders, {TUNED, DEFAULTS}, step_size=search.layout.span)


def _prove(
    search: Search, settings: Settings, scene: Scene, hears: Listener, engine: Engine
) -> Proof:
    started = time.perf_counter()
    known = search.layout.known(search.panel, 0)
    plan = plan_windows(without_effects(known), settings.window, _ignore)
    fitted = fit(
        known,
        plan,
        settings,
        tell=hears.tell,
        progress=hears.progress,
        workshop=Workshop(engine),
    )
    committee = fitted.committee
    return Proof(
        forecast=mean_from(fitted, search.panel, scene.origins, horizon=scene.horizon),
        seconds=time.perf_counter() - started,
        n_parameters=committee.n_parameters,
        network_share=sum(member.weight for member in committee.members),
    )


def _ignore(_: object) -> None:
    pass
