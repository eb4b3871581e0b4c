"""Windows -> trained weights: the one training loop."""

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event, Lock

import numpy as np
import torch
from numpy.typing import NDArray

from forecast_cli.committee import Form, Member
from forecast_cli.config import TrainConfig
from forecast_cli.errors import TrainingError
from forecast_cli.losses import Examples, make_examples, scaled_error
from forecast_cli.network import RecurrentRegressor
from forecast_cli.optimizer import AdamW, one_cycle
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.representation import applies, represent
from forecast_cli.scales import positive_scales
from forecast_cli.seasonality import estimate_season
from forecast_cli.splits import Origins, minimum_context, origins_at
from forecast_cli.windows import (
    WindowSampler,
    contexts,
    futures,
    histories,
    last_steps,
    without_season,
)

_SMALLEST_BATCH = 32
_LARGEST_BLOCK = 10_000_000
"""Values of windows in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one network is to learn: from which values, in which form, with which settings.

    `limits` [N] end what may be seen. `validation` are later origins of the same panel; without
    them training runs for `epochs` and keeps the last weights.
    """

    panel: Panel
    limits: NDArray[np.int64]
    validation: Origins | None
    form: Form
    horizon: int
    season_length: int
    optimisation: TrainConfig
    seed: int
    epochs: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Weights by name, the epochs that made them, and their error on the validation origins.

    `is_cut_short` says that the time limit ended the training.
    """

    weights: dict[str, NDArray[np.float32]]
    epochs: int
    validation_error: float
    is_cut_short: bool = False

    def member(self, form: Form, *, weight: float) -> Member:
        """The network as a member of a committee, in the form that it was trained in."""
        return Member(
            form=form,
            weights=self.weights,
            epochs=self.epochs,
            validation_error=self.validation_error,
            test_error=None,
            weight=weight,
        )


def choose_device(config: TrainConfig) -> str:
    """The device to train on.

    `auto` is the CPU: networks of this size train faster there than the transfers and launches of
    a GPU allow.

    Raises:
        TrainingError: the device that was asked for is not there.
    """
    available = {
        "auto": True,
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available[config.device]:
        raise TrainingError(
            f"--device {config.device}: this machine or this build of torch has none; "
            "use --device cpu"
        )
    return "cpu" if config.device == "auto" else config.device


def train_all(tasks: Sequence[Task], *, threads: int, progress: Progress) -> list[Trained]:
    """Train several networks side by side, each on one thread of `threads`.

    A network computes on one thread only, so its bits do not depend on `threads`; and one thread a
    network is faster than several threads for one of this size (`docs/decisions.md`).

    Raises:
        TrainingError: a loss is not finite.
    """
    if not tasks:
        return []
    torch.set_num_threads(1)
    stop, turn = Event(), Lock()

    def tell(event: ProgressEvent) -> None:
        with turn:
            progress(event)

    pool = ThreadPoolExecutor(min(threads, len(tasks)))
    try:
        return list(pool.map(lambda task: _Run(task, stop).train(tell), tasks))
    except RuntimeError as error:
        if "allocate memory" in str(error):
            raise MemoryError from error
        raise
    finally:
        # After an interrupt nobody waits for a step, which can take long; the threads end with it.
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


class _StoppedError(Exception):
    """Another network failed, or the user interrupted."""


class _Run:
    """The state of one training run."""

    def __init__(self, task: Task, stop: Event) -> None:
        self.task = task
        self.stop = stop
        config = task.optimisation
        self.device = choose_device(config)
        self.chance = torch.Generator().manual_seed(task.seed)
        self.draws = np.random.default_rng(task.seed)
        self.dropout = torch.Generator(self.device).manual_seed(task.seed)
        self.network = RecurrentRegressor(
            task.form.network, task.form.context_length, task.horizon, generator=self.chance
        ).to(self.device)
        self.optimizer = AdamW(self.network.parameters(), weight_decay=config.l2)
        seen = histories(task.panel, origins_at(task.limits))
        self.scales = positive_scales(seen, task.season_length)
        self.panel = task.panel
        if task.form.representation.deseasonalised:
            self.panel = without_season(task.panel, task.limits, task.season_length)
        self.sampler = WindowSampler.over(
            task.panel, task.limits, minimum_context(task.season_length)
        )
        self.batch_size = min(config.batch_size, max(_SMALLEST_BATCH, self.sampler.n_windows))
        self.validation = None if task.validation is None else self._later(task.validation)

    def train(self, progress: Progress) -> Trained:
        config, task = self.task.optimisation, self.task
        started = time.monotonic()
        best = Trained(weights=_weights(self.network), epochs=0, validation_error=self._validate())
        for epoch in range(1, task.epochs + 1):
            loss = self._run_epoch(epoch - 1)
            error = self._validate()
            if task.validation is None or error < best.validation_error:
                best = Trained(weights=_weights(self.network), epochs=epoch, validation_error=error)
            elapsed = time.monotonic() - started
            progress(
                ProgressEvent(
                    stage=task.stage,
                    epoch=epoch,
                    epochs=task.epochs,
                    loss=loss,
                    validation=None if task.validation is None else error,
                    seconds_left=elapsed / epoch * (task.epochs - epoch),
                )
            )
            if task.validation is not None and epoch - best.epochs >= config.patience:
                break
            if config.time_limit is not None and elapsed >= config.time_limit:
                return replace(best, is_cut_short=epoch < task.epochs)
        return best

    def _run_epoch(self, epoch: int) -> float:
        config = self.task.optimisation
        total = torch.zeros((), device=self.device)
        self.network.train()
        for step, batch in enumerate(self._batches()):
            if self.stop.is_set():
                raise _StoppedError
            done = (epoch * config.steps_per_epoch + step) / (
                self.task.epochs * config.steps_per_epoch
            )
            total += self._step(batch, config.learning_rate * one_cycle(done))
        loss = float(total) / config.steps_per_epoch
        if not math.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} in epoch {epoch + 1}; try a smaller --learning-rate "
                f"(it was {config.learning_rate:g})"
            )
        return loss

    def _batches(self) -> Iterator[Examples]:
        """The batches of one epoch, made several at a time: few calls, yet bounded memory."""
        steps, size = self.task.optimisation.steps_per_epoch, self.batch_size
        span = self.task.form.context_length + self.task.horizon
        at_once = min(steps, max(1, _LARGEST_BLOCK // (size * span)))
        for start in range(0, steps, at_once):
            count = min(at_once, steps - start)
            drawn = self._drawn(self.sampler.draw(self.draws, count * size))
            for number in range(count):
                yield drawn.batch(slice(number * size, (number + 1) * size))

    def _step(self, batch: Examples, learning_rate: float) -> torch.Tensor:
        config = self.task.optimisation
        self.optimizer.clear()
        loss = scaled_error(self.network(batch.features, self.dropout), batch)
        objective = loss
        if config.l1 > 0:
            objective = loss + config.l1 * sum(p.abs().sum() for p in self.network.parameters())
        objective.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimizer.step(learning_rate)
        return loss.detach()

    def _validate(self) -> float:
        if self.validation is None:
            return math.nan
        self.network.eval()
        with torch.inference_mode():
            return float(scaled_error(self.network(self.validation.features), self.validation))

    def _drawn(self, origins: Origins) -> Examples:
        """Windows of the fit, whose season, if it is taken out, is that of the whole fit."""
        context = contexts(self.panel, origins, self.task.form.context_length)
        return self._examples(context, futures(self.panel, origins, self.task.horizon), origins)

    def _later(self, origins: Origins) -> Examples:
        """Windows after the fit, whose season is estimated at each of them, as in a forecast."""
        context = histories(self.task.panel, origins)
        future = futures(self.task.panel, origins, self.task.horizon)
        if self.task.form.representation.deseasonalised:
            season = estimate_season(context, self.task.season_length)
            context, future = season.remove(context), season.remove_ahead(future)
        context = last_steps(context, self.task.form.context_length)
        return self._examples(context, future, origins)

    def _examples(
        self, context: NDArray[np.float64], future: NDArray[np.float64], origins: Origins
    ) -> Examples:
        representation = self.task.form.representation
        keep = applies(representation, context)
        represented = represent(representation, context[keep], self.task.horizon)
        scales = self.scales[origins.series[keep]]
        return make_examples(represented, future[keep], scales, device=self.device)


def _weights(network: RecurrentRegressor) -> dict[str, NDArray[np.float32]]:
    return {name: p.detach().cpu().numpy().copy() for name, p in network.state_dict().items()}
