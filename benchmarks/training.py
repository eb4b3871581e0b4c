"""How long training takes, and how much of a step is not the recurrent layer.

    python -m benchmarks.training [--repeats 3]

First the whole process `forecast train sample_data/us_population.csv --horizon 5` for each cell, in
turn. Then one training step of `forecast_cli.training` on made-up series, beside a bare torch loop
of the same shapes (one fixed batch; embedding, recurrent layer, head, AdamW, clipping) and beside
the recurrent layer alone, forward and backward; in turn, on one thread, in CPU time, which other
programs disturb least. Needs Linux or macOS.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.machine import describe
from benchmarks.processes import FORECAST, ROOT, run_in_turn, spread
from forecast_cli.committee import Form
from forecast_cli.config import CELLS, LAYERS, Layer, NetworkConfig, TrainConfig
from forecast_cli.panel import Columns, Panel
from forecast_cli.recurrence import FEATURES
from forecast_cli.representation import Representation
from forecast_cli.times.calendar import Calendar
from forecast_cli.training import Task, train_all

_CONTEXT_LENGTH, _HORIZON = 24, 12
_N_SERIES, _SERIES_LENGTH = 200, 120
_EPOCHS = 3
_CONFIG = TrainConfig(epochs=_EPOCHS)
_NETWORK = NetworkConfig()
_KINDS: dict[Layer, type[nn.RNN | nn.GRU | nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


class _Bare(nn.Module):
    """The network of `forecast_cli`, as one would write it down."""

    def __init__(self, cell: Layer) -> None:
        super().__init__()
        size = _NETWORK.hidden_size
        self.embed = nn.Linear(FEATURES, size)
        self.recurrent = _KINDS[cell](size, size, batch_first=True)
        self.head = nn.Sequential(
            nn.Dropout(_NETWORK.dropout),
            nn.Linear(size, size),
            nn.GELU(approximate="tanh"),
            nn.Dropout(_NETWORK.dropout),
            nn.Linear(size, _HORIZON),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        states, _ = self.recurrent(self.embed(features))
        output: torch.Tensor = self.head(states[:, -1])
        return output


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: %(default)s)")
    repeats = parser.parse_args().repeats
    print(describe("as the program chooses for the processes, 1 for the steps"))
    _report_processes(repeats)
    _report_steps(repeats)


def _report_processes(repeats: int) -> None:
    data = str(ROOT / "sample_data" / "us_population.csv")
    commands: dict[str, tuple[str, ...]] = {
        cell: (*FORECAST, "train", data, "--horizon", "5", "--cell", cell) for cell in CELLS
    }
    with tempfile.TemporaryDirectory() as name:
        costs = run_in_turn(commands, Path(name), repeats)
    print("`forecast train sample_data/us_population.csv --horizon 5 --cell …`: seconds of the")
    print(f"whole process, least / median of {repeats}.\n")
    print("| cell | wall | CPU | peak MiB |")
    print("|---|---|---|---|")
    for cell, measured in costs.items():
        wall, cpu = (spread([getattr(c, kind) for c in measured]) for kind in ("wall", "cpu"))
        print(f"| {cell} | {wall} | {cpu} | {max(c.peak_mib for c in measured):.0f} |")


def _report_steps(repeats: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = f"{_CONFIG.batch_size} windows of {_CONTEXT_LENGTH} steps, {_HORIZON} ahead"
    print(f"\nCPU milliseconds a training step ({shape}, {_NETWORK.hidden_size} hidden units),")
    print(f"least / median of {repeats}; the ratio is the median over rounds.\n")
    print(
        "| cell | forecast train | bare torch loop | recurrent layer | forecast / bare | outside |"
    )
    print("|---|---|---|---|---|---|")
    for cell in LAYERS:
        print(_step_row(cell, repeats))


def _step_row(cell: Layer, repeats: int) -> str:
    steps = {"ours": _our_step(cell), "bare": _bare_step(cell), "layer": _layer_step(cell)}
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for repeat in range(repeats + 1):
        for name, measure in steps.items():
            milliseconds = 1000 * measure()
            if repeat:
                taken[name].append(milliseconds)
    pairs = list(zip(taken["ours"], taken["bare"], taken["layer"], strict=True))
    ratio = statistics.median(ours / bare for ours, bare, _ in pairs)
    outside = statistics.median(1 - layer / ours for ours, _, layer in pairs)
    times = " | ".join(spread(taken[name]) for name in steps)
    return f"| {cell} | {times} | {ratio:.2f} | {outside:.0%} |"


def _our_step(cell: Layer) -> Callable[[], float]:
    """CPU seconds a step between the first and the last epoch of a real run."""
    panel = _panel()
    task = Task(
        name="step",
        panel=panel,
        limits=panel.offsets[1:],
        validation=None,
        form=Form(
            representation=Representation(log=False, base="naive", season_length=1),
            context_length=_CONTEXT_LENGTH,
            network=NetworkConfig(cell=cell),
        ),
        horizon=_HORIZON,
        season_length=1,
        optimisation=_CONFIG,
        seed=0,
        epochs=_EPOCHS,
        stage="benchmark",
    )

    def measure() -> float:
        ends: list[float] = []
        train_all([task], threads=1, progress=lambda _: ends.append(time.process_time()))
        return (ends[-1] - ends[0]) / ((_EPOCHS - 1) * _CONFIG.steps_per_epoch)

    return measure


def _panel() -> Panel:
    walks = np.random.default_rng(0).normal(size=(_N_SERIES, _SERIES_LENGTH)).cumsum(axis=1)
    return Panel(
        values=walks.ravel(),
        offsets=np.arange(_N_SERIES + 1) * _SERIES_LENGTH,
        ids=np.array([[str(n)] for n in range(_N_SERIES)], dtype=object),
        starts=np.zeros(_N_SERIES, dtype=np.int64),
        calendar=Calendar.steps(),
        columns=Columns(id=("id",), time="step", target="value"),
        layout="long",
        source="benchmark",
    )


def _bare_step(cell: Layer) -> Callable[[], float]:
    network = _Bare(cell)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    features = torch.randn(_CONFIG.batch_size, _CONTEXT_LENGTH, FEATURES)
    target = torch.randn(_CONFIG.batch_size, _HORIZON)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        (network(features) - target).abs().mean().backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()

    return lambda: _seconds_a_step(step)


def _layer_step(cell: Layer) -> Callable[[], float]:
    size = _NETWORK.hidden_size
    layer = _KINDS[cell](size, size, batch_first=True)
    inputs = torch.randn(_CONFIG.batch_size, _CONTEXT_LENGTH, size, requires_grad=True)

    def step() -> None:
        layer.zero_grad(set_to_none=True)
        inputs.grad = None
        layer(inputs)[0][:, -1].sum().backward()

    return lambda: _seconds_a_step(step)


def _seconds_a_step(step: Callable[[], None]) -> float:
    count = (_EPOCHS - 1) * _CONFIG.steps_per_epoch
    started = time.process_time()
    for _ in range(count):
        step()
    return (time.process_time() - started) / count


if __name__ == "__main__":
    main()
