from collections.abc import Sequence
from dataclasses import replace

import pytest

from forecast_cli.search import best, differences
from forecast_cli.search_space import Choice
from tests.searches import SETTINGS, run, search_of, sized

pytestmark = pytest.mark.slow


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


def test_trials_are_cheap_where_nothing_else_is_asked_for() -> None:
    assert search_of(cheap=True).trained({}).optimisation.effort == "fast"
    assert search_of().trained({"layers": 2}) == replace(
        SETTINGS, network=replace(SETTINGS.network, layers=2)
    )


def test_a_summary_tells_what_differs_from_the_defaults(
    scores: dict[int, Sequence[float]],
) -> None:
    scores |= {4: (1.0, 2.0), 5: (1.0, 1.0)}
    search = search_of()
    trials = run(search, [{"hidden-size": 5, "layers": 1}])
    first, second = map(search.summary, trials)
    assert (first.settings, first.error, first.seconds) == ({}, 1.5, 20.0)
    assert (second.settings, second.errors) == ({"hidden-size": "5"}, (1.0, 1.0))


def test_what_a_trial_changes_is_told_as_it_would_be_written() -> None:
    choice: Choice = {"attention": True, "bidirectional": False, "layers": 2, "dropout": 0.1}
    assert differences(SETTINGS, choice) == {"attention": "true", "layers": "2"}
