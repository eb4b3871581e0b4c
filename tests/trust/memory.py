"""A training and a forecast in little memory: work that is done, or a clear line."""

import resource
from collections.abc import Sequence
from pathlib import Path

from tests.trust.programs import CHECKPOINT, MEBIBYTE, PROGRAM, SMALL_TRAINING, Ended, run

SIZES_IN_MIB = (64, 128, 192, 256, 384, 512, 640, 768, 896, 1024, 2048, 4096)
"""From less than an interpreter takes to more than a training does."""

COMMANDS = {"train": SMALL_TRAINING, "predict": ("predict", "-q")}


def run_within(size_in_mib: int, arguments: Sequence[str], folder: Path) -> Ended:
    """Run the program with so much address space, as `ulimit -v` sets it."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (size_in_mib * MEBIBYTE, size_in_mib * MEBIBYTE))

    return run([*PROGRAM, *arguments], folder, limit=limit)


def fault_found(ended: Ended, folder: Path) -> str | None:
    """What is wrong about an end; None for success, or for one line that says what is lacking."""
    names = sorted(path.name for path in folder.iterdir())
    if not set(names) <= {CHECKPOINT, "small.csv"}:
        return f"the folder holds {names}"
    if ended.code == 0:
        return None
    lines = ended.words.splitlines()
    if ended.code == 1 and len(lines) == 1 and "memory" in lines[0].lower():
        return None
    return f"ended with {ended.code}: {' | '.join(lines)[-300:]}"
