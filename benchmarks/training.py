"""How long training takes, and how much of a step is not the recurrent layer.

    python -m benchmarks.training [--repeats 3] [--rivals /path/to/python]

First the whole process `forecast train sample_data/us_population.csv --horizon 5` for each cell, in
turn. Then one training step of `forecast_cli.training` on made-up series, beside a bare torch loop
of the same shapes and beside the recurrent layer alone, forward and backward: one that is fed an
embedding, and one that is fed features, as ours is on the CPU; in turn, on one thread, in CPU time,
which other programs disturb least. With `--rivals`, an interpreter that has
other libraries, last the step of theirs at the same sizes, each in a process of its own, in turn
with one of `forecast_cli.training` (`rival_steps.py` says what differs). Needs Linux or macOS.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.contenders import installed_libraries
from benchmarks.machine import describe
from benchmarks.processes import FORECAST, ROOT, run, run_in_turn, spread
from benchmarks.rival_steps import NETWORKS
from benchmarks.step_terms import BATCH_SIZE, CONTEXT_LENGTH, HIDDEN_SIZE, HORIZON, Seconds
from benchmarks.steps import bare_step, layer_step, our_step
from forecast_cli.config import CELLS, LAYERS, Layer
from forecast_cli.network_shapes import FEATURES

_SHAPE = (
    f"{BATCH_SIZE} windows of {CONTEXT_LENGTH} steps, {HORIZON} ahead; {HIDDEN_SIZE} hidden units"
)


def main() -> None:
    """Measure and print two tables, or three."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: %(default)s)")
    parser.add_argument(
        "--rivals", type=Path, metavar="PYTHON", help="an interpreter with other libraries"
    )
    options = parser.parse_args()
    print(describe("as the program chooses for the processes, 1 for the steps"))
    _report_processes(options.repeats)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    _report_steps(options.repeats)
    if options.rivals:
        _report_rivals(options.rivals, options.repeats)


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
    print(f"\nCPU milliseconds a training step ({_SHAPE}),")
    print(f"least / median of {repeats}; windows a second are a ratio to those of the bare loop.\n")
    layers = f"recurrent layer of {HIDDEN_SIZE} inputs | of {FEATURES}"
    outside = f"outside that of {HIDDEN_SIZE} | of {FEATURES}"
    print(f"| cell | forecast train | bare torch loop | {layers} | windows/s | {outside} |")
    print("|---|---|---|---|---|---|---|---|")
    for cell in LAYERS:
        print(_step_row(cell, repeats))


def _step_row(cell: Layer, repeats: int) -> str:
    steps = {
        "ours": our_step(cell),
        "bare": bare_step(cell),
        "wide": layer_step(cell, n_inputs=HIDDEN_SIZE),
        "narrow": layer_step(cell, n_inputs=FEATURES),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for repeat in range(repeats + 1):
        for name, measure in steps.items():
            milliseconds = 1000 * measure().cpu
            if repeat:
                taken[name].append(milliseconds)
    ratio = _median_ratio(taken["bare"], taken["ours"])
    outside = " | ".join(
        f"{1 - _median_ratio(taken[layer], taken['ours']):.0%}" for layer in ("wide", "narrow")
    )
    times = " | ".join(spread(taken[name]) for name in steps)
    return f"| {cell} | {times} | {ratio:.2f} | {outside} |"


def _median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))


def _report_rivals(python: Path, repeats: int) -> None:
    versions = installed_libraries(python)
    print(f"\nMilliseconds of such a step ({_SHAPE})")
    print("of other libraries, each in turn with `forecast train` and the same cell: wall and CPU")
    print(
        f"time, least / median of {repeats}. Windows a second and ratios are of CPU time, ratios of"
    )
    print("wall time in brackets; ratios are medians over rounds.")
    print(", ".join(f"{name} {version}" for name, version in versions.items()) + "\n")
    print("| network | wall | CPU | windows/s | forecast: wall | CPU | windows/s | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for network in NETWORKS:
        if network.partition(".")[0] in versions:
            print(_rival_row(network, python, repeats), flush=True)
        else:
            print(f"| {network} | not installed | | | | | | |")


def _rival_row(network: str, python: Path, repeats: int) -> str:
    measure = our_step("gru" if network.endswith("GRU") else "lstm")
    theirs, ours = [], []
    for _ in range(repeats):
        theirs.append(_rival_seconds(network, python))
        measure()  # The first run finds caches that another process has filled.
        ours.append(measure())
    cpu, wall = (
        statistics.median(
            getattr(their, kind) / getattr(our, kind)
            for their, our in zip(theirs, ours, strict=True)
        )
        for kind in ("cpu", "wall")
    )
    return f"| {network} | {_cells(theirs)} | {_cells(ours)} | {cpu:.1f} ({wall:.1f}) |"


def _rival_seconds(network: str, python: Path) -> Seconds:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = (str(python.absolute()), "-m", "benchmarks.rival_steps", network, "out.json")
        run(command, folder)
        return Seconds(**json.loads((folder / "out.json").read_text(encoding="utf-8")))


def _cells(measured: Sequence[Seconds]) -> str:
    wall, cpu = ([1000 * getattr(one, kind) for one in measured] for kind in ("wall", "cpu"))
    return f"{spread(wall)} | {spread(cpu)} | {1000 * BATCH_SIZE / statistics.median(cpu):.0f}"


if __name__ == "__main__":
    main()
