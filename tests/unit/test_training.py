import time
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from forecast_cli.committee import Form
from forecast_cli.config import (
    CELLS,
    OPTIMIZERS,
    SCHEDULES,
    Cell,
    NetworkConfig,
    OptimizerName,
    Schedule,
    TrainConfig,
)
from forecast_cli.engines.threads import Threads
from forecast_cli.errors import CheckpointError, TrainingError
from forecast_cli.progress import ProgressEvent
from forecast_cli.representation import Representation
from forecast_cli.scales import positive_scales
from forecast_cli.snapshot import Snapshot, Trained
from forecast_cli.splits import origins_at, split_panel
from forecast_cli.training import Workshop, train_all
from forecast_cli.training_run import Task
from forecast_cli.windows import futures, histories
from tests.panels import make_panel, wave

QUICK = TrainConfig(steps_per_epoch=4, batch_size=32, learning_rate=5e-3)
FASTER = replace(QUICK, steps_per_epoch=8, learning_rate=1e-2)


def make_task(
    *,
    cell: Cell = "gru",
    validated: bool = True,
    log: bool = False,
    season_length: int = 1,
    segment_length: int = 1,
) -> Task:
    """With a season it is taken out before."""
    panel = make_panel(wave(90), wave(70, seed=1), wave(60, seed=2))
    split = split_panel(panel, horizon=6, season_length=season_length)
    assert split is not None
    return Task(
        name="wave",
        panel=panel,
        limits=split.fit_limits,
        validation=split.validation if validated else None,
        form=Form(
            representation=Representation(
                log=log,
                base="naive",
                season_length=season_length,
                deseasonalised=season_length > 1,
            ),
            context_length=12,
            network=NetworkConfig(cell=cell, hidden_size=12, segment_length=segment_length),
        ),
        horizon=6,
        season_length=season_length,
        optimisation=QUICK,
        seed=0,
        epochs=3,
        stage="test",
    )


def global_numpy_state() -> str:
    return repr(np.random.get_state())  # noqa: NPY002 (the global generator is what is checked)


def run(task: Task) -> Trained:
    return train_all([task], Workshop(Threads(1)), lambda _: None)[0]


@pytest.mark.parametrize(
    ("log", "cell"),
    [
        *((cell == "gru", cell) for cell in CELLS),
        *(pytest.param(cell != "gru", cell, marks=pytest.mark.slow) for cell in CELLS),
    ],
)
def test_training_learns_a_wave_better_than_the_continuation_it_starts_from(
    cell: Cell, log: bool
) -> None:
    task = make_task(cell=cell, log=log)
    untrained = run(replace(task, epochs=0)).validation_error
    longer = replace(task, optimisation=FASTER, epochs=12)
    assert run(longer).validation_error < 0.8 * untrained


@pytest.mark.parametrize(
    ("season_length", "segment_length", "log"),
    [
        *[(1, 4, False), (12, 1, True), (12, 6, False)],
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [(1, 4, True), (12, 1, False), (12, 6, True)]
        ),
    ],
)
def test_every_form_of_network_learns(log: bool, season_length: int, segment_length: int) -> None:
    task = make_task(log=log, season_length=season_length, segment_length=segment_length)
    untrained = run(replace(task, epochs=0)).validation_error
    longer = replace(task, optimisation=FASTER, epochs=12)
    assert run(longer).validation_error < 0.95 * untrained


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    task = make_task()
    first, again = run(task), run(task)
    other = run(replace(task, seed=1))
    for name, weight in first.weights.items():
        np.testing.assert_array_equal(weight, again.weights[name])
    assert any((weight != other.weights[name]).any() for name, weight in first.weights.items())


def test_networks_side_by_side_get_the_same_bits_as_one_after_the_other() -> None:
    tasks = [make_task(), make_task(log=True, segment_length=4), make_task(season_length=12)]
    together = train_all(tasks, Workshop(Threads(3)), lambda _: None)
    for task, trained in zip(tasks, together, strict=True):
        for name, weight in run(task).weights.items():
            np.testing.assert_array_equal(weight, trained.weights[name])


def test_an_interrupt_ends_all_networks_at_once() -> None:
    def interrupt(event: ProgressEvent) -> None:
        raise KeyboardInterrupt

    endless = replace(make_task(validated=False), epochs=10**9)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        train_all([endless, endless], Workshop(Threads(2)), interrupt)
    assert time.monotonic() - started < 10


def test_training_leaves_the_global_generators_alone() -> None:
    torch_state, numpy_state = torch.get_rng_state(), global_numpy_state()
    run(make_task())
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert global_numpy_state() == numpy_state


