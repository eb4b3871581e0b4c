"""Search space -> the settings to try, one after the other: a grid, by chance, or by Optuna."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from math import prod
from typing import Any, Protocol

import numpy as np

from forecast_cli.errors import ConfigError, MissingExtraError
from forecast_cli.search_space import Choice, Range, Space, Values
from forecast_cli.tune_config import Method, SearchConfig

_DRAWS_PER_TRIAL = 20
"""Draws that may turn out to be settings already tried, before a space counts as exhausted."""

_UNPRUNED_TRIALS = 4
"""So many trials Optuna needs before it can say that another one is hopeless."""

_ENTROPY = 1707


class Proposals(Protocol):
    """Who says what to try next; told how each try went, in that order."""

    def draw(self) -> Choice | None:
        """The next settings to try, None when there are no more."""

    def is_hopeless(self, errors: Sequence[float]) -> bool:
        """Whether settings with these errors, a cutoff each, need not be tried at others."""

    def learn(self, error: float | None, *, is_pruned: bool) -> None:
        """The mean error of the settings drawn last, None where they could not be trained."""


def choose_method(space: Space, config: SearchConfig) -> Method:
    """How the space is searched.

    Raises:
        ConfigError: it is to be a grid, and there is none, or it is larger than `trials`.
        MissingExtraError: it is to be Optuna, which is not installed.
    """
    size = _grid_size(space)
    if config.method == "optuna" and find_spec("optuna") is None:
        raise MissingExtraError(
            "--search optuna needs Optuna; install it: pip install 'forecast-cli[tune]'"
        )
    if config.method != "grid":
        fits = size is not None and size <= config.trials
        return config.method or ("grid" if fits else "random")
    if size is None:
        raise ConfigError("--search grid needs a list of values for every setting, not a range")
    if size > config.trials:
        raise ConfigError(
            f"the grid has {size} combinations, more than --trials {config.trials}; raise "
            "--trials, or leave out --search for a random sample"
        )
    return "grid"


def propose(space: Space, method: Method, *, trials: int, seed: int) -> Proposals:
    """The settings to try by this method; the same seed gives the same."""
    # Its own seed, because the networks take their chances from the one that was given.
    own_seed = int(np.random.SeedSequence((seed, _ENTROPY)).generate_state(1)[0])
    if method == "optuna":
        return _Optuna(space, n_draws=_DRAWS_PER_TRIAL * trials, seed=own_seed)
    if method == "grid":
        return _Listed(_grid(space))
    return _Listed(_sample(space, n_draws=_DRAWS_PER_TRIAL * trials, seed=own_seed))


def _grid_size(space: Space) -> int | None:
    """The number of combinations, None where there is a range."""
    sizes = [len(d) for d in space.values() if isinstance(d, Values)]
    return prod(sizes) if len(sizes) == len(space) else None


def _grid(space: Space) -> Iterator[Choice]:
    from sklearn.model_selection import ParameterGrid

    yield from ParameterGrid({n: list(d.values) for n, d in space.items() if isinstance(d, Values)})


def _sample(space: Space, *, n_draws: int, seed: int) -> Iterator[Choice]:
    from sklearn.model_selection import ParameterSampler

    yield from islice(ParameterSampler(dict(space), n_iter=n_draws, random_state=seed), n_draws)


class _Listed:
    """Settings that do not depend on how others went."""

    def __init__(self, choices: Iterator[Choice]) -> None:
        self._choices = choices

    def draw(self) -> Choice | None:
        """The next one."""
        return next(self._choices, None)

    def is_hopeless(self, errors: Sequence[float]) -> bool:
        """No opinion."""
        return False

    def learn(self, error: float | None, *, is_pruned: bool) -> None:
        """Nothing to learn."""


class _Optuna:
    """Settings near those that went well, by Optuna's tree-structured Parzen estimator."""

    def __init__(self, space: Space, *, n_draws: int, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space, self._draws_left = space, n_draws
        self._states: Any = optuna.trial.TrialState
        self._trial: Any = None
        self._study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_UNPRUNED_TRIALS),
        )

    def draw(self) -> Choice | None:
        """What Optuna asks for."""
        if not self._draws_left:
            return None
        self._draws_left -= 1
        self._trial = self._study.ask()
        return {name: self._suggest(name, d) for name, d in self._space.items()}

    def _suggest(self, name: str, dimension: Values | Range) -> Any:
        if isinstance(dimension, Values):
            return self._trial.suggest_categorical(name, dimension.values)
        low, high, log = dimension.low, dimension.high, dimension.log
        suggest = self._trial.suggest_int if dimension.is_whole else self._trial.suggest_float
        return dimension.rounded(suggest(name, low, high, log=log))

    def is_hopeless(self, errors: Sequence[float]) -> bool:
        """Whether the errors so far are above the median of the other trials."""
        self._trial.report(float(np.mean(errors)), step=len(errors) - 1)
        return bool(self._trial.should_prune())

    def learn(self, error: float | None, *, is_pruned: bool) -> None:
        """Let Optuna know."""
        if error is None:
            self._study.tell(self._trial, state=self._states.FAIL)
        elif is_pruned:
            self._study.tell(self._trial, state=self._states.PRUNED)
        else:
            self._study.tell(self._trial, error)
