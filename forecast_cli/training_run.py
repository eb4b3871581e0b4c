"""Examples -> trained weights: the one training loop."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forecast_cli.committee import Form
from forecast_cli.config import TrainConfig
from forecast_cli.devices import choose_device
from forecast_cli.engines.work import IsStopped, StoppedError
from forecast_cli.errors import TrainingError
from forecast_cli.examples import ExampleSource, Ground
from forecast_cli.losses import Examples, scaled_error
from forecast_cli.network import RecurrentRegressor
from forecast_cli.optimizer import Optimizer
from forecast_cli.panel import Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.schedules import Pace
from forecast_cli.snapshot import Snapshot, Trained, Weights
from forecast_cli.splits import Origins

_SMALLEST_BATCH = 32

_END_MAY_BE_WORSE = 1.05
"""The weights at the end of a training are kept unless those of an earlier epoch were clearly
better: by more than the choice among so many epochs makes up (`docs/decisions.md`)."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one network is to learn: from which values, in which form, with which settings.

    `limits` [N] end what may be seen. `validation` are later origins of the same panel; without
    them training runs for `epochs` and keeps the last weights. `name` tells it from the other
    networks of a fit, and `stage` describes it. A recursive network learns to forecast one step,
    and is validated on all steps of the horizon.
    """

    name: str
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


class Run:
    """The state of one training run, between two epochs."""

    def __init__(self, task: Task, ground: Ground, is_stopped: IsStopped) -> None:
        self.task = task
        self.is_stopped = is_stopped
        config = task.optimisation
        self.device = choose_device(config)
        self.chance = torch.Generator().manual_seed(task.seed)
        self.draws = np.random.default_rng(task.seed)
        self.dropout = torch.Generator(self.device).manual_seed(task.seed)
        self.network = RecurrentRegressor(
            task.form.network,
            task.form.context_length,
            task.horizon,
            task.form.inputs,
            generator=self.chance,
        ).to(self.device)
        self.optimizer = Optimizer(
            self.network.parameters(), name=config.optimizer, weight_decay=config.l2
        )
        self.pace = Pace(config.schedule)
        horizon = task.form.network.stride(task.horizon)
        source = ExampleSource(ground, task.form, horizon=horizon, device=self.device)
        self.source = source
        self.batch_size = min(config.batch_size, max(_SMALLEST_BATCH, source.n_windows))
        self.validation = None
        if task.validation is not None and not self.is_recursive:
            self.validation = source.after(task.validation)
        self.epoch, self.seconds_before, self.started = 0, 0.0, time.monotonic()
        self.best = self._as_it_is(self._validate())

    @property
    def is_recursive(self) -> bool:
        """Whether a forecast takes one step after the other."""
        return self.task.form.network.strategy == "recursive"

    @property
    def is_over(self) -> bool:
        """Whether another epoch is not wanted, or not worth its time."""
        patience = self.task.optimisation.patience
        is_stuck = (
            patience is not None
            and self.task.validation is not None
            and self.epoch - self.best.epochs >= patience
        )
        return self.epoch >= self.task.epochs or is_stuck or self.best.is_cut_short

    def advance(self) -> ProgressEvent:
        """Train for one epoch and look at what it brought."""
        task, limit = self.task, self.task.optimisation.time_limit
        loss = self._run_epoch()
        self.epoch += 1
        error = self._validate()
        self.pace.note(loss if self.task.validation is None else error)
        if self._is_better(error):
            self.best = self._as_it_is(error)
        seconds = self.seconds
        if limit is not None and seconds >= limit and not self.is_over:
            self.best = replace(self.best, is_cut_short=True)
        return ProgressEvent(
            stage=task.stage,
            epoch=self.epoch,
            epochs=task.epochs,
            loss=loss,
            validation=None if self.task.validation is None else error,
            seconds_left=seconds / self.epoch * (task.epochs - self.epoch),
        )

    def _is_better(self, error: float) -> bool:
        """Whether to keep the weights of now, which err so much on validation."""
        task = self.task
        if task.validation is None:
            return True
        # The last epochs, of small steps, bring what later values show and few origins may not.
        is_end = self.epoch == task.epochs and task.optimisation.patience is None
        return error < self.best.validation_error * (_END_MAY_BE_WORSE if is_end else 1.0)

    @property
    def seconds(self) -> float:
        """How long this run has taken, before it was interrupted included."""
        return self.seconds_before + time.monotonic() - self.started

    def state(self) -> Snapshot | Trained:
        """Where this run stands between two epochs, or what it brought when it is over."""
        if self.is_over:
            return self.best
        return Snapshot(
            epoch=self.epoch,
            seconds=self.seconds,
            weights=_copied(self.network.state_dict()),
            moments=_copied(self._moments()),
            draws=dict(self.draws.bit_generator.state),
            dropout=self.dropout.get_state().numpy(),
            best=self.best,
        )

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Stand where the snapshot was taken.

        Raises:
            ValueError, TypeError, KeyError, RuntimeError, OverflowError: it is of another task.
        """
        _fill(self.network.state_dict(), snapshot.weights)
        _fill(self._moments(), snapshot.moments)
        self.draws.bit_generator.state = snapshot.draws
        self.dropout.set_state(torch.from_numpy(snapshot.dropout))
        self.epoch, self.best = snapshot.epoch, snapshot.best
        self.seconds_before, self.started = snapshot.seconds, time.monotonic()

    def _moments(self) -> dict[str, Tensor]:
        """What the next steps rest on beside the weights, by name and not copied."""
        noted = {f"pace.{name}": torch.from_numpy(m) for name, m in self.pace.moments().items()}
        return {**self.optimizer.moments(), **noted}

    def _as_it_is(self, error: float) -> Trained:
        weights = _copied(self.network.state_dict())
        return Trained(weights=weights, epochs=self.epoch, validation_error=error)

    def _run_epoch(self) -> float:
        config, epoch = self.task.optimisation, self.epoch
        total = torch.zeros((), device=self.device)
        self.network.train()
        batches = self.source.batches(
            self.draws, count=config.steps_per_epoch, batch_size=self.batch_size
        )
        for step, batch in enumerate(batches):
            if self.is_stopped():
                raise StoppedError
            done = (epoch * config.steps_per_epoch + step) / (
                self.task.epochs * config.steps_per_epoch
            )
            total += self._step(batch, config.learning_rate * self.pace.share(done))
        loss = float(total) / config.steps_per_epoch
        if not math.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} in epoch {epoch + 1}; try a smaller --learning-rate "
                f"(it was {config.learning_rate:g})"
            )
        return loss

    def _step(self, batch: Examples, learning_rate: float) -> Tensor:
        config = self.task.optimisation
        self.optimizer.clear()
        loss = scaled_error(self.network(batch.features, self.dropout, batch.fed), batch)
        objective = loss
        if config.l1 > 0:
            objective = loss + config.l1 * sum(p.abs().sum() for p in self.network.parameters())
        objective.backward()  # type: ignore[no-untyped-call]
        self.optimizer.clip(config.clip_norm)
        self.optimizer.step(learning_rate)
        return loss.detach()

    def _validate(self) -> float:
        task = self.task
        if task.validation is not None and self.is_recursive:
            member = self._as_it_is(math.nan).member(task.form, weight=1.0)
            return self.source.error_after(task.validation, member, task.horizon)
        if self.validation is None:
            return math.nan
        self.network.eval()
        with torch.inference_mode():
            seen = self.validation
            return float(scaled_error(self.network(seen.features, None, seen.fed), seen))


def _copied(tensors: Mapping[str, Tensor]) -> Weights:
    return {name: t.detach().cpu().numpy().copy() for name, t in tensors.items()}


@torch.no_grad()
def _fill(tensors: Mapping[str, Tensor], values: Weights) -> None:
    """Put values into tensors of the same names and shapes."""
    if tensors.keys() != values.keys():
        raise ValueError("other tensors than expected")
    for name, tensor in tensors.items():
        if tuple(tensor.shape) != values[name].shape:
            raise ValueError(f"{name} has another shape")
        tensor.copy_(torch.from_numpy(values[name]))