@pytest.mark.parametrize("season_length", [1, 12])
def test_nothing_behind_the_limits_reaches_the_weights(season_length: int) -> None:
    task = make_task(validated=False, season_length=season_length)
    panel = task.panel
    changed = panel.values.copy()
    for limit, end in zip(task.limits, panel.offsets[1:], strict=True):
        changed[limit:end] = 1e6
    other = replace(task, panel=replace(panel, values=changed))
    one, behind = run(task), run(other)
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(weight, behind.weights[name])


@pytest.mark.parametrize("season_length", [1, 12])
def test_nothing_behind_the_validation_part_reaches_the_choice_of_epochs(
    season_length: int,
) -> None:
    task = make_task(season_length=season_length)
    assert task.validation is not None
    values = task.panel.values.copy()
    for limit, end in zip(np.unique(task.validation.limits), task.panel.offsets[1:], strict=True):
        values[limit:end] = 1e6
    one, other = run(task), run(replace(task, panel=replace(task.panel, values=values)))
    assert one.validation_error == other.validation_error
    assert one.epochs == other.epochs


def test_the_learning_rate_rises_and_falls_within_the_epochs_of_the_task() -> None:
    seen: dict[int, list[float]] = {}
    for epochs in (2, 6):
        task = replace(make_task(validated=False), epochs=epochs)
        events: list[ProgressEvent] = []
        train_all([task], Workshop(Threads(1)), events.append)
        seen[epochs] = [event.loss for event in events]
    assert [len(losses) for losses in seen.values()] == [2, 6]
    # Two epochs leave the warm-up sooner than the first two of six.
    assert seen[2][0] != seen[6][0]


def test_early_stopping_keeps_the_epoch_that_did_best_on_validation() -> None:
    seen: list[ProgressEvent] = []
    wild = replace(QUICK, learning_rate=0.5, patience=2)
    task = replace(make_task(), optimisation=wild, epochs=40)
    (trained,) = train_all([task], Workshop(Threads(1)), seen.append)
    errors = [event.validation for event in seen]
    assert len(seen) < 40
    assert trained.epochs == len(seen) - 2
    if trained.epochs:
        assert trained.validation_error == min(error for error in errors if error is not None)


@pytest.mark.parametrize(("learning_rate", "is_end_kept"), [(0.005, True), (0.01, False)])
def test_the_end_of_a_training_is_kept_unless_an_earlier_epoch_was_clearly_better(
    learning_rate: float, is_end_kept: bool
) -> None:
    seen: list[ProgressEvent] = []
    optimisation = replace(QUICK, learning_rate=learning_rate)
    task = replace(make_task(), optimisation=optimisation, epochs=30)
    (trained,) = train_all([task], Workshop(Threads(1)), seen.append)
    errors = [event.validation for event in seen if event.validation is not None]
    assert len(errors) == 30
    assert min(errors) < errors[-1]
    assert (errors[-1] < 1.05 * min(errors)) is is_end_kept
    assert trained.epochs == (30 if is_end_kept else 1 + int(np.argmin(errors)))


def test_without_validation_the_last_epoch_counts() -> None:
    trained = run(make_task(validated=False))
    assert trained.epochs == 3
    assert np.isnan(trained.validation_error)


def test_a_loss_that_is_not_finite_stops_with_advice() -> None:
    task = make_task()
    broken = replace(task, optimisation=replace(QUICK, learning_rate=1e38, clip_norm=1e38))
    with pytest.raises(TrainingError, match="smaller --learning-rate"):
        run(broken)


def test_l1_pulls_weights_to_zero() -> None:
    def size(l1: float) -> float:
        task = make_task(validated=False)
        config = replace(QUICK, l1=l1)
        weights = run(replace(task, optimisation=config, epochs=6)).weights
        return float(sum(np.abs(w).sum() for w in weights.values()))

    assert size(1.0) < 0.95 * size(0.0)


def test_a_time_limit_ends_training_early() -> None:
    hurried = replace(QUICK, time_limit=1e-6)
    task = replace(make_task(validated=False), optimisation=hurried, epochs=1000)
    trained = run(task)
    assert trained.epochs == 1
    assert trained.is_cut_short
    assert not run(make_task()).is_cut_short


def test_progress_is_told_once_an_epoch() -> None:
    seen: list[ProgressEvent] = []
    train_all([make_task()], Workshop(Threads(1)), seen.append)
    assert [event.epoch for event in seen] == [1, 2, 3]
    assert all(np.isfinite(event.loss) for event in seen)
    assert seen[-1].seconds_left == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("cell", CELLS)
