"""A save of one file under strace: which system calls it makes, and each of them failed once."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast_cli.filesystem import write_atomically

ROOT = Path(__file__).parents[2]
STRACE = shutil.which("strace")

NAME = "model.forecast"
OLD = b"the checkpoint of yesterday"
NEW = b"the checkpoint of today " * 500
LEFTOVER = f".{NAME}.0123456789ab.part"

_BEGIN, _END = "/a-save-begins", "/a-save-ends"
_SAVE = f"""
import os, sys
from forecast_cli.errors import UserError
from forecast_cli.filesystem import write_atomically
os.access("{_BEGIN}", 0)
code = 0
try:
    write_atomically("{NAME}", {NEW!r})
except UserError as error:
    print(error, file=sys.stderr)
    code = error.exit_code
os.access("{_END}", 0)
os._exit(code)
"""
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")
_SECONDS = 60


@dataclass(frozen=True)
class Call:
    """The `number`-th call of a name since the process began, and how strace shows it."""

    name: str
    number: int
    shown: str


@dataclass(frozen=True)
class Outcome:
    """How a save ended: its exit code (negative: the signal), what it said, what now lies there.

    `was_hit` says whether the fault struck within the save.
    """

    code: int
    words: str
    content: bytes
    others: tuple[str, ...]
    was_hit: bool


def why_not() -> str | None:
    """Why no process can be traced here, None if one can."""
    if STRACE is None:
        return "strace is not installed"
    done = subprocess.run(
        [STRACE, "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    return None if done.returncode == 0 else f"strace cannot trace here: {done.stderr.strip()}"


def calls_of_a_save(folder: Path) -> list[Call]:
    """The system calls of a save over an old file, beside what a killed run left."""
    outcome, trace = _save(folder, ())
    assert (outcome.code, outcome.content, outcome.others) == (0, NEW, ()), outcome
    counts: Counter[str] = Counter()
    calls = []
    inside = False
    for line in trace:
        found = _CALL.match(line)
        if found is None:
            continue
        name, shown = found.groups()
        counts[name] += 1
        if _BEGIN in shown or _END in shown:
            inside = _BEGIN in shown
        elif inside:
            calls.append(Call(name, counts[name], f"{name}({shown}"))
    return calls


def save_with(folder: Path, call: Call, fault: str) -> Outcome:
    """A save whose call meets a fault, `error=EIO` or `signal=KILL` for instance."""
    inject = f"inject={call.name}:{fault}:when={call.number}"
    outcome, trace = _save(folder, ("-e", inject))
    begin = next(number for number, line in enumerate(trace) if _BEGIN in line)
    rest = trace[begin + 1 :]
    hit = any("(INJECTED)" in line or "+++ killed by" in line for line in rest)
    return Outcome(outcome.code, outcome.words, outcome.content, outcome.others, hit)


def fault_found(outcome: Outcome) -> str | None:
    """What a save that met a fault did wrong; None if a user can live with it."""
    if not outcome.was_hit:
        return "the fault struck elsewhere"
    if outcome.code < 0:
        return None if outcome.content in (OLD, NEW) else "neither the old nor the new file"
    if outcome.code == 0:
        return None if outcome.content == NEW else "success was told, but the file is not the new"
    if outcome.code != 1 or not outcome.words.startswith(f"{NAME}: cannot be written: "):
        return f"ended with {outcome.code} and {outcome.words!r}"
    return None if outcome.content == OLD else "failure was told, but the file is not the old"


def save_again(folder: Path) -> str | None:
    """What is wrong after a next save, without a fault; None if only the new file is there."""
    write_atomically(folder / NAME, NEW)
    names = sorted(path.name for path in folder.iterdir())
    if names != [NAME]:
        return f"the next save left {names}"
    return None if (folder / NAME).read_bytes() == NEW else "the next save did not save"


def _save(folder: Path, options: Sequence[str]) -> tuple[Outcome, list[str]]:
    assert STRACE is not None
    folder.mkdir()
    (folder / NAME).write_bytes(OLD)
    (folder / LEFTOVER).write_bytes(b"half")
    trace = folder.with_suffix(".trace")
    done = subprocess.run(
        # Without the site packages the same calls precede the save each time.
        [STRACE, "-o", str(trace), *options, sys.executable, "-S", "-c", _SAVE],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    outcome = Outcome(
        code=done.returncode,
        words=done.stderr.strip(),
        content=(folder / NAME).read_bytes(),
        others=tuple(sorted(p.name for p in folder.iterdir() if p.name != NAME)),
        was_hit=False,
    )
    return outcome, trace.read_text(errors="replace").splitlines()
