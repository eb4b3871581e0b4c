"""Whether a training survives signals and kills: the same file, one line, nothing lost.

    python -m benchmarks.interruptions [--kills 300] [--signals 200] [--seed 0]

A small training is run once undisturbed for each setting. Then it is killed (SIGKILL) at random
moments and resumed until it is through, and the checkpoint is compared byte by byte; and it is
stopped by SIGINT or SIGTERM at random moments, loading included, and its exit code, words, time and
files are checked. Needs Linux or macOS.
"""

import argparse
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.processes import FORECAST, ROOT, environment

_SETTINGS = (
    ("--cell", "gru", "--members", "4"),
    ("--cell", "lstm", "--members", "2", "--dropout", "0.3", "--patience", "2"),
    ("--cell", "rnn", "--members", "6", "--l1", "1e-5"),
    ("--cell", "lstm-gru", "--members", "2", "--segment-length", "2"),
)
"""Every cell, committees of different sizes, dropout, and an end that patience brings."""

_COMMON = ("--seed", "1", "--no-progress", "--epochs", "16", "--threads", "2")
_CHECKPOINT = "m.forecast"
_OLD = b"the checkpoint of yesterday"
_EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
_SECONDS_TO_END = 2.0
_LONGEST = 300.0


@dataclass(kw_only=True)
class Tally:
    """What came out of many rounds; `faults` says what went wrong, in words."""

    rounds: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """A training that nobody interrupted: its command, its bytes and how long it took."""

    command: tuple[str, ...]
    checkpoint: bytes
    seconds: float


def train_undisturbed(data: Path, settings: Sequence[str], folder: Path) -> Undisturbed:
    """Train once, for comparison."""
    command = (*FORECAST, "train", str(data), "-o", _CHECKPOINT, *_COMMON, *settings)
    started = time.monotonic()
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    checkpoint = folder / _CHECKPOINT
    done = Undisturbed(
        command=command, checkpoint=checkpoint.read_bytes(), seconds=time.monotonic() - started
    )
    checkpoint.unlink()
    return done


def kill_and_resume(whole: Undisturbed, chance: random.Random, folder: Path, tally: Tally) -> None:
    """Kill the training at a random moment, now and then twice, resume it and compare."""
    tally.rounds += 1
    for number in range(chance.choice((1, 1, 2))):
        command = (*whole.command, "--resume") if number else whole.command
        _interrupt(command, folder, signal.SIGKILL, chance.uniform(0, whole.seconds))
    started = time.monotonic()
    done = _run((*whole.command, "--resume"), folder)
    tally.seconds.append((time.monotonic() - started) / whole.seconds)
    checkpoint = folder / _CHECKPOINT
    if done.returncode:
        tally.faults.append(f"resuming failed: {done.stderr.decode(errors='replace')[-300:]}")
    elif checkpoint.read_bytes() != whole.checkpoint:
        tally.faults.append("the checkpoint differs from that of an undisturbed training")
    _check_names(folder, {_CHECKPOINT}, tally)
    _clear(folder)


def stop_and_look(whole: Undisturbed, chance: random.Random, folder: Path, tally: Tally) -> None:
    """Send a signal at a random moment and check the end that the program makes."""
    tally.rounds += 1
    checkpoint = folder / _CHECKPOINT
    checkpoint.write_bytes(_OLD)
    number = chance.choice((signal.SIGINT, signal.SIGTERM))
    # The interpreter needs a moment before it runs anything of ours.
    moment = chance.uniform(0.1, whole.seconds)
    ended = _interrupt(whole.command, folder, number, moment)
    tally.seconds.append(ended.seconds)
    words = ended.words.decode(errors="replace")
    lines = [line for line in words.splitlines() if not line.startswith(("note:", "warning:"))]
    told = f"after {moment:.2f} s, {number.name}: exit {ended.code}, {lines}"
    kept = checkpoint.read_bytes()
    if ended.code == 0 and kept == whole.checkpoint:
        _clear(folder)
        return
    if ended.code != _EXIT_CODES[number] or len([x for x in lines if "error:" in x]) != 1:
        tally.faults.append(told)
    if "Traceback" in words or "ignored" in words:
        tally.faults.append(f"{told}: a traceback")
    if ended.seconds > _SECONDS_TO_END:
        tally.faults.append(f"{told}: {ended.seconds:.1f} s until the end")
    if kept not in (_OLD, whole.checkpoint):
        tally.faults.append(f"{told}: the old checkpoint is lost")
    _check_names(folder, {_CHECKPOINT, f"{_CHECKPOINT}.state"}, tally)
    _clear(folder)


@dataclass(frozen=True, kw_only=True)
class _Ended:
    code: int
    words: bytes
    seconds: float


def _interrupt(command: Sequence[str], folder: Path, number: int, moment: float) -> _Ended:
    """Start a command, send it a signal after a moment, wait for its end."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A background job of a shell inherits an ignored SIGINT, and so would this program.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    try:
        _, words = process.communicate(timeout=moment)
        return _Ended(code=process.returncode, words=words, seconds=0.0)
    except subprocess.TimeoutExpired:
        sent = time.monotonic()
        process.send_signal(number)
        _, words = process.communicate(timeout=_LONGEST)
    return _Ended(code=process.returncode, words=words, seconds=time.monotonic() - sent)


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LONGEST,
        check=False,
    )


def _check_names(folder: Path, allowed: set[str], tally: Tally) -> None:
    found = {path.name for path in folder.iterdir()} - allowed
    if found:
        tally.faults.append(f"left behind: {sorted(found)}")


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def main() -> None:
    """Interrupt and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300, help="rounds (default: %(default)s)")
    parser.add_argument("--signals", type=int, default=200, help="rounds (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: %(default)s)")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    data = ROOT / "sample_data" / "us_population.csv"
    killed, stopped = Tally(), Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wholes = [train_undisturbed(data, settings, folder) for settings in _SETTINGS]
        for number in range(options.kills):
            kill_and_resume(wholes[number % len(wholes)], chance, folder, killed)
        for number in range(options.signals):
            stop_and_look(wholes[number % len(wholes)], chance, folder, stopped)
    print(describe("2 for a training"))
    print("| what | rounds | faults | median | most |\n|---|---|---|---|---|")
    print(_row("killed and resumed: time of the last run, undisturbed = 1", killed))
    print(_row("stopped by SIGINT or SIGTERM: seconds until the end", stopped))
    for fault in (*killed.faults, *stopped.faults):
        print(f"- {fault}")
    sys.exit(bool(killed.faults or stopped.faults))


def _row(what: str, tally: Tally) -> str:
    if not tally.rounds:
        return f"| {what} | 0 | | | |"
    median, most = statistics.median(tally.seconds), max(tally.seconds)
    return f"| {what} | {tally.rounds} | {len(tally.faults)} | {median:.2f} | {most:.2f} |"


if __name__ == "__main__":
    main()
