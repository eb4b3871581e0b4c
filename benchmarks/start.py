"""How long the program takes to start, beside importing torch.

    python -m benchmarks.start [--repeats 7]

Runs `forecast --help`, `forecast train --help`, `forecast --version` and a bare `forecast predict`
in turn with `python -c "import torch"`, in one go, so that a busy machine slows all of them. The
checkpoint that `predict` reads is trained first, on the yearly sample data. A ratio below 1 is
faster than the import. Needs Linux or macOS.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.processes import FORECAST, ROOT, Cost, run, run_in_turn, spread

_REFERENCE = 'python -c "import torch"'
_COMMANDS = {
    _REFERENCE: (sys.executable, "-c", "import torch"),
    "forecast --help": (*FORECAST, "--help"),
    "forecast train --help": (*FORECAST, "train", "--help"),
    "forecast --version": (*FORECAST, "--version"),
    "forecast predict": (*FORECAST, "predict"),
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=7, help="rounds (default: %(default)s)")
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = ROOT / "sample_data" / "us_population.csv"
        run((*FORECAST, "train", str(data), "--horizon", "5"), folder)
        costs = run_in_turn(_COMMANDS, folder, repeats)
    print(describe("as the programs choose"))
    print(f"Seconds, least / median of {repeats}; ratios are medians over rounds.\n")
    print("| command | wall | CPU | wall, torch import = 1 | CPU, torch import = 1 |")
    print("|---|---|---|---|---|")
    for command, measured in costs.items():
        print(_row(command, measured, costs[_REFERENCE]))


def _row(command: str, measured: Sequence[Cost], reference: Sequence[Cost]) -> str:
    pairs = list(zip(measured, reference, strict=True))
    wall = statistics.median(cost.wall / other.wall for cost, other in pairs)
    cpu = statistics.median(cost.cpu / other.cpu for cost, other in pairs)
    cells = [
        f"`{command}`",
        spread([cost.wall for cost in measured]),
        spread([cost.cpu for cost in measured]),
        f"{wall:.2f}",
        f"{cpu:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
