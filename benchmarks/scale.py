"""How time and memory grow with the number of series, beside importing torch.

    python -m benchmarks.scale [--series 1000 10000 100000] [--repeats 3] [--plot scale.svg]

Makes panels of 120 monthly values with a fixed seed, and runs reading, `forecast train` under a
fixed number of steps, and `forecast predict` without and with DATA, each as a process of its own.
`--defaults 10000` also trains that many series with default settings, which takes minutes. In each
round everything takes its turn with `python -c "import torch"`; ratios are medians over rounds.
Needs Linux or macOS, and matplotlib for the plot.
"""

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from benchmarks.processes import FORECAST, Cost, run, spread

N_STEPS = 120
_SEED = 7
_FIXED_STEPS = ("--epochs", "1", "--steps-per-epoch", "20", "--members", "1")
_READ = """
import sys
from forecast_cli.read_config import ReadConfig
from forecast_cli.panel import read_panel
read_panel(sys.argv[1], ReadConfig(), lambda _: None)
"""
_REFERENCE = (sys.executable, "-c", "import torch")
_QUIET = ("-q", "--no-progress")


@dataclass(frozen=True, kw_only=True)
class Point:
    """What one kind of work took on one number of series, in every round."""

    n_series: int
    costs: Sequence[Cost]
    ratio: float

    @property
    def least(self) -> float:
        """The seconds of the fastest round."""
        return min(cost.wall for cost in self.costs)

    @property
    def peak_mib(self) -> float:
        """The most memory in any round."""
        return max(cost.peak_mib for cost in self.costs)


Curves = Mapping[str, Sequence[Point]]


def main() -> None:
    """Measure, print a table, and draw it if asked to."""
    arguments = _arguments()
    print(describe("as the programs choose"))
    with tempfile.TemporaryDirectory() as name:
        curves = measure(Path(name), arguments.series, arguments.repeats)
        print(table(curves, arguments.repeats))
        if arguments.defaults:
            print(_train_with_defaults(Path(name), arguments.defaults))
    if arguments.plot:
        draw(curves, arguments.plot)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, nargs="+", default=[1000, 10_000], help="how many")
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: %(default)s)")
    parser.add_argument("--defaults", type=int, help="train so many series with default settings")
    parser.add_argument("--plot", help="draw the curves into this file (.svg or .png)")
    return parser.parse_args()


def write_panel(path: Path, n_series: int) -> None:
    """Write so many series with level, trend, season and noise, a block at a time."""
    chance = np.random.default_rng(_SEED)
    months = np.arange(N_STEPS) + np.datetime64("2014-01", "M").astype(int)
    times = [f"{month}-01" for month in months.astype("datetime64[M]")]
    with path.open("w") as file:
        file.write("series,month,value\n")
        for first in range(0, n_series, 1000):
            values = _values(chance, min(1000, n_series - first))
            for number, row in enumerate(values.tolist(), start=first):
                name = f"s{number:07d}"
                file.writelines(
                    f"{name},{time},{value}\n" for time, value in zip(times, row, strict=True)
                )


def _values(chance: np.random.Generator, count: int) -> NDArray[np.float64]:
    steps = np.arange(N_STEPS)
    level = chance.lognormal(5, 1, (count, 1))
    size, phase = chance.uniform(0, 0.3, (count, 1)), chance.integers(0, 12, (count, 1))
    trend = chance.normal(0, 0.003, (count, 1))
    walk = chance.normal(0, 0.02, (count, N_STEPS)).cumsum(axis=1)
    noise = np.exp(walk + chance.normal(0, 0.05, (count, N_STEPS)))
    season = size * np.sin(2 * np.pi * (steps + phase) / 12)
    return np.round(level * (1 + season + trend * steps) * noise, 2)


