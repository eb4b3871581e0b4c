"""Commands -> what they cost: wall seconds, CPU seconds and peak memory of each process."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORECAST = (sys.executable, "-m", "forecast_cli")
"""The program of this checkout, whatever else is installed."""

_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process took; `cpu` is that of all its threads."""

    wall: float
    cpu: float
    peak_mib: float

    def then(self, other: "Cost") -> "Cost":
        """What this process and one after it took together."""
        return Cost(
            wall=self.wall + other.wall,
            cpu=self.cpu + other.cpu,
            peak_mib=max(self.peak_mib, other.peak_mib),
        )


def run(command: Sequence[str], folder: Path, output: Path | None = None) -> Cost:
    """Run a command in a folder and wait for it; its standard output goes to `output`.

    Peak memory is never less than that of this process at the start, because the child begins as a
    copy of it.

    Raises:
        SystemExit: it failed; what it wrote to standard error is the message.
    """
    with (output or Path(os.devnull)).open("wb") as out, (folder / "stderr.txt").open("w+b") as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{err.read().decode(errors='replace')}")
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss * _BYTES_PER_UNIT / 2**20,
    )


def run_in_turn(
    commands: Mapping[str, Sequence[str]], folder: Path, repeats: int
) -> dict[str, list[Cost]]:
    """Run all commands one after the other, `repeats` times over, after a round that warms up.

    What slows the machine down for a while meets all of them.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for repeat in range(repeats + 1):
        for name, command in commands.items():
            cost = run(command, folder)
            if repeat:
                costs[name].append(cost)
    return costs


def spread(seconds: Sequence[float]) -> str:
    """The least and the median of repeated measurements.

    >>> spread([3.0, 1.0, 2.0])
    '1.00 / 2.00'
    """
    return f"{min(seconds):.2f} / {statistics.median(seconds):.2f}"


def environment() -> dict[str, str]:
    """The variables that a measured process gets: the program of this checkout, no settings."""
    settings = {name: value for name, value in os.environ.items() if "FORECAST" not in name}
    return {**settings, "PYTHONPATH": str(ROOT)}
