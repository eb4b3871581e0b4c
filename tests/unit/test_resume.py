import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.errors import CheckpointError, OutputError, TrainingError
from forecast_cli.filesystem import OwnedFile
from forecast_cli.fingerprint import Fingerprint
from forecast_cli.resume import StateKeeper, keeping_state
from forecast_cli.snapshot import Trained
from tests.interruptions import HERE, Told, state_of


def trained(value: float = 1.0) -> Trained:
    return Trained(weights={"bias": np.full(3, value, np.float32)}, epochs=2, validation_error=0.5)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "m.forecast"


class InterruptedTrainingError(Exception):
    pass


def train_until(error: Exception, output: Path, told: Told, **states: Trained) -> None:
    """Begin a training, reach these states, fail."""
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        for name, state in states.items():
            keeper.keep(name, state)
        raise error


def interrupt(output: Path, told: Told) -> None:
    """Leave the state of a training with one trained network."""
    with pytest.raises(InterruptedTrainingError):
        train_until(InterruptedTrainingError(), output, told, a=trained())
    told.clear()


def bias(keeper: StateKeeper, name: str) -> float:
    state = keeper.recall(name)
    assert isinstance(state, Trained)
    return float(state.weights["bias"][0])


def test_a_training_that_ends_well_leaves_no_state(output: Path, told: Told) -> None:
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        keeper.keep("a", trained())
        assert keeper.save()
        assert state_of(output).stat().st_size > 0
    assert list(output.parent.iterdir()) == []
    assert told == []


def test_an_interrupted_training_says_where_its_state_is(output: Path, told: Told) -> None:
    error = InterruptedTrainingError()
    with pytest.raises(InterruptedTrainingError):
        train_until(error, output, told, a=trained())
    assert list(output.parent.iterdir()) == [state_of(output)]
    (note,) = error.__notes__
    assert str(state_of(output)) in note
    assert "--resume" in note


def test_a_loss_that_is_not_finite_keeps_the_last_good_state_without_advice(
    output: Path, told: Told
) -> None:
    error = TrainingError("the loss became nan")
    with pytest.raises(TrainingError):
        train_until(error, output, told, a=trained())
    assert state_of(output).stat().st_size > 0
    assert not hasattr(error, "__notes__")


def test_a_training_that_had_nothing_to_keep_leaves_nothing(output: Path, told: Told) -> None:
    error = InterruptedTrainingError()
    with pytest.raises(InterruptedTrainingError):
        train_until(error, output, told)
    assert list(output.parent.iterdir()) == []
    assert not hasattr(error, "__notes__")


def test_a_resumed_training_recalls_what_was_kept(output: Path, told: Told) -> None:
    interrupt(output, told)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=True)
        assert bias(keeper, "a") == 1.0
        assert keeper.recall("b") is None
    assert told == ["guess: --resume: going on with 1 trained networks and 0 in training"]
    assert list(output.parent.iterdir()) == []


def test_without_a_state_a_resumed_training_starts_anew_and_says_so(
    output: Path, told: Told
) -> None:
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=True)
        assert keeper.recall("a") is None
    assert told == ["guess: --resume: no interrupted training is here; starting anew"]


def test_a_training_that_is_not_resumed_warns_of_the_state_it_replaces(
    output: Path, told: Told
) -> None:
    interrupt(output, told)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        assert keeper.recall("a") is None
    (warning,) = told
    assert "--resume would go on from it" in warning


def test_a_run_that_fails_early_keeps_the_state_of_the_one_before(output: Path, told: Told) -> None:
    interrupt(output, told)
    before = state_of(output).read_bytes()
    with pytest.raises(InterruptedTrainingError), keeping_state(str(output), told):
        raise InterruptedTrainingError
    assert state_of(output).read_bytes() == before


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(HERE, data="cd" * 32), "the data differ"),
        (replace(HERE, options={"--cell": "lstm"}), "--cell was gru and is lstm"),
        (replace(HERE, versions={"torch": "3.0"}), r"torch was 2\.13 and is 3\.0"),
    ],
)
def test_the_state_of_another_training_is_refused_and_stays(
    output: Path, told: Told, other: Fingerprint, words: str
) -> None:
    interrupt(output, told)
    before = state_of(output).read_bytes()
    with (
        pytest.raises(CheckpointError, match=rf"{words}\. .*train without --resume"),
        keeping_state(str(output), told) as keeper,
    ):
        keeper.begin(other, resume=True)
    assert state_of(output).read_bytes() == before


