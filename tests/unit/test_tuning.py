from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli.defaults import plan_windows
from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.errors import TrainingError
from forecast_cli.fingerprint import take_fingerprint
from forecast_cli.fitting import fit
from forecast_cli.progress import ProgressEvent
from forecast_cli.proposals import propose
from forecast_cli.search import Listener, Trial, best, within
from forecast_cli.search_space import Range, Space, Values
from forecast_cli.splits import panel_before
from forecast_cli.trial_log import Fit, TrialLog, keeping_trials
from forecast_cli.tuning import run_trials
from tests.searches import (
    CHOICES,
    LAYOUT,
    ONE_THREAD,
    PANEL,
    SETTINGS,
    Given,
    errors,
    ignore,
    run,
    search_of,
    sized,
)

pytestmark = pytest.mark.slow


def test_the_defaults_come_first_and_equal_settings_are_tried_once() -> None:
    trials = run(search_of(), [*CHOICES, {"hidden-size": 4}, {"hidden-size": 6}])
    assert [dict(trial.choice) for trial in trials] == [
        {},
        {"hidden-size": 6},
        {"learning-rate": 0.02},
    ]
    assert [trial.number for trial in trials] == [0, 1, 2]
    assert all(trial.outcome == "scored" and trial.error is not None for trial in trials)


def test_a_fit_is_scored_on_what_came_after_it() -> None:
    search = search_of()
    (defaults,) = run(search, [])
    known = panel_before(PANEL, PANEL.offsets[1:] - 12)
    plan = plan_windows(known, SETTINGS.window, ignore)
    committee = fit(known, plan, SETTINGS, tell=ignore, progress=ignore).committee
    scene = search.scenes[1]
    assert scene.actual.tolist() == [
        PANEL.series(0)[-12:-8].tolist(),
        PANEL.series(1)[-12:-8].tolist(),
    ]
    expected = scene.scaled_error(committee.forecast(scene.context))
    assert defaults.fits[1].error == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("value", [1e6, -3.0, np.nan])
def test_values_of_the_unseen_part_change_no_trial(value: float) -> None:
    left = np.repeat(PANEL.offsets[1:], PANEL.lengths) - np.arange(len(PANEL.values))
    values = np.where(left <= LAYOUT.width, value, PANEL.values)
    values[PANEL.offsets[1:] - 1] = 7.0
    one, other = run(search_of()), run(search_of(replace(PANEL, values=values)))
    assert errors(one) == errors(other)
    assert best(one).number == best(other).number


def test_values_after_a_cutoff_change_no_model_of_it() -> None:
    left = np.repeat(PANEL.offsets[1:], PANEL.lengths) - np.arange(len(PANEL.values))
    changed = replace(PANEL, values=np.where(left <= 8, 5.0, PANEL.values))
    one, other = run(search_of()), run(search_of(changed))
    # The earlier cutoff lies before all that changed, the later one is scored on it.
    assert [e[1] for e in errors(one)] == [e[1] for e in errors(other)]
    assert [e[0] for e in errors(one)] != [e[0] for e in errors(other)]


def test_a_trial_far_behind_the_best_is_dropped_at_the_first_cutoff(
    scores: dict[int, Sequence[float]],
) -> None:
    # Of two forecasts, 1.02 + 1 / sqrt(2) times the error is clearly worse.
    scores |= {4: (1.0, 1.0), 5: (1.72, 1.0), 6: (1.73, 0.0)}
    trials = run(search_of(), sized(5, 6))
    assert [trial.outcome for trial in trials] == ["scored", "scored", "dropped"]
    assert (len(trials[2].fits), trials[2].error) == (1, None)