def test_a_gpu_learns_about_the_same_as_the_cpu(cell: Cell) -> None:
    task = make_task(cell=cell)
    errors = [
        run(replace(task, optimisation=replace(FASTER, device=device), epochs=12)).validation_error
        for device in ("cpu", "cuda")
    ]
    assert errors[1] == pytest.approx(errors[0], rel=0.2)


class Notebook:
    """Keeps every state that it is told, the last one as that to go on from."""

    def __init__(self, **known: Snapshot | Trained) -> None:
        self.known = dict(known)
        self.heard: list[Snapshot | Trained] = []

    def recall(self, name: str) -> Snapshot | Trained | None:
        return self.known.get(name)

    def keep(self, name: str, state: Snapshot | Trained) -> None:
        self.known[name] = state
        self.heard.append(state)


def with_notebook(task: Task, notebook: Notebook) -> Trained:
    return train_all([task], Workshop(Threads(1), notebook), lambda _: None)[0]


def resumable(cell: Cell = "gru", **form: Any) -> Task:
    """Dropout, a weight penalty and an end that patience brings."""
    task = make_task(cell=cell, **form)
    network = replace(task.form.network, dropout=0.4, layers=2)
    optimisation = replace(FASTER, l1=1e-5, patience=2)
    return replace(
        task, form=replace(task.form, network=network), optimisation=optimisation, epochs=6
    )


@cache
def first_snapshot() -> Snapshot:
    """The state after the first epoch of what is resumable; no test changes it."""
    notebook = Notebook()
    with_notebook(resumable(), notebook)
    snapshot = notebook.heard[0]
    assert isinstance(snapshot, Snapshot)
    return snapshot


def assert_same(one: Trained, other: Trained) -> None:
    assert one.epochs == other.epochs
    np.testing.assert_equal(one.validation_error, other.validation_error)
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(weight, other.weights[name])


@pytest.mark.parametrize(
    ("cell", "form", "validated"),
    [
        *(pytest.param(cell, {}, True, marks=pytest.mark.slow) for cell in CELLS),
        ("gru", {"season_length": 12, "segment_length": 6}, True),
        ("lstm-gru", {"segment_length": 6}, True),
        pytest.param(
            "lstm", {"season_length": 12, "segment_length": 6}, False, marks=pytest.mark.slow
        ),
    ],
)
def test_from_every_epoch_training_goes_on_to_the_same_bits(
    cell: Cell, form: dict[str, int], validated: bool
) -> None:
    task = resumable(cell, validated=validated, **form)
    notebook = Notebook()
    whole = with_notebook(task, notebook)
    assert isinstance(notebook.heard[-1], Trained)
    snapshots = [state for state in notebook.heard if isinstance(state, Snapshot)]
    assert len(snapshots) == len(notebook.heard) - 1 >= 1
    for snapshot in snapshots:
        assert_same(with_notebook(task, Notebook(wave=snapshot)), whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "training", "validated"),
    [
        *(({}, {"optimizer": name}, True) for name in OPTIMIZERS[1:]),
        *(({}, {"schedule": name}, True) for name in SCHEDULES[1:]),
        ({}, {"schedule": "plateau", "optimizer": "sgd"}, False),
        ({"bidirectional": True, "attention": True}, {}, True),
        ({"strategy": "recursive", "cell": "lstm-gru"}, {"schedule": "plateau"}, True),
        (
            {"strategy": "recursive", "attention": True, "segment_length": 3, "activation": "tanh"},
            {"optimizer": "rmsprop"},
            True,
        ),
        (
            {"bidirectional": True, "cell": "lstm", "segment_length": 3},
            {"optimizer": "adam"},
            False,
        ),
    ],
)
def test_with_any_option_training_goes_on_to_the_same_bits(
    network: dict[str, Any], training: dict[str, Any], validated: bool
) -> None:
    task = resumable(validated=validated)
    task = replace(
        task,
        form=replace(task.form, network=replace(task.form.network, **network)),
        optimisation=replace(task.optimisation, learning_rate=0.05, patience=4, **training),
        epochs=8,
    )
    notebook = Notebook()
    whole = with_notebook(task, notebook)
    snapshots = [state for state in notebook.heard if isinstance(state, Snapshot)]
    assert snapshots
    for snapshot in snapshots[:: max(1, len(snapshots) - 1)]:
        assert_same(with_notebook(task, Notebook(wave=snapshot)), whole)


