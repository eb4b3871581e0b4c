"""The program as other people's processes meet it: small trainings, limits, and what they cost."""

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "forecast_cli")
MEBIBYTE = 2**20

CHECKPOINT = "model.forecast"
SMALL_TRAINING = (
    *("train", "small.csv", "-q", "--horizon", "2"),
    *("--epochs", "1", "--steps-per-epoch", "5", "--members", "1", "--hidden-size", "4"),
)
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("FORECAST_")},
    "PYTHONPATH": str(ROOT),
    # Files that Python caches would look like files that the program writes.
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its code, what it wrote, and the most memory it held."""

    code: int
    output: bytes
    words: str
    peak_mib: float


def write_small_data(folder: Path) -> Path:
    """A file of 24 rows, which trains in about a second."""
    rows = [f"{step},{100 + 3 * step + 5 * math.sin(step):.3f}" for step in range(24)]
    path = folder / "small.csv"
    path.write_text("\n".join(["step,value", *rows]) + "\n")
    return path


def start(
    command: Sequence[str], folder: Path, *, limit: Callable[[], None] | None = None
) -> Callable[[], Ended]:
    """Start a process; what is returned waits for its end. `limit` runs in it first."""
    output, words = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=words,
        preexec_fn=limit,  # noqa: PLW1509
    )

    def end() -> Ended:
        # With what its own children held, those of a tracer for instance.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        with output, words:
            for stream in (output, words):
                stream.seek(0)
            return Ended(
                code=process.returncode,
                output=output.read(),
                words=words.read().decode(errors="replace"),
                peak_mib=usage.ru_maxrss / 1024,
            )

    return end


def run(command: Sequence[str], folder: Path, *, limit: Callable[[], None] | None = None) -> Ended:
    """Run a process to its end."""
    return start(command, folder, limit=limit)()
