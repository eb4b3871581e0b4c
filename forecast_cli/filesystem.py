"""Bytes -> files: whole, or not at all."""

import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from forecast_cli.errors import OutputError
from forecast_cli.wording import escape

if sys.platform != "win32":
    import fcntl

_NAME_LENGTH = 60


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Put `data` at `path`: a reader sees the old file or the whole new one, also after a crash.

    A symbolic link is followed, the permissions of an existing file are kept, and what is no
    regular file (`/dev/null`, a pipe) is written to as it is. Temporary files that killed runs
    left beside it are removed.

    Raises:
        OutputError: the file cannot be written; then nothing has changed.
    """
    with telling(path):
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        _sweep(target)
        with _temporary_file(target) as (temporary, descriptor):
            _put_in_place(temporary, descriptor, data, target)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Callable[[bytes], None]]:
    """Write a file piece by piece, as `write_atomically` does with a whole one.

    It is at `path` when the `with` block has ended well, and nothing has changed otherwise.

    Raises:
        OutputError: the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    with ExitStack() as stack:
        with telling(path):
            is_regular = not target.exists() or target.is_file()
            if is_regular:
                _sweep(target)
                temporary, descriptor = stack.enter_context(_temporary_file(target))
            else:
                descriptor = os.open(target, os.O_WRONLY)
                stack.callback(os.close, descriptor)

        def write(piece: bytes) -> None:
            with telling(path):
                _write_all(descriptor, piece)

        yield write
        if is_regular:
            with telling(path):
                _put_in_place(temporary, descriptor, b"", target)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out now, and not after an hour of training, that `path` cannot be written.

    Raises:
        OutputError: naming the folder or file and the cause.
    """
    # In a deleted folder no path can be made absolute, and a name can be too long for a file.
    with telling(path):
        _check_writable(Path(os.path.realpath(path)), shown(path))


def _check_writable(target: Path, name: str) -> None:
    if target.is_dir():
        raise OutputError(f"{name}: this is a folder; give the name of a file")
    if not target.parent.is_dir():
        raise OutputError(f"{name}: the folder {shown(target.parent)} does not exist; make it")
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"{name}: the file is write-protected; choose another --output")
    if not target.exists() or target.is_file():
        with telling(target.parent), _temporary_file(target) as (temporary, _):
            # Takes the right that the rename will need.
            temporary.unlink()


class OwnedFile:
    """A file that belongs to one process, which replaces its content atomically again and again.

    It is there and locked from the beginning, empty if it is new. The lock moves on to every new
    content, and ends with the process, however that ends.

    Raises:
        OutputError: another process owns the file, or it cannot be written.
    """

    def __init__(self, path: Path, taken: str) -> None:
        self.path = path
        with telling(path):
            self._descriptor = _claim(path, taken)

    @property
    def name(self) -> str:
        """The path as messages show it."""
        return shown(self.path)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written to it, now or before."""
        return os.fstat(self._descriptor).st_size == 0

    def read(self) -> bytes:
        """The content."""
        with telling(self.path):
            return self.path.read_bytes()

    def write(self, data: bytes) -> None:
        """Replace the content: after a crash it is the old one or the new one.

        Raises:
            OutputError: the file cannot be written; then nothing has changed.
        """
        with telling(self.path):
            _sweep(self.path)
            with _temporary_file(self.path) as (temporary, descriptor):
                _put_in_place(temporary, descriptor, data, self.path)
                # A lock belongs to all descriptors of an opened file: this one goes on holding it.
                old, self._descriptor = self._descriptor, os.dup(descriptor)
            os.close(old)

    def close(self, *, remove: bool) -> None:
        """Give the file up, and away with it if so wanted."""
        if remove:
            with suppress(OSError):
                self.path.unlink()
        os.close(self._descriptor)


def _claim(path: Path, taken: str) -> int:
    """Open and lock the file; its descriptor. A file that was replaced meanwhile is not the one."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OutputError(f"{shown(path)}: this is no regular file; move it away")
        try:
            _lock(descriptor, wait=False)
        except BlockingIOError:
            os.close(descriptor)
            raise OutputError(taken) from None
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _put_in_place(temporary: Path, descriptor: int, data: bytes, target: Path) -> None:
    _write_all(descriptor, data)
    if target.exists():
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
    os.fsync(descriptor)
    temporary.replace(target)
    _sync_folder(target.parent)


@contextmanager
def telling(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn an `OSError` into words.

    Raises:
        OutputError: what has this name cannot be written.
    """
    try:
        yield
    except OSError as error:
        cause = error.strerror or str(error)
        raise OutputError(f"{shown(path)}: cannot be written: {cause.lower()}") from error


@contextmanager
def _temporary_file(target: Path) -> Iterator[tuple[Path, int]]:
    """A locked file beside `target`; gone afterwards unless it was renamed."""
    while True:
        temporary = target.with_name(f"{_prefix(target)}{secrets.token_hex(6)}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        _lock(descriptor)
        # Another run may have swept the file before it was locked.
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)
    try:
        yield temporary, descriptor
    finally:
        # What cannot be removed now is swept later, and what was synced needs no good end.
        with suppress(OSError):
            temporary.unlink()
        with suppress(OSError):
            os.close(descriptor)


def _sweep(target: Path) -> None:
    """Remove what killed runs left; a file that a living run still writes is locked.

    A folder that may not be listed, or a file that may not be removed, hinders no save.
    """
    prefix = _prefix(target)
    with suppress(OSError):
        for leftover in target.parent.iterdir():
            if leftover.name.startswith(prefix) and leftover.suffix == ".part":
                _remove_if_abandoned(leftover)


def _remove_if_abandoned(leftover: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(leftover, os.O_WRONLY)
        try:
            if _lock(descriptor, wait=False):
                leftover.unlink()
        finally:
            os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = True) -> bool:
    """Lock an open file until it is closed; False where no file can be locked.

    Raises:
        BlockingIOError: another process has locked it, and that is not to be waited for.
    """
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where folders can be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _prefix(target: Path) -> str:
    return f".{target.name[:_NAME_LENGTH]}."


def shown(path: str | os.PathLike[str]) -> str:
    """A path as messages have it."""
    return escape(os.fspath(path), limit=200)
