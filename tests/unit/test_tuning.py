from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli import trial_fits, tuning
from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.defaults import plan_windows
from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.engines.work import Engine
from forecast_cli.errors import TrainingError
from forecast_cli.fingerprint import take_fingerprint
from forecast_cli.fitting import fit
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.proposals import propose
from forecast_cli.search_space import Choice, Range, Space, Values
from forecast_cli.splits import panel_before
from forecast_cli.trial_fits import Attempt
from forecast_cli.trial_log import Fit, TrialLog, keeping_trials
from forecast_cli.tuning import (
    DEFAULTS,
    TUNED,
    Listener,
    Search,
    Trial,
    best,
    compare_unseen,
    differences,
    run_trials,
    within,
)
from forecast_cli.unseen import Layout
from tests.panels import make_panel, wave

pytestmark = pytest.mark.slow

SETTINGS = Settings(
    window=WindowConfig(horizon=4),
    network=NetworkConfig(hidden_size=4),
    optimisation=TrainConfig(epochs=1, steps_per_epoch=3, batch_size=32, members=1, threads=1),
)
LAYOUT = Layout(span=4, n_origins=1, n_cutoffs=2)
PANEL = make_panel(wave(60), wave(52, seed=1))
CHOICES: list[Choice] = [
    {"hidden-size": 6},
    {"learning-rate": 0.02},
    {"hidden-size": 6, "l2": 0.01},
]


def ignore(_: object) -> None:
    pass


class Given:
    """Proposals as they are given; keeps what it is told."""

    def __init__(self, choices: Sequence[Choice], hopeless: float = np.inf) -> None:
        self.choices, self.hopeless = list(choices), hopeless
        self.learnt: list[tuple[float | None, bool]] = []

    def draw(self) -> Choice | None:
        return self.choices.pop(0) if self.choices else None

    def is_hopeless(self, errors: Sequence[float]) -> bool:
        return errors[-1] > self.hopeless

    def learn(self, error: float | None, *, is_pruned: bool) -> None:
        self.learnt.append((error, is_pruned))


ONE_THREAD = Threads()


def search_of(
    panel: Panel = PANEL, *, settings: Settings = SETTINGS, n_trials: int = 9, cheap: bool = False
) -> Search:
    return Search(
        panel=panel,
        layout=LAYOUT,
        settings=settings,
        is_cheap=cheap,
        method="random",
        trials=n_trials,
    )


def run(
    search: Search,
    choices: Sequence[Choice] = CHOICES,
    *,
    log: TrialLog | None = None,
    tell: Callable[[Notice], None] = ignore,
    progress: Callable[[ProgressEvent], None] = ignore,
    engine: Engine = ONE_THREAD,
) -> tuple[Trial, ...]:
    log = log or TrialLog(None, ignore)
    return run_trials(
        search, Given(choices), log=log, hears=Listener(tell, progress), engine=engine
    )


def errors(trials: Sequence[Trial]) -> list[tuple[float | None, ...]]:
    return [tuple(fit.error for fit in trial.fits) for trial in trials]


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> dict[int, Sequence[float | None]]:
    """Errors by hidden size, a cutoff each, that stand in for training."""
    known: dict[int, Sequence[float | None]] = {}

    def fit_nothing(course: object, attempt: Attempt, *_: object) -> Fit:
        settings, cutoff = attempt
        return Fit(error=known[settings.network.units][cutoff], seconds=10.0)

    monkeypatch.setattr(trial_fits, "_fit", fit_nothing)
    return known


def sized(*sizes: int) -> list[Choice]:
    return [{"hidden-size": size} for size in sizes]


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


def test_the_trial_with_the_least_mean_error_wins(scores: dict[int, Sequence[float]]) -> None:
    scores |= {4: (1.0, 1.0), 5: (0.9, 0.6), 6: (0.8, 0.9), 7: (0.9, 0.9)}
    assert best(run(search_of(), sized(5, 6, 7))).choice == {"hidden-size": 5}


def test_a_trial_that_is_worse_than_the_defaults_at_one_cutoff_does_not_win(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= {4: (1.0, 1.0), 5: (0.1, 1.1), 6: (0.9, 0.9)}
    assert best(run(search_of(), sized(5))).number == 0
    assert best(run(search_of(), sized(5, 6))).number == 2


def test_of_equally_good_trials_the_first_wins(scores: dict[int, Sequence[float]]) -> None:
    scores |= {4: (1.0, 1.0), 5: (1.0, 1.0)}
    assert best(run(search_of(), sized(5))).number == 0


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


def test_trials_are_cheap_where_nothing_else_is_asked_for() -> None:
    assert search_of(cheap=True).trained({}).optimisation.effort == "fast"
    assert search_of().trained({"layers": 2}) == replace(
        SETTINGS, network=replace(SETTINGS.network, layers=2)
    )


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


def test_a_summary_tells_what_differs_from_the_defaults(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= {4: (1.0, 2.0), 5: (1.0, 1.0)}
    search = search_of()
    trials = run(search, [{"hidden-size": 5, "layers": 1}])
    first, second = map(search.summary, trials)
    assert (first.settings, first.error, first.seconds) == ({}, 1.5, 20.0)
    assert (second.settings, second.errors) == ({"hidden-size": "5"}, (1.0, 1.0))


def test_the_unseen_part_compares_fits_to_everything_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search, log, hears = search_of(), TrialLog(None, ignore), Listener(ignore, ignore)
    trials = run(search, CHOICES[:1])
    winner = replace(trials[1], fits=(Fit(error=0.0, seconds=1.0),) * 2)
    board = compare_unseen(search, (trials[0], winner), log=log, hears=hears, engine=ONE_THREAD)
    assert {row.model for row in board.rows} == {TUNED, DEFAULTS}
    assert board.n_pairs == 2
    # What was found before an interruption is not fitted again.
    monkeypatch.setattr(tuning, "fit", None)
    assert (
        compare_unseen(search, (trials[0], winner), log=log, hears=hears, engine=ONE_THREAD)
        == board
    )


def test_the_unseen_part_is_not_seen_by_what_is_scored_on_it() -> None:
    changed = PANEL.values.copy()
    changed[PANEL.offsets[1:, None] - [1, 2, 3, 4]] = 5.0
    hears, found = Listener(ignore, ignore), []
    trials = run(search_of(), [])
    for panel in (PANEL, replace(PANEL, values=changed)):
        log = TrialLog(None, ignore)
        compare_unseen(search_of(panel), trials, log=log, hears=hears, engine=ONE_THREAD)
        proof = log.recall_proof({})
        assert proof is not None
        found.append(proof.forecast)
    np.testing.assert_array_equal(found[0], found[1])


def test_defaults_that_failed_are_not_compared() -> None:
    (trial,) = run(search_of(), [])
    failed = replace(trial, outcome="failed", fits=(Fit(error=None, seconds=1.0),))
    log, hears = TrialLog(None, ignore), Listener(ignore, ignore)
    board = compare_unseen(
        search_of(), (failed, replace(trial, number=1)), log=log, hears=hears, engine=ONE_THREAD
    )
    assert [row.model for row in board.rows] == [TUNED]


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


def test_what_a_trial_changes_is_told_as_it_would_be_written() -> None:
    choice: Choice = {"attention": True, "bidirectional": False, "layers": 2, "dropout": 0.1}
    assert differences(SETTINGS, choice) == {"attention": "true", "layers": "2"}