def measure(folder: Path, sizes: Sequence[int], repeats: int) -> Curves:
    """Run everything in turn, `repeats` times over, after a round that warms up."""
    commands: dict[tuple[str, int], tuple[str, ...]] = {}
    for size in sizes:
        data, model = f"{size}.csv", f"{size}.forecast"
        write_panel(folder / data, size)
        commands |= {
            ("read", size): (sys.executable, "-c", _READ, data),
            ("train, fixed steps", size): (*_train(data, model), *_FIXED_STEPS),
            ("predict", size): (*FORECAST, "predict", "-m", model, "-q"),
            ("predict DATA", size): (*FORECAST, "predict", data, "-m", model, "-q"),
        }
    costs: dict[tuple[str, int], list[Cost]] = {key: [] for key in commands}
    reference: list[Cost] = []
    for repeat in range(repeats + 1):
        round_costs = {key: run(command, folder) for key, command in commands.items()}
        torch = run(_REFERENCE, folder)
        if repeat:
            reference.append(torch)
            for key, cost in round_costs.items():
                costs[key].append(cost)
    return {
        work: [_point(size, costs[work, size], reference) for size in sizes]
        for work in dict.fromkeys(work for work, _ in commands)
    }


def _train(data: str, model: str) -> tuple[str, ...]:
    return (*FORECAST, "train", data, "-o", model, *_QUIET)


def _point(size: int, costs: Sequence[Cost], reference: Sequence[Cost]) -> Point:
    ratios = [cost.wall / torch.wall for cost, torch in zip(costs, reference, strict=True)]
    return Point(n_series=size, costs=costs, ratio=statistics.median(ratios))


def growth(smaller: Point, larger: Point) -> float:
    """The exponent with which seconds grow between two points: 1 is in proportion."""
    return math.log(larger.least / smaller.least) / math.log(larger.n_series / smaller.n_series)


def table(curves: Curves, repeats: int) -> str:
    """The curves as a Markdown table."""
    lines = [
        f"{N_STEPS} monthly values a series. Seconds of the whole process, least / median of",
        f"{repeats}; growth is the exponent from the size above, 1 is in proportion.\n",
        "| work | series | wall | CPU | wall, torch import = 1 | peak MiB | growth |",
        "|---|---|---|---|---|---|---|",
    ]
    for work, points in curves.items():
        for number, point in enumerate(points):
            grown = f"{growth(points[number - 1], point):.2f}" if number else ""
            cells = [
                work,
                f"{point.n_series:,}".replace(",", " "),
                spread([cost.wall for cost in point.costs]),
                spread([cost.cpu for cost in point.costs]),
                f"{point.ratio:.2f}",
                f"{point.peak_mib:.0f}",
                grown,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _train_with_defaults(folder: Path, n_series: int) -> str:
    data = f"{n_series}.csv"
    write_panel(folder / data, n_series)
    before = run(_REFERENCE, folder)
    cost = run(_train(data, "defaults.forecast"), folder)
    torch = (before.wall + run(_REFERENCE, folder).wall) / 2
    return (
        f"`forecast train` with default settings on {n_series} series, once: {cost.wall:.0f} s, "
        f"{cost.wall / torch:.0f} times `import torch` ({torch:.2f} s, the mean of before and "
        f"after); {cost.cpu:.0f} s CPU, {cost.peak_mib:.0f} MiB at most."
    )


def draw(curves: Curves, path: str) -> None:
    """Draw seconds and memory over the number of series."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    seconds, memory = figure.subplots(1, 2)
    for work, points in curves.items():
        sizes = [point.n_series for point in points]
        seconds.plot(sizes, [point.least for point in points], marker="o", label=work)
        memory.plot(sizes, [point.peak_mib for point in points], marker="o", label=work)
    sizes = sorted({point.n_series for points in curves.values() for point in points})
    top = max(points[-1].least for points in curves.values())
    proportion = [top * size / sizes[-1] for size in sizes]
    seconds.plot(sizes, proportion, color="0.7", linestyle="--", label="in proportion")
    seconds.set(xscale="log", yscale="log", xlabel="series", ylabel="seconds")
    memory.set(xscale="log", xlabel="series", ylabel="peak memory, MiB", ylim=(0, None))
    seconds.legend(frameon=False)
    for axes in (seconds, memory):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
