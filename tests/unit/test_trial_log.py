from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli.errors import CheckpointError, OutputError
from forecast_cli.filesystem import OwnedFile
from forecast_cli.fingerprint import Fingerprint
from forecast_cli.resume import keeping_state
from forecast_cli.trial_log import Fit, Proof, keeping_trials
from tests.interruptions import HERE, Told, state_of
from tests.sealed_files import put_together, take_apart

SMALL = {"hidden-size": "16", "l2": "0.1"}
PROOF = Proof(
    forecast=np.array([[0.1, 1e300], [-3.0, 2.0]]), seconds=2.5, n_parameters=9, network_share=0.5
)
FITS = (Fit(error=0.1 + 0.2, seconds=1.5), Fit(error=None, seconds=0.25))


class InterruptedSearchError(Exception):
    pass


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "m.forecast"


def search_until(error: Exception, output: Path, told: Told, *fits: Fit) -> None:
    with keeping_trials(str(output), told) as log:
        log.begin(HERE, resume=False)
        for fit in fits:
            log.keep(SMALL, fit)
            log.keep_proof(SMALL, PROOF)
        raise error


def interrupt(output: Path, told: Told) -> None:
    with pytest.raises(InterruptedSearchError):
        search_until(InterruptedSearchError(), output, told, *FITS)
    told.clear()


def resume(output: Path, told: Told, fingerprint: Fingerprint = HERE) -> tuple[Fit, ...]:
    with keeping_trials(str(output), told) as log:
        log.begin(fingerprint, resume=True)
        return log.recall(dict(reversed(SMALL.items())))


def test_a_search_that_ends_well_leaves_no_log(output: Path, told: Told) -> None:
    with keeping_trials(str(output), told) as log:
        log.begin(HERE, resume=False)
        log.keep(SMALL, FITS[0])
        assert state_of(output).stat().st_size > 0
    assert list(output.parent.iterdir()) == []
    assert told == []


def test_an_interrupted_search_says_where_its_log_is_and_goes_on_from_it(
    output: Path, told: Told
) -> None:
    error = InterruptedSearchError()
    with pytest.raises(InterruptedSearchError):
        search_until(error, output, told, *FITS)
    assert list(output.parent.iterdir()) == [state_of(output)]
    (note,) = error.__notes__
    assert note.startswith(f"the search so far is kept in {state_of(output)}; the same command")
    assert resume(output, told) == FITS
    assert told == ["guess: --resume: going on after 1 trial"]
    assert list(output.parent.iterdir()) == []


def test_a_search_that_had_nothing_to_keep_leaves_nothing(output: Path, told: Told) -> None:
    error = InterruptedSearchError()
    with pytest.raises(InterruptedSearchError):
        search_until(error, output, told)
    assert list(output.parent.iterdir()) == []
    assert not hasattr(error, "__notes__")


def test_without_a_log_a_search_starts_anew_and_says_so(output: Path, told: Told) -> None:
    assert resume(output, told) == ()
    assert told == ["guess: --resume: no interrupted search is here; starting anew"]


def test_a_log_that_is_not_gone_on_from_is_told(output: Path, told: Told) -> None:
    interrupt(output, told)
    with keeping_trials(str(output), told) as log:
        log.begin(HERE, resume=False)
        assert log.recall(SMALL) == ()
    assert "is replaced, because this run starts anew" in told[0]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(HERE, data="cd" * 32), "the data differ"),
        (replace(HERE, options={"--cell": "rnn"}), "--cell was gru and is rnn"),
        (replace(HERE, versions={"torch": "9"}), "torch was 2.13 and is 9"),
    ],
)
def test_a_search_of_something_else_is_refused_and_kept(
    output: Path, told: Told, other: Fingerprint, words: str
) -> None:
    interrupt(output, told)
    with pytest.raises(CheckpointError, match=words):
        resume(output, told, other)
    assert resume(output, told) == FITS


def test_another_machine_is_told(output: Path, told: Told) -> None:
    interrupt(output, told)
    assert resume(output, told, replace(HERE, machine="a brain")) == FITS
    assert told[0].startswith("warning: the search was begun on an abacus")


def test_the_state_of_a_training_is_no_log_and_a_log_no_training(output: Path, told: Told) -> None:
    interrupt(output, told)
    with (
        pytest.raises(CheckpointError, match="not a training state"),
        keeping_state(str(output), told) as keeper,
    ):
        keeper.begin(HERE, resume=True)


def test_two_searches_do_not_share_a_log(output: Path, told: Told) -> None:
    with (
        keeping_trials(str(output), told),
        pytest.raises(OutputError, match="another training to this file is going on"),
        keeping_trials(str(output), told),
    ):
        pass


def test_a_log_that_cannot_be_written_is_told_and_the_search_goes_on(
    output: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OutputError("no space")

    monkeypatch.setattr(OwnedFile, "write", fail)
    with keeping_trials(str(output), told) as log:
        log.begin(HERE, resume=False)
        log.keep(SMALL, FITS[0])
        log.keep(SMALL, FITS[1])
        assert log.recall(SMALL) == FITS
    assert told == ["warning: no space; the search goes on, but cannot be resumed"]


def test_what_was_forecast_of_the_unseen_part_is_kept_with_it(output: Path, told: Told) -> None:
    interrupt(output, told)
    with keeping_trials(str(output), told) as log:
        log.begin(HERE, resume=True)
        proof = log.recall_proof(SMALL)
        assert proof is not None
        np.testing.assert_array_equal(proof.forecast, PROOF.forecast)
        assert (proof.seconds, proof.n_parameters, proof.network_share) == (2.5, 9, 0.5)
        assert log.recall_proof({}) is None


@pytest.mark.parametrize(
    "forecast",
    [None, np.array([1.0]), np.array([[np.nan]]), np.array([[1.0]], dtype=np.float32)],
)
def test_a_forecast_that_cannot_be_one_is_refused(
    output: Path, told: Told, forecast: np.ndarray | None
) -> None:
    interrupt(output, told)
    metadata, _ = take_apart(state_of(output).read_bytes())
    tensors = {} if forecast is None else {"proofs.0": forecast}
    state_of(output).write_bytes(put_together(metadata, tensors))
    with pytest.raises(CheckpointError, match="not a usable tuning state"):
        resume(output, told)


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log["trials"][0]["fits"][0].update(error=-1.0),
        lambda log: log["trials"][0]["fits"][0].update(error=True),
        lambda log: log["trials"][0]["fits"][0].update(seconds=None),
        lambda log: log["trials"][0].pop("fits"),
        lambda log: log["trials"][0].update(more=1),
        lambda log: log["trials"][0].update(settings=[1]),
        lambda log: log.update(trials=3),
        lambda log: log.pop("fingerprint"),
    ],
)
def test_a_log_that_does_not_hold_together_is_refused(
    output: Path, told: Told, change: Callable[[dict[str, Any]], Any]
) -> None:
    interrupt(output, told)
    metadata, tensors = take_apart(state_of(output).read_bytes())
    change(metadata["log"])
    state_of(output).write_bytes(put_together(metadata, tensors))
    with pytest.raises(CheckpointError, match="not a usable tuning state"):
        resume(output, told)
