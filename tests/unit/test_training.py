import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from forecast_cli.config import CELLS, Cell, NetworkConfig, TrainConfig
from forecast_cli.errors import TrainingError
from forecast_cli.progress import ProgressEvent
from forecast_cli.representation import Representation
from forecast_cli.splits import split_panel
from forecast_cli.training import Task, Trained, choose_device, one_cycle, train_all
from tests.panels import make_panel, wave

QUICK = TrainConfig(epochs=3, steps_per_epoch=4, batch_size=32)


def make_task(*, cell: Cell = "gru", validated: bool = True, log: bool = False) -> Task:
    panel = make_panel(wave(90), wave(70, seed=1), wave(60, seed=2))
    split = split_panel(panel, horizon=6, season_length=1)
    assert split is not None
    return Task(
        panel=panel,
        limits=split.fit_limits,
        validation=split.validation if validated else None,
        representation=Representation(log=log, base="naive", season_length=1),
        network=NetworkConfig(cell=cell, hidden_size=12),
        context_length=12,
        horizon=6,
        optimisation=QUICK,
        epochs=QUICK.epochs,
        stage="test",
    )


def global_numpy_state() -> str:
    return repr(np.random.get_state())  # noqa: NPY002 (the global generator is what is checked)


def run(task: Task) -> Trained:
    return train_all([task], threads=1, progress=lambda _: None)[0]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("log", [False, True])
def test_training_learns_a_wave_better_than_the_continuation_it_starts_from(
    cell: Cell, log: bool
) -> None:
    task = make_task(cell=cell, log=log)
    untrained = run(replace(task, epochs=0)).validation_error
    longer = replace(QUICK, epochs=12, learning_rate=1e-2)
    assert run(replace(task, optimisation=longer, epochs=12)).validation_error < 0.8 * untrained


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    task = make_task()
    first, again = run(task), run(task)
    other = run(replace(task, optimisation=replace(QUICK, seed=1)))
    for name, weight in first.weights.items():
        np.testing.assert_array_equal(weight, again.weights[name])
    assert any((weight != other.weights[name]).any() for name, weight in first.weights.items())


def test_networks_side_by_side_get_the_same_bits_as_one_after_the_other() -> None:
    tasks = [make_task(), make_task(log=True), make_task(cell="lstm")]
    together = train_all(tasks, threads=3, progress=lambda _: None)
    for task, trained in zip(tasks, together, strict=True):
        for name, weight in run(task).weights.items():
            np.testing.assert_array_equal(weight, trained.weights[name])


def test_an_interrupt_ends_all_networks_at_once() -> None:
    def interrupt(event: ProgressEvent) -> None:
        raise KeyboardInterrupt

    endless = replace(make_task(validated=False), epochs=10**9)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        train_all([endless, endless], threads=2, progress=interrupt)
    assert time.monotonic() - started < 10


def test_training_leaves_the_global_generators_alone() -> None:
    torch_state, numpy_state = torch.get_rng_state(), global_numpy_state()
    run(make_task())
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert global_numpy_state() == numpy_state


def test_nothing_behind_the_limits_reaches_the_weights() -> None:
    task = make_task(validated=False)
    panel = task.panel
    changed = panel.values.copy()
    for limit, end in zip(task.limits, panel.offsets[1:], strict=True):
        changed[limit:end] = 1e6
    other = replace(task, panel=replace(panel, values=changed))
    for name, weight in run(task).weights.items():
        np.testing.assert_array_equal(weight, run(other).weights[name])


def test_early_stopping_keeps_the_epoch_that_did_best_on_validation() -> None:
    seen: list[ProgressEvent] = []
    wild = replace(QUICK, epochs=40, learning_rate=0.5, patience=2)
    task = replace(make_task(), optimisation=wild, epochs=40)
    (trained,) = train_all([task], threads=1, progress=seen.append)
    errors = [event.validation for event in seen]
    assert len(seen) < 40
    assert trained.epochs == len(seen) - 2
    if trained.epochs:
        assert trained.validation_error == min(error for error in errors if error is not None)


def test_without_validation_the_last_epoch_counts() -> None:
    trained = run(make_task(validated=False))
    assert trained.epochs == QUICK.epochs
    assert np.isnan(trained.validation_error)


def test_a_loss_that_is_not_finite_stops_with_advice() -> None:
    task = make_task()
    broken = replace(task, optimisation=replace(QUICK, learning_rate=1e38, clip_norm=1e38))
    with pytest.raises(TrainingError, match="smaller --learning-rate"):
        run(broken)


def test_l1_pulls_weights_to_zero() -> None:
    def size(l1: float) -> float:
        task = make_task(validated=False)
        config = replace(QUICK, l1=l1, epochs=6)
        weights = run(replace(task, optimisation=config, epochs=6)).weights
        return float(sum(np.abs(w).sum() for w in weights.values()))

    assert size(1.0) < 0.95 * size(0.0)


def test_a_time_limit_ends_training_early() -> None:
    hurried = replace(QUICK, epochs=1000, time_limit=1e-6)
    task = replace(make_task(validated=False), optimisation=hurried, epochs=1000)
    trained = run(task)
    assert trained.epochs == 1
    assert trained.is_cut_short
    assert not run(make_task()).is_cut_short


def test_progress_is_told_once_an_epoch() -> None:
    seen: list[ProgressEvent] = []
    train_all([make_task()], threads=1, progress=seen.append)
    assert [event.epoch for event in seen] == [1, 2, 3]
    assert all(np.isfinite(event.loss) for event in seen)
    assert seen[-1].seconds_left == 0


def test_a_device_that_is_not_there_is_refused() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(TrainingError, match="--device cuda"):
            choose_device(TrainConfig(device="cuda"))
    assert choose_device(TrainConfig()) == "cpu"


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    rates = [one_cycle(done) for done in np.linspace(0, 1, 101)]
    assert rates[0] == 0
    assert max(rates) == rates[10] == 1
    assert rates[100] == pytest.approx(0)
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))