def test_a_trial_that_the_proposals_give_up_is_dropped_and_they_learn_of_all(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= {4: (1.0, 1.0), 5: (1.1, 0.0), 6: (0.5, 0.7)}
    given = Given(sized(5, 6, 5), hopeless=1.05)
    trials = run_trials(
        search_of(),
        given,
        log=TrialLog(None, ignore),
        hears=Listener(ignore, ignore),
        engine=ONE_THREAD,
    )
    assert [trial.outcome for trial in trials] == ["scored", "dropped", "scored"]
    assert given.learnt == [(1.1, True), (pytest.approx(0.6), False), (1.1, True)]


@pytest.mark.parametrize("seed", range(20))
def test_trials_whose_fits_are_made_ahead_end_as_one_after_the_other(
    scores: dict[int, Sequence[float | None]], seed: int
) -> None:
    random = np.random.default_rng(seed)
    scores |= {size: tuple(random.uniform(0.2, 3, 2).tolist()) for size in range(4, 20)}
    scores[int(random.integers(5, 20))] = (1.0, None)
    choices = sized(*random.integers(5, 20, 12).tolist())
    search = search_of(n_trials=8)
    ray = replace(search.settings, engine=EngineConfig(engine="ray"))
    assert run(replace(search, settings=ray), choices, engine=Threads(3)) == run(search, choices)


def test_a_cluster_fits_several_trials_at_a_time_and_none_too_many(
    scores: dict[int, Sequence[float | None]],
) -> None:
    scores |= dict.fromkeys(range(4, 20), (1.0, 1.0))
    asked: list[int] = []

    class Counting(Threads):
        def run(self, work: Any, shared: Any, n_parts: int, *, hear: Any) -> list[Any]:
            asked.append(n_parts)
            return super().run(work, shared, n_parts, hear=hear)

    search = search_of(n_trials=5)
    ray = replace(search.settings, engine=EngineConfig(engine="ray"))
    run(replace(search, settings=ray), sized(*range(5, 20)), engine=Counting(3))
    assert asked == [1, 1, 3, 3, 2, 2]


def test_settings_that_cannot_be_trained_fail_alone(
    scores: dict[int, Sequence[float | None]],
) -> None:
    scores |= {4: (None, 1.0), 5: (1.0, None), 6: (2.0, 2.0)}
    trials = run(search_of(), sized(5, 6))
    assert [trial.outcome for trial in trials] == ["failed", "failed", "scored"]
    assert best(trials).number == 2
    with pytest.raises(TrainingError, match="with none of 2 settings"):
        run(search_of(), sized(5))


def test_a_loss_that_is_not_finite_is_a_trial_that_failed() -> None:
    trials = run(search_of(), [{"learning-rate": 1e30}])
    assert [trial.outcome for trial in trials] == ["scored", "failed"]


def test_the_number_of_trials_counts_what_stands_beside_the_defaults(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= dict.fromkeys(range(4, 9), (1.0, 1.0))
    assert len(run(search_of(n_trials=2), sized(4, 5, 5, 6, 7, 8))) == 3


def test_the_search_ends_with_its_half_of_the_time(scores: dict[int, Sequence[float]]) -> None:
    scores |= dict.fromkeys(range(4, 9), (1.0, 1.0))
    limited = replace(SETTINGS, optimisation=replace(SETTINGS.optimisation, time_limit=130.0))
    told: list[str] = []
    search = search_of(settings=limited)
    trials = run(search, sized(5, 6, 7, 8), tell=lambda notice: told.append(notice.text))
    assert len(trials) == 3
    assert told == [
        "--time-limit ended the search after 3 trials, the defaults included; another run may "
        "get further"
    ]
    assert search.trained({}).optimisation.time_limit == 130 / 16
    assert within(SETTINGS, 0.5) == SETTINGS


def test_what_was_fitted_before_an_interruption_is_not_fitted_again(tmp_path: Path) -> None:
    output = str(tmp_path / "m.forecast")
    undisturbed = run(search_of())
    count = 0

    def interrupt(_: ProgressEvent) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt

    def keep(*, resume: bool, progress: Callable[[ProgressEvent], None]) -> tuple[Trial, ...]:
        with keeping_trials(output, ignore) as log:
            log.begin(take_fingerprint(PANEL, SETTINGS), resume=resume)
            kept.append(log.recall({"hidden-size": "6"}))
            return run(search_of(), log=log, progress=progress)

    kept: list[tuple[Fit, ...]] = []
    with pytest.raises(KeyboardInterrupt):
        keep(resume=False, progress=interrupt)
    resumed = keep(resume=True, progress=ignore)
    assert kept == [(), resumed[1].fits]
    assert len(kept[1]) == 2
    assert errors(resumed) == errors(undisturbed)


def test_progress_counts_trials_and_shows_the_best_error(
    scores: dict[int, Sequence[float | None]],
) -> None:
    scores |= {4: (1.0, 2.0), 5: (None,), 6: (0.5, 0.5)}
    events: list[ProgressEvent] = []
    run(search_of(n_trials=4), sized(5, 6), progress=events.append)
    assert [(e.unit, e.epoch, e.epochs) for e in events] == [("trial", n, 5) for n in (1, 2, 3)]
    assert [e.validation for e in events] == [1.5, 1.5, 0.5]
    assert np.isnan(events[1].loss)
    assert events[0].seconds_left == 80.0


@pytest.mark.skipif(find_spec("optuna") is None, reason="the extra tune is missing")
def test_optuna_goes_on_after_an_interruption_as_it_would_have_without(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= {size: (1 + abs(size - 20) / 50, 1.0) for size in range(4, 40)}
    log, hears = TrialLog(None, ignore), Listener(ignore, ignore)

    def trials(n_trials: int, log: TrialLog) -> tuple[Trial, ...]:
        space: Space = {"hidden-size": Range(5, 39), "layers": Values((1, 2))}
        proposals = propose(space, "optuna", trials=n_trials, seed=0)
        return run_trials(
            search_of(n_trials=n_trials), proposals, log=log, hears=hears, engine=ONE_THREAD
        )

    undisturbed = trials(12, TrialLog(None, ignore))
    assert trials(5, log) == undisturbed[:6]
    assert trials(12, log) == undisturbed
    assert len({trial.outcome for trial in undisturbed}) == 2