def test_another_machine_is_told_and_accepted(output: Path, told: Told) -> None:
    interrupt(output, told)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(replace(HERE, machine="another"), resume=True)
        assert bias(keeper, "a") == 1.0
    assert "begun on an abacus" in told[0]


def test_a_damaged_state_is_refused_with_what_to_do(output: Path, told: Told) -> None:
    interrupt(output, told)
    data = bytearray(state_of(output).read_bytes())
    data[-1] ^= 1
    state_of(output).write_bytes(data)
    with (
        pytest.raises(CheckpointError, match=r"m\.forecast\.state.*train without --resume"),
        keeping_state(str(output), told) as keeper,
    ):
        keeper.begin(HERE, resume=True)


def test_two_trainings_to_one_file_are_not_let_in(output: Path, told: Told) -> None:
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        keeper.keep("a", trained())
        for _ in range(2):
            with (
                pytest.raises(OutputError, match="another training to this file is going on"),
                keeping_state(str(output), told),
            ):
                pass
            # Its lock moves on to the new content.
            keeper.save()


def test_what_is_no_file_has_no_state_beside_it(told: Told) -> None:
    for output in (None, os.devnull):
        with keeping_state(output, told) as keeper:
            keeper.begin(HERE, resume=False)
            keeper.keep("a", trained())
            assert not keeper.save()
            assert bias(keeper, "a") == 1.0
    assert not Path(f"{os.devnull}.state").exists()


def test_the_state_lies_beside_the_file_that_a_link_points_to(tmp_path: Path, told: Told) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = tmp_path / "m.forecast"
    link.symlink_to(folder / "real.forecast")
    (folder / "real.forecast").touch()
    with keeping_state(str(link), told):
        assert (folder / "real.forecast.state").exists()


def test_the_longest_name_has_a_state_too(tmp_path: Path, told: Told) -> None:
    output = tmp_path / ("x" * 255)
    interrupt(output, told)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=True)
        assert bias(keeper, "a") == 1.0


def test_a_disk_that_is_full_is_told_once_and_does_not_stop_the_training(
    output: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OutputError("m.forecast.state: cannot be written: no space left on device")

    monkeypatch.setattr(OwnedFile, "write", refuse)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        keeper.keep("a", trained())
        assert not keeper.save()
        assert not keeper.save()
    (warning,) = told
    assert "no space left on device; the training goes on, but cannot be resumed" in warning


def saving_times(
    monkeypatch: pytest.MonkeyPatch, clock: Callable[[], float], cost: float
) -> list[float]:
    """When the state is saved, if saving takes `cost` seconds; time stands still otherwise."""
    saved: list[float] = []
    spent = 0.0

    def now() -> float:
        return clock() + spent

    def write(_file: OwnedFile, _data: bytes) -> None:
        nonlocal spent
        saved.append(now())
        spent += cost

    monkeypatch.setattr(time, "monotonic", now)
    monkeypatch.setattr(OwnedFile, "write", write)
    return saved


@pytest.mark.parametrize("cost", [0.0, 0.005, 0.08])
def test_saving_takes_at_most_a_hundredth_of_the_time(
    output: Path, told: Told, monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    clock = 0.0
    saved = saving_times(monkeypatch, lambda: clock, cost)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        for _ in range(1000):
            clock += 0.1
            keeper.keep("a", trained())
    assert len(saved) >= 9
    assert len(saved) * cost <= 0.011 * 100
    assert saved[0] >= 1.0


def test_a_network_that_is_kept_while_another_is_saved_does_not_wait(
    output: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write(_file: OwnedFile, _data: bytes) -> None:
        begun.set()
        assert go_on.wait(10)

    monkeypatch.setattr(OwnedFile, "write", write)
    monkeypatch.setattr("forecast_cli.resume._SHORTEST_PAUSE", 0.0)
    with keeping_state(str(output), told) as keeper:
        keeper.begin(HERE, resume=False)
        slow = threading.Thread(target=keeper.keep, args=["a", trained()])
        slow.start()
        assert begun.wait(10)
        keeper.keep("b", trained(2.0))
        assert bias(keeper, "b") == 2.0
        go_on.set()
        slow.join()
