"""Tasks -> trained networks, side by side, from where each of them stood."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Lock

import torch

from forecast_cli.engines.work import Engine, IsStopped
from forecast_cli.errors import CheckpointError
from forecast_cli.examples import Grounds
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.snapshot import FORGETFUL, Keeper, Snapshot, Trained
from forecast_cli.training_run import Run, Task


@dataclass(frozen=True)
class Workshop:
    """Who trains networks, and who keeps where they stand."""

    engine: Engine
    keeper: Keeper = FORGETFUL


def train_all(tasks: Sequence[Task], workshop: Workshop, progress: Progress) -> list[Trained]:
    """Train several networks side by side, each on one thread of a worker of the engine.

    A network computes on one thread only, so its bits do not depend on the engine; and one thread
    a network is faster than several threads for one of this size (`docs/decisions.md`). What the
    `keeper` recalls is not trained again, and it is told of every epoch.

    Raises:
        TrainingError: a loss is not finite.
        CheckpointError: what the keeper recalls is no state of this task.
    """
    keeper = workshop.keeper
    lessons = tuple(_Lesson(task, keeper.recall(task.name)) for task in tasks)
    turn = Lock()

    def hear(number: int, news: _News) -> None:
        # First, because what is shown as done must not get lost any more.
        keeper.keep(tasks[number].name, news.state)
        with turn:
            progress(news.event)

    try:
        return workshop.engine.run(_train, _Round(lessons, Grounds()), len(lessons), hear=hear)
    except RuntimeError as error:
        if "allocate memory" in str(error):
            raise MemoryError from error
        raise


@dataclass(frozen=True)
class _Lesson:
    """A task, and where its training stood when it was interrupted."""

    task: Task
    known: Snapshot | Trained | None


@dataclass(frozen=True)
class _Round:
    """Lessons that are learnt side by side, and what they share of their panel."""

    lessons: tuple[_Lesson, ...]
    grounds: Grounds


@dataclass(frozen=True)
class _News:
    """An epoch is over."""

    state: Snapshot | Trained
    event: ProgressEvent


def _train(shared: _Round, number: int, is_stopped: IsStopped) -> Generator[_News, None, Trained]:
    """Train one network, from where it stood if that is known."""
    task, known = shared.lessons[number].task, shared.lessons[number].known
    if isinstance(known, Trained):
        return known
    torch.set_num_threads(1)
    ground = shared.grounds.of(task.panel, task.limits, task.season_length)
    run = Run(task, ground, is_stopped)
    if known is not None:
        try:
            run.go_back_to(known)
        except (ValueError, TypeError, KeyError, RuntimeError, OverflowError) as error:
            raise CheckpointError(
                f"the state of {task.name} is not of this training; train without --resume"
            ) from error
    while not run.is_over:
        event = run.advance()
        yield _News(run.state(), event)
    return run.best
