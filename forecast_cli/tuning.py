"""A search, proposals -> its trials, each scored at cutoffs that never look ahead."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from forecast_cli.comparison import told_once
from forecast_cli.engines.work import Engine
from forecast_cli.errors import TrainingError
from forecast_cli.notices import Notice
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.proposals import Proposals
from forecast_cli.search import SEARCH_SHARE, Listener, Search, Trial, best_scored, differences
from forecast_cli.search_space import Choice
from forecast_cli.trial_fits import Ahead, Fits
from forecast_cli.trial_log import Fit, TrialLog
from forecast_cli.tuning_findings import Outcome

_WORSE, _DOUBT = 1.02, 1.0
"""A trial is dropped if its error at the first cutoff exceeds the best trial's there by the factor
1.02 + 1 / sqrt(n) for n forecasts: few of them prove little."""


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
            done[settings] = run.trial(len(trials), choice, best_scored(trials))
            trials.append(done[settings])
            _tell_progress(search, trials, hears.progress)
        _teach(proposals, done[settings])
    if best_scored(trials) is None:
        raise TrainingError(
            f"with none of {len(trials)} settings a network could be trained: the loss is not "
            "finite; search smaller learning rates"
        )
    return tuple(trials)


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
        search, leader = self.search, best_scored(trials) if trials else None
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
    leader, last = best_scored(trials), trials[-1]
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
