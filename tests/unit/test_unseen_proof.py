from dataclasses import replace

import numpy as np
import pytest

from forecast_cli import unseen_proof
from forecast_cli.search import Listener
from forecast_cli.trial_log import Fit, TrialLog
from forecast_cli.unseen_proof import DEFAULTS, TUNED, compare_unseen
from tests.searches import CHOICES, ONE_THREAD, PANEL, ignore, run, search_of

pytestmark = pytest.mark.slow


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
    monkeypatch.setattr(unseen_proof, "fit", None)
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
