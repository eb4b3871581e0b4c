"""Folder or pattern -> the files of data that it means, sorted by name."""

import os
from pathlib import Path
from typing import Self

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice, Tell
from forecast_cli.reading.database import database_file
from forecast_cli.reading.decode import source_name
from forecast_cli.wording import escape

_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet")
_OURS = (".forecast", ".state")
_ACCEPTED = "files named *.csv, *.tsv, *.txt, *.jsonl, *.ndjson or *.parquet, also with .gz"
_MAGIC = "*?["
_NAMED_FILES = 3


class Partition(str):
    """The path of one file of several that is read by itself, and its `stem` among them."""

    stem: str

    def __new__(cls, path: str, stem: str) -> Self:
        """A path that is read as when all files are read as one."""
        made = super().__new__(cls, path)
        made.stem = stem
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.stem)


def partitions(source: str, tell: Tell) -> list[Partition]:
    """The files of a folder, or that match a pattern, to be read one by one.

    None at all for one file, standard input or a query.

    Raises:
        DataError: As `data_files`.
    """
    files = data_files(source, tell) or []
    return [Partition(str(path), stem) for path, stem in zip(files, stems(files), strict=True)]


def data_files(source: str, tell: Tell) -> list[Path] | None:
    """The files of a folder, or that match a pattern; None for one file, standard input or a query.

    Hidden files and those of this program are passed over; others that are no data are told.

    Raises:
        DataError: There is none, or the folder cannot be read.
    """
    folder = Path(source)
    if source == "-" or not source.strip() or database_file(source) is not None:
        return None
    if not _is_readable_name(source):
        return None
    if folder.is_dir():
        found = _in_folder(folder, source_name(source))
    elif any(mark in source for mark in _MAGIC) and not os.path.lexists(source):
        found = _matching(folder, source_name(source))
    else:
        return None
    files = sorted(path for path in found if path.is_file())
    data = [path for path in files if _stem(path) != path.name]
    if not data:
        raise _nothing(source_name(source), folder.is_dir(), files)
    _tell_others(source_name(source), [path for path in files if path not in data], tell)
    return data


def stems(files: list[Path]) -> list[str]:
    """A name for each file: without folders and suffix, or with the folders where those differ.

    >>> stems([Path("data/a.csv"), Path("data/b.csv.gz")])
    ['a', 'b']
    >>> stems([Path("data/n/sales.csv"), Path("data/s/sales.csv")])
    ['n/sales', 's/sales']
    """
    short = [_stem(path) for path in files]
    if len(set(short)) == len(short) or len({path.parent for path in files}) == 1:
        return short
    above = os.path.commonpath([path.parent for path in files])
    return [path.relative_to(above).with_name(_stem(path)).as_posix() for path in files]


def _stem(path: Path) -> str:
    """The name of a file without the suffix of a known format; as it is for another file."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - the name is no path of its own
    return stem if suffix.lower() in _SUFFIXES and stem else path.name


def _is_readable_name(source: str) -> bool:
    """Whether the system takes a text for the name of a file; the reader says why it does not."""
    try:
        Path(source).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return True


def _in_folder(folder: Path, name: str) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        reason = escape(str(error.strerror or error).lower())
        raise DataError(
            f"{name} cannot be read: {reason}; ask for the right to read the folder"
        ) from error


def _matching(pattern: Path, name: str) -> list[Path]:
    parts = pattern.parts
    first = next(i for i, part in enumerate(parts) if any(mark in part for mark in _MAGIC))
    above = Path(*parts[:first])
    try:
        found = list(above.glob(str(Path(*parts[first:]))))
    except (OSError, ValueError, NotImplementedError) as error:
        fault = escape(str(error))
        raise DataError(
            f"{name} is no pattern of file names ({fault}); write one such as 'data/*.csv'"
        ) from error
    return [
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(above).parts)
    ]


def _nothing(name: str, is_folder: bool, files: list[Path]) -> DataError:
    if not files and not is_folder:
        return DataError(
            f"{name} cannot be read: no such file, and as a pattern it matches none; check the "
            "name and the folder"
        )
    found = f"; it has {_named(files)}" if files else ""
    verb = "holds" if is_folder else "matches"
    return DataError(f"{name} {verb} no file of data{found}; accepted are {_ACCEPTED}")


def _tell_others(name: str, others: list[Path], tell: Tell) -> None:
    others = [path for path in others if not path.name.endswith(_OURS)]
    if others:
        text = f"{name}: not read, as the name is none of data: {_named(others)}"
        tell(Notice("warning", text))


def _named(files: list[Path]) -> str:
    shown = ", ".join(escape(path.name) for path in files[:_NAMED_FILES])
    more = len(files) - _NAMED_FILES
    return shown + (f" and {more} more" if more > 0 else "")
