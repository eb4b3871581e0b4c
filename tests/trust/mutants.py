"""A fault built into a copy of the project, and the tests that turn red there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "forecast_cli"


@dataclass(frozen=True)
class Mutant:
    """A fault: texts of the package and what replaces each, and tests that must turn red.

    A text is found wherever it stands, in whatever lines; it must stand once.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


def mutant(name: str, old: str, new: str, *tests: str) -> Mutant:
    """A mutant of one edit."""
    return Mutant(name, ((old, new),), tests)


def copy_project(folder: Path) -> None:
    """Put the package and its tests into a folder, to be changed there."""
    leave = shutil.ignore_patterns("__pycache__", ".*")
    for name in (PACKAGE, "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", folder)


def apply(chosen: Mutant, folder: Path) -> dict[Path, str]:
    """Build the fault into a copy; what the changed files held before.

    Raises:
        LookupError: a text does not stand in the package exactly once.
    """
    before: dict[Path, str] = {}
    for old, new in chosen.edits:
        path = _place(old, folder)
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        path.write_text(_pattern(old).sub(lambda _, new=new: new, text), encoding="utf-8")  # type: ignore[misc]
    return before


def failed_tests(tests: tuple[str, ...], folder: Path) -> tuple[set[str], str]:
    """Which of the tests are red in a copy, and the last lines that pytest wrote."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "-m", ""),
            *("-p", "no:cacheprovider", *tests),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    # 0: all green, 1: some red; everything else is a fault of the fault.
    red = re.findall(r"^FAILED (.+?)(?: - .*)?$", done.stdout, flags=re.MULTILINE)
    shown = (done.stdout + done.stderr)[-2000:]
    if done.returncode not in (0, 1) or re.search(r"^ERROR ", done.stdout, flags=re.MULTILINE):
        raise RuntimeError(shown)
    return {test for test in tests if any(name.startswith(test) for name in red)}, shown


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, text.split())))


def _place(text: str, folder: Path) -> Path:
    pattern = _pattern(text)
    found = [
        path
        for path in sorted((folder / PACKAGE).rglob("*.py"))
        for _ in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    if len(found) != 1:
        raise LookupError(f"{text!r} stands in {PACKAGE} {len(found)} times, not once")
    return found[0]