@pytest.mark.parametrize(
    ("schedule", "optimizer"),
    [
        # Each once is quick.
        pytest.param(schedule, name, marks=() if i == j else pytest.mark.slow)
        for i, schedule in enumerate(SCHEDULES)
        for j, name in enumerate(OPTIMIZERS)
    ],
)
def test_with_every_optimiser_and_schedule_a_network_learns(
    optimizer: OptimizerName, schedule: Schedule
) -> None:
    rate = {"sgd": 0.05, "rmsprop": 3e-3}.get(optimizer, 1e-2)
    config = replace(FASTER, optimizer=optimizer, schedule=schedule, learning_rate=rate)
    task = replace(make_task(), optimisation=config, epochs=8)
    untrained = run(replace(task, epochs=0)).validation_error
    assert run(task).validation_error < 0.9 * untrained


@pytest.mark.parametrize(
    ("log", "season_length", "segment_length"),
    [
        *[(False, 1, 1), (True, 1, 3), (False, 12, 1)],
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [(True, 1, 1), (False, 1, 3), (True, 12, 1)]
        ),
    ],
)
def test_a_recursive_network_learns_to_forecast_further_than_its_one_step(
    log: bool, season_length: int, segment_length: int
) -> None:
    task = make_task(log=log, season_length=season_length, segment_length=segment_length)
    network = replace(task.form.network, strategy="recursive")
    task = replace(task, form=replace(task.form, network=network), optimisation=FASTER, epochs=12)
    untrained = run(replace(task, epochs=0)).validation_error
    trained = run(task)
    assert trained.weights["shortcut.weight"].shape == (1, 12)
    assert trained.validation_error < 0.95 * untrained


def test_a_recursive_network_is_validated_on_the_forecasts_it_will_make() -> None:
    task = make_task()
    network = replace(task.form.network, strategy="recursive")
    task = replace(task, form=replace(task.form, network=network))
    assert task.validation is not None
    trained = run(task)
    member = trained.member(task.form, weight=1.0)
    context = histories(task.panel, task.validation)
    future = futures(task.panel, task.validation, task.horizon)
    scales = positive_scales(histories(task.panel, origins_at(task.limits)), 1)
    errors = np.abs(member.forecast(context, task.horizon) - future)
    expected = np.nanmean(errors / scales[task.validation.series][:, None])
    assert trained.validation_error == pytest.approx(expected)


def test_a_network_that_is_trained_is_not_trained_again() -> None:
    task = resumable()
    done = Trained(weights={"w": np.ones(1, np.float32)}, epochs=3, validation_error=0.5)
    notebook = Notebook(wave=done)
    assert with_notebook(task, notebook) is done
    assert notebook.heard == []


def test_a_state_is_not_changed_by_what_is_trained_after_it() -> None:
    notebook = Notebook()
    with_notebook(resumable(), notebook)
    first, second = notebook.heard[:2]
    assert isinstance(first, Snapshot)
    assert isinstance(second, Snapshot)
    assert first.draws != second.draws
    assert (first.dropout != second.dropout).any()
    for one, other in ((first.weights, second.weights), (first.moments, second.moments)):
        assert all((one[name] != other[name]).any() for name in one)


def test_the_time_before_an_interruption_counts_towards_the_limit() -> None:
    task = replace(resumable(), optimisation=replace(FASTER, time_limit=1000.0))
    notebook = Notebook()
    with_notebook(task, notebook)
    snapshot = notebook.heard[0]
    assert isinstance(snapshot, Snapshot)
    late = with_notebook(task, Notebook(wave=replace(snapshot, seconds=1000.0)))
    assert late.is_cut_short


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {}},
        {"moments": {}},
        {"draws": {"bit_generator": "MT19937"}},
        {"draws": {}},
        {"dropout": np.zeros(3, np.uint8)},
    ],
)
def test_a_state_of_another_network_is_refused_in_words(change: dict[str, Any]) -> None:
    snapshot = first_snapshot()
    with pytest.raises(CheckpointError, match=r"wave is not of this training.*without --resume"):
        with_notebook(resumable(), Notebook(wave=replace(snapshot, **change)))


def test_weights_of_another_shape_are_refused_and_not_stretched() -> None:
    snapshot = first_snapshot()
    narrow = {name: np.zeros(1, np.float32) for name in snapshot.weights}
    with pytest.raises(CheckpointError, match="not of this training"):
        with_notebook(resumable(), Notebook(wave=replace(snapshot, weights=narrow)))
