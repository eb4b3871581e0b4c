"""Small searches, and proposals that are given."""

from collections.abc import Callable, Sequence

import numpy as np

from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.engines.work import Engine
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.search import Listener, Search, Trial
from forecast_cli.search_space import Choice
from forecast_cli.trial_log import TrialLog
from forecast_cli.tuning import run_trials
from forecast_cli.unseen import Layout
from tests.panels import make_panel, wave

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


def sized(*sizes: int) -> list[Choice]:
    return [{"hidden-size": size} for size in sizes]
