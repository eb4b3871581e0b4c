from importlib.util import find_spec
from itertools import product

import pytest

from forecast_cli import proposals
from forecast_cli.errors import ConfigError, MissingExtraError
from forecast_cli.proposals import Proposals, choose_method, propose
from forecast_cli.search_space import Choice, Range, Space, Values
from forecast_cli.tune_config import Method, SearchConfig

LISTS: Space = {"hidden-size": Values((16, 32)), "layers": Values((1, 2, 3))}
MIXED: Space = {"hidden-size": Values((16, 32)), "l2": Range(0.001, 1.0, log=True)}

needs_optuna = pytest.mark.skipif(find_spec("optuna") is None, reason="the extra tune is missing")


def drawn(proposals: Proposals, most: int = 100) -> list[Choice]:
    found: list[Choice] = []
    while len(found) < most and (choice := proposals.draw()) is not None:
        found.append(choice)
        proposals.learn(1.0, is_pruned=False)
    return found


@pytest.mark.parametrize(
    ("space", "config", "method"),
    [
        (LISTS, SearchConfig(trials=6), "grid"),
        (LISTS, SearchConfig(trials=5), "random"),
        (LISTS, SearchConfig(trials=6, method="random"), "random"),
        (MIXED, SearchConfig(), "random"),
    ],
)
def test_a_grid_is_searched_where_all_of_it_can_be_tried(
    space: Space, config: SearchConfig, method: Method
) -> None:
    assert choose_method(space, config) == method


@pytest.mark.parametrize(
    ("space", "words"),
    [(LISTS, "the grid has 6 combinations, more than --trials 5"), (MIXED, "not a range")],
)
def test_a_grid_that_cannot_be_searched_is_refused(space: Space, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        choose_method(space, SearchConfig(trials=5, method="grid"))


def test_optuna_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'forecast-cli\[tune\]'"):
        choose_method(LISTS, SearchConfig(method="optuna"))


def test_a_grid_is_every_combination_once() -> None:
    found = drawn(propose(LISTS, "grid", trials=6, seed=0))
    assert sorted((c["hidden-size"], c["layers"]) for c in found) == sorted(
        product((16, 32), (1, 2, 3))
    )


METHODS: list[Method] = ["random"]
if find_spec("optuna") is not None:
    METHODS.append("optuna")


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_settings_and_more_trials_go_on_with_others(
    method: Method,
) -> None:
    few, many = (propose(MIXED, method, trials=n, seed=3) for n in (2, 5))
    assert drawn(few, 8) == drawn(many, 8)
    other = propose(MIXED, method, trials=2, seed=4)
    assert drawn(propose(MIXED, method, trials=2, seed=3), 8) != drawn(other, 8)


@pytest.mark.parametrize("method", METHODS)
def test_draws_come_to_an_end_in_a_space_that_is_exhausted(method: Method) -> None:
    found = drawn(propose({"layers": Values((1,))}, method, trials=2, seed=0))
    assert found == [{"layers": 1}] * 40


def test_a_space_with_more_combinations_than_can_be_counted_is_searched() -> None:
    names = ["hidden-size", "layers", "dropout", "epochs", "batch-size", "l1", "l2"]
    space = {name: Values(tuple(range(1, 1001))) for name in names}
    assert choose_method(space, SearchConfig()) == "random"
    assert len(drawn(propose(space, "random", trials=5, seed=0), 5)) == 5


@needs_optuna
def test_optuna_gives_up_on_settings_above_the_median_of_others() -> None:
    search = propose(MIXED, "optuna", trials=10, seed=0)
    for _ in range(5):
        search.draw()
        assert not search.is_hopeless([1.0])
        search.learn(1.0, is_pruned=False)
    search.draw()
    assert search.is_hopeless([2.0])
    search.learn(2.0, is_pruned=True)
    search.draw()
    search.learn(None, is_pruned=False)
    assert search.draw() is not None


@needs_optuna
def test_optuna_draws_what_the_space_allows() -> None:
    space: Space = {**MIXED, "layers": Range(1, 3)}
    for choice in drawn(propose(space, "optuna", trials=1, seed=0)):
        assert choice["hidden-size"] in (16, 32)
        assert choice["layers"] in (1, 2, 3)
        assert 0.001 <= float(choice["l2"]) <= 1
