"""What one training step takes: of `forecast`, of a bare torch loop, of a recurrent layer alone.

All have the sizes of `benchmarks.step_terms`, and compute on one thread.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from benchmarks.step_terms import (
    BATCH_SIZE,
    CONTEXT_LENGTH,
    HIDDEN_SIZE,
    HORIZON,
    N_SERIES,
    SERIES_LENGTH,
    Seconds,
    now,
    random_walks,
    seconds_each,
)
from forecast_cli.committee import Form
from forecast_cli.config import Layer, NetworkConfig, TrainConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.network_shapes import FEATURES
from forecast_cli.panel import Columns, Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.representation import Representation
from forecast_cli.times.calendar import Calendar
from forecast_cli.training import Workshop, train_all
from forecast_cli.training_run import Task

Measure = Callable[[], Seconds]
"""Takes some training steps, and says what one took."""

_EPOCHS = 3
_CONFIG = TrainConfig(epochs=_EPOCHS, batch_size=BATCH_SIZE)
_STEPS = (_EPOCHS - 1) * _CONFIG.steps_per_epoch
_KINDS: dict[Layer, type[nn.RNN | nn.GRU | nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


class _Bare(nn.Module):
    """The network of `forecast`, as one would write it down."""

    def __init__(self, cell: Layer) -> None:
        super().__init__()
        dropout = NetworkConfig().dropout
        self.embed = nn.Linear(FEATURES, HIDDEN_SIZE)
        self.recurrent = _KINDS[cell](HIDDEN_SIZE, HIDDEN_SIZE, batch_first=True)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(HIDDEN_SIZE, HIDDEN_SIZE),
            nn.GELU(approximate="tanh"),
            nn.Dropout(dropout),
            nn.Linear(HIDDEN_SIZE, HORIZON),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        states, _ = self.recurrent(self.embed(features))
        output: torch.Tensor = self.head(states[:, -1])
        return output


def our_step(cell: Layer) -> Measure:
    """A step between the first and the last epoch of a real run."""
    panel = _panel()
    task = Task(
        name="step",
        panel=panel,
        limits=panel.offsets[1:],
        validation=None,
        form=Form(
            representation=Representation(log=False, base="naive", season_length=1),
            context_length=CONTEXT_LENGTH,
            network=NetworkConfig(cell=cell, hidden_size=HIDDEN_SIZE),
        ),
        horizon=HORIZON,
        season_length=1,
        optimisation=_CONFIG,
        seed=0,
        epochs=_EPOCHS,
        stage="benchmark",
    )

    def measure() -> Seconds:
        ends: list[Seconds] = []

        def note(_: ProgressEvent) -> None:
            ends.append(now())

        train_all([task], Workshop(Threads(1)), note)
        return seconds_each(_STEPS, ends[0], ends[-1])

    return measure


def bare_step(cell: Layer) -> Measure:
    """A step on one fixed batch: embedding, recurrent layer, head, clipping, AdamW."""
    network = _Bare(cell)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    features = torch.randn(BATCH_SIZE, CONTEXT_LENGTH, FEATURES)
    target = torch.randn(BATCH_SIZE, HORIZON)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        (network(features) - target).abs().mean().backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()

    return lambda: _measured(step)


def layer_step(cell: Layer, *, n_inputs: int) -> Measure:
    """The recurrent layer alone, forward and backward, fed so many numbers a step.

    They have a gradient if they are what an embedding makes, and none if they are features.
    """
    layer = _KINDS[cell](n_inputs, HIDDEN_SIZE, batch_first=True)
    is_embedded = n_inputs == HIDDEN_SIZE
    inputs = torch.randn(BATCH_SIZE, CONTEXT_LENGTH, n_inputs, requires_grad=is_embedded)

    def step() -> None:
        layer.zero_grad(set_to_none=True)
        inputs.grad = None
        layer(inputs)[0][:, -1].sum().backward()

    return lambda: _measured(step)


def _measured(step: Callable[[], None]) -> Seconds:
    started = now()
    for _ in range(_STEPS):
        step()
    return seconds_each(_STEPS, started, now())


def _panel() -> Panel:
    return Panel(
        values=random_walks().ravel(),
        offsets=np.arange(N_SERIES + 1) * SERIES_LENGTH,
        ids=np.array([[str(n)] for n in range(N_SERIES)], dtype=object),
        starts=np.zeros(N_SERIES, dtype=np.int64),
        calendar=Calendar.steps(),
        columns=Columns(id=("id",), time="step", target="value"),
        layout="long",
        source="benchmark",
    )
