"""What is promised of files, tried in full: damage, faults, two writers, little memory, malice.

    python -m benchmarks.trust [flips|writes|writers|memory|hostile|all] [--flips 10000]
                               [--rounds 50]

Does what `tests/trust` does, more often, and prints a table for each kind. `writes` and `hostile`
need strace. Needs Linux.
"""

import argparse
import struct
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import describe
from forecast_cli.checkpoint import load_model
from forecast_cli.errors import CheckpointError
from tests.trust import memory, opening, system_calls, writers
from tests.trust.hostile import hostile_files
from tests.trust.programs import CHECKPOINT, PROGRAM, SMALL_TRAINING, run, write_small_data

_FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
_PARTS = ("flips", "writes", "writers", "memory", "hostile")


def main() -> None:
    """Try what was asked for and print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", nargs="?", default="all", choices=(*_PARTS, "all"))
    parser.add_argument("--flips", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=50, help="of two writers: %(default)s")
    asked = parser.parse_args()
    parts: dict[str, Callable[[Path], Iterator[str]]] = {
        "flips": lambda folder: _flips(folder, asked.flips),
        "writes": _writes,
        "writers": lambda folder: _writers(folder, asked.rounds),
        "memory": _memory,
        "hostile": _hostile,
    }
    print(describe("as the programs choose"))
    for name in _PARTS if asked.part == "all" else (asked.part,):
        with tempfile.TemporaryDirectory() as folder:
            for line in parts[name](Path(folder)):
                print(line, flush=True)
        print()


def _table(title: str, columns: Sequence[str]) -> Iterator[str]:
    yield f"{title}\n"
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _trained(folder: Path) -> Path:
    write_small_data(folder)
    ended = run([*PROGRAM, *SMALL_TRAINING], folder)
    if ended.code:
        raise SystemExit(ended.words)
    return folder / CHECKPOINT


def _flips(folder: Path, count: int) -> Iterator[str]:
    """Single bits of a trained checkpoint flipped, each in a copy of its own."""
    good = _trained(folder).read_bytes()
    load_model(good, CHECKPOINT)
    (length,) = struct.unpack("<Q", good[:8])
    bits = np.random.default_rng(0).choice(
        8 * len(good), size=min(count, 8 * len(good)), replace=False
    )
    counts: Counter[tuple[str, str]] = Counter()
    for bit in bits.tolist():
        byte, mask = divmod(bit, 8)
        damaged = bytearray(good)
        damaged[byte] ^= 1 << mask
        try:
            load_model(bytes(damaged), CHECKPOINT)
        except CheckpointError:
            end = "refused"
        else:
            end = "used"
        counts["header" if byte < 8 + length else "tensors", end] += 1
    title = f"Single bit flips of a checkpoint of {len(good)} bytes; any other end is a crash."
    yield from _table(title, ("place", "flips", "refused", "used"))
    for place in ("header", "tensors"):
        refused, used = counts[place, "refused"], counts[place, "used"]
        yield _row(place, refused + used, refused, used)


def _writes(folder: Path) -> Iterator[str]:
    """Every system call of a save failed in turn, and the process killed at each."""
    reason = system_calls.why_not()
    if reason is not None:
        yield f"Faults in a save: {reason}"
        return
    calls = system_calls.calls_of_a_save(folder / "dry")
    names = Counter(call.name for call in calls)
    shown = ", ".join(f"{name} {number}" for name, number in sorted(names.items()))
    title = f"Each of the {len(calls)} system calls of a save met by a fault ({shown})."
    yield from _table(title, ("fault", "tried", "old file whole", "new file whole", "wrong"))
    wrong: list[str] = []
    for fault in _FAULTS:
        kept: Counter[bytes] = Counter()
        for number, call in enumerate(calls):
            place = folder / f"{fault[-4:]}-{number}"
            outcome = system_calls.save_with(place, call, fault)
            kept[outcome.content] += 1
            found = system_calls.fault_found(outcome) or system_calls.save_again(place)
            wrong += [f"{fault} at {call.shown}: {found}"] if found else []
        count = sum(one.startswith(fault) for one in wrong)
        old, new = kept[system_calls.OLD], kept[system_calls.NEW]
        yield _row(f"`{fault}`", len(calls), old, new, count)
    yield from (f"\n- {one}" for one in wrong)


def _writers(folder: Path, rounds: int) -> Iterator[str]:
    """Two trainings at once to one output."""
    ends: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(rounds):
        ended, fault = writers.train_twice_at_once(folder / str(number))
        done = sum(one.code == 0 for one in ended)
        ends["both wrote" if done == 2 else "one wrote, one was refused"] += 1
        faults += [fault] if fault else []
    yield from _table("Two trainings at once to one file.", ("end", "rounds"))
    for end, count in ends.items():
        yield _row(end, count)
    yield _row(
        "the file was not one whole checkpoint, or something else lay beside it", len(faults)
    )
    yield from (f"\n- {fault}" for fault in faults)


def _memory(folder: Path) -> Iterator[str]:
    """Training and forecasting with limits on address space."""
    _trained(folder)
    title = "`ulimit -v`: how the program ends, with what it says."
    yield from _table(title, ("MiB", *(f"forecast {name}" for name in memory.COMMANDS)))
    for size in memory.SIZES_IN_MIB:
        cells = []
        for arguments in memory.COMMANDS.values():
            ended = memory.run_within(size, arguments, folder)
            wrong = memory.fault_found(ended, folder)
            said = " ".join(ended.words.split()).replace("|", "/")[:160]
            cells.append(f"{'WRONG ' if wrong else ''}{ended.code} {said}".strip())
        yield _row(size, *cells)


def _hostile(folder: Path) -> Iterator[str]:
    """Hostile files opened by predict and info under strace."""
    reason = system_calls.why_not()
    if reason is not None:
        yield f"Hostile checkpoints: {reason}"
        return
    title = "Hostile checkpoints under strace: refused in one line, and nothing done besides."
    yield from _table(title, ("file", "bytes", *opening.COMMANDS, "peak MiB"))
    wrong = 0
    for number, (kind, data) in enumerate(hostile_files().items()):
        place = folder / str(number)
        place.mkdir()
        path = place / "hostile.forecast"
        path.write_bytes(data)
        opened = [opening.open_traced(command, path) for command in opening.COMMANDS]
        faults = [one.fault(path.name) for one in opened]
        wrong += sum(fault is not None for fault in faults)
        peak = max(one.ended.peak_mib for one in opened)
        yield _row(kind, len(data), *(fault or "refused" for fault in faults), f"{peak:.0f}")
    yield _row(f"{len(hostile_files())} files", "", "", f"{wrong} wrong", "")


if __name__ == "__main__":
    main()
