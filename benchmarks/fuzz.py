"""How many damaged files it takes to break the program: none may.

    python -m benchmarks.fuzz [--seconds 60] [--seed 0]

Changes files of the corpus (see `tests/corpus`) at random and reads them, with the options of the
case or others; and changes a small checkpoint and loads it, as it is or with its SHA-256 computed
anew, so that what lies behind the digest is reached. Every file must be read to a sound panel (see
`tests/corpus/soundness.py`), or be refused by a `UserError` in one printable line; no changed
checkpoint may be used. Anything else is a fault: it is counted, shown on standard error
with the bytes that cause it, and makes the exit code 1. Warnings count as faults. Nothing is kept.
"""

import argparse
import base64
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.machine import describe
from forecast_cli.checkpoint import dump_model, load_model
from forecast_cli.errors import UserError
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from tests.corpus.files import CASES
from tests.corpus.mutations import mutated
from tests.corpus.soundness import check_sound
from tests.models import make_model
from tests.sealed_files import NO_DIGEST, stamped

_LARGEST_SEED = 20_000
_CONFIGS = (
    ReadConfig(),
    ReadConfig(freq="MS"),
    ReadConfig(freq="3"),
    ReadConfig(target=("value",), time="date"),
    ReadConfig(decimal=",", thousands="."),
    ReadConfig(id=("unique_id",)),
    ReadConfig(date_format="%Y-%m-%d"),
    ReadConfig(delimiter=";", max_line_bytes=40, max_columns=3),
)
_DIGEST = re.compile(rb"[0-9a-f]{64}")
_SHARE_OF_FILES = 0.8
_SHARE_OF_ALL = 0.3
_SHARE_AS_ASKED = 0.8


@dataclass
class Tally:
    """What came of the inputs of one kind."""

    read: int = 0
    refused: int = 0
    faults: int = 0
    slowest: float = 0.0


def main() -> None:
    """Run for some time and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the changes (default: %(default)s)")
    arguments = parser.parse_args()
    warnings.simplefilter("error")
    random = Random(arguments.seed)
    files, plain, stamped = Tally(), Tally(), Tally()
    checkpoint = dump_model(make_model())
    stop = time.monotonic() + arguments.seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        while time.monotonic() < stop:
            if random.random() < _SHARE_OF_FILES:
                _read_one(path, random, files)
            else:
                _load_two(checkpoint, random, plain, stamped)
    print(describe("as the programs choose"))
    print(f"Seed {arguments.seed}, {arguments.seconds:.0f} seconds.\n")
    print("| input | inputs | read | refused | faults | slowest, s |")
    print("|---|---|---|---|---|---|")
    print(_row("changed files of the corpus", files))
    print(_row("changed checkpoints", plain))
    print(_row("changed checkpoints, SHA-256 computed anew", stamped))
    sys.exit(1 if files.faults + plain.faults + stamped.faults else 0)


_SEEDS = [case for case in CASES if not callable(case.data) and len(case.bytes) <= _LARGEST_SEED]
_READABLE = [case for case in _SEEDS if case.outcome != "refused"]


def _read_one(path: Path, random: Random, tally: Tally) -> None:
    case = random.choice(_SEEDS if random.random() < _SHARE_OF_ALL else _READABLE)
    config = case.config if random.random() < _SHARE_AS_ASKED else random.choice(_CONFIGS)

    def read(data: bytes) -> object:
        path.write_bytes(data)
        panel = read_panel(str(path), config, lambda notice: _check_words(notice.text))
        check_sound(panel)
        return panel

    _try(read, mutated(case.bytes, random, most=random.randint(1, 4)), tally)


def _load_two(checkpoint: bytes, random: Random, plain: Tally, stamped: Tally) -> None:
    changed = mutated(checkpoint, random)
    if changed == checkpoint:
        return
    read_before = plain.read
    _try(lambda data: load_model(data, "m.forecast"), changed, plain)
    if plain.read > read_before:
        plain.read = read_before
        _count_fault("a damaged checkpoint was used", changed, plain)
    _try(lambda data: load_model(data, "m.forecast"), _stamped(changed), stamped)


def _try(work: Callable[[bytes], object], data: bytes, tally: Tally) -> None:
    start = time.monotonic()
    try:
        work(data)
        tally.read += 1
    except UserError as error:
        tally.refused += 1
        _count_words(str(error), data, tally)
    # A fault may be of any kind, and the run is to go on.
    except Exception:
        _count_fault(traceback.format_exc(), data, tally)
    tally.slowest = max(tally.slowest, time.monotonic() - start)


def _check_words(text: str) -> None:
    if not text.isprintable():
        raise AssertionError(f"{text!r} would drive a terminal")


def _count_words(text: str, data: bytes, tally: Tally) -> None:
    try:
        _check_words(text)
    except AssertionError as error:
        tally.refused -= 1
        _count_fault(str(error), data, tally)


def _count_fault(text: str, data: bytes, tally: Tally) -> None:
    tally.faults += 1
    print(f"{text}\nbase64: {base64.b64encode(data).decode()}\n", file=sys.stderr)


def _stamped(data: bytes) -> bytes:
    """A checkpoint whose SHA-256 is right again, if it still has one."""
    return stamped(_DIGEST.sub(NO_DIGEST.encode(), data, count=1))


def _row(name: str, tally: Tally) -> str:
    total = tally.read + tally.refused + tally.faults
    counts = (total, tally.read, tally.refused, tally.faults)
    return f"| {name} | {' | '.join(f'{count:,}' for count in counts)} | {tally.slowest:.2f} |"


if __name__ == "__main__":
    main()
