"""Parts of a result -> a folder of files that is there whole, or not at all."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from forecast_cli.errors import OutputError
from forecast_cli.filesystem import OwnedFile, shown, telling, write_atomically
from forecast_cli.wording import escape

_PART = re.compile(r"part-\d{5,}\.\w+")
_OWNER = ".owner"


def is_part_folder(output: str) -> bool:
    """Whether an output means a folder: one that is there, or a name with / at its end."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


@dataclass(frozen=True)
class PartFolder:
    """Where parts are written, by any process, until all of them are there."""

    path: str
    suffix: str

    def write(self, number: int, data: bytes) -> None:
        """Put a part in its place; the same part may be written again.

        Raises:
            OutputError: it cannot be written.
        """
        write_atomically(Path(self.path) / f"part-{number:05}.{self.suffix}", data)


@contextmanager
def writing_parts(output: str, suffix: str) -> Iterator[PartFolder]:
    """Collect parts in a hidden folder beside `output`, which takes its place when it is whole.

    Parts that `output` holds are replaced together with the folder. If the work fails, `output`
    stays as it was.

    Raises:
        OutputError: the folder cannot be written, holds anything but parts, or is being written.
    """
    target = Path(os.path.realpath(output))
    _check(target, output)
    unfinished = target.with_name(f".{target.name}.unfinished")
    with telling(output):
        unfinished.mkdir(exist_ok=True)
    taken = f"{shown(output)}: other work on this folder is going on; wait for its end"
    owner = OwnedFile(unfinished / _OWNER, taken)
    try:
        with telling(output):
            _clear(unfinished)
        yield PartFolder(str(unfinished), suffix)
    except BaseException:
        owner.close(remove=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    owner.close(remove=True)
    with telling(output):
        _put_in_place(unfinished, target)


def _check(target: Path, output: str) -> None:
    if not target.parent.is_dir():
        folder = shown(target.parent)
        raise OutputError(f"{shown(output)}: the folder {folder} does not exist; make it")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{shown(output)}: this is a file; give the name of a folder")
    with telling(output):
        others = [path.name for path in target.iterdir() if not _PART.fullmatch(path.name)]
    if others:
        raise OutputError(
            f"{shown(output)}: the folder holds {escape(min(others))}, which is no part of a "
            "result; give --output a new folder, or one of which the parts are to be replaced"
        )


def _clear(folder: Path) -> None:
    """Remove what a killed run left."""
    for leftover in folder.iterdir():
        if leftover.name != _OWNER:
            leftover.unlink()


def _put_in_place(unfinished: Path, target: Path) -> None:
    replaced = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if target.exists():
        # What another program put into it meanwhile would be lost.
        _check(target, str(target))
        target.rename(replaced)
    try:
        unfinished.rename(target)
    except OSError:
        with suppress(OSError):
            replaced.rename(target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)
