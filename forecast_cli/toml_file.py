"""A TOML file -> its tables, or one line that says where it is none."""

import re
from pathlib import Path
from typing import Any, NoReturn

from forecast_cli.errors import ConfigError
from forecast_cli.wording import escape

_MOST_BYTES = 1024 * 1024


def read_toml(path: str, example: str) -> dict[str, Any]:
    """The document in a file; `example` is a line that could stand there.

    Raises:
        FileNotFoundError: there is no such file.
        ConfigError: it cannot be read, is too large, or is no TOML.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        _refuse(path, f"cannot be read: {words.lower()}")
    if len(data) > _MOST_BYTES:
        _refuse(path, f"has more than {_MOST_BYTES} bytes, which is too much for settings")
    try:
        return _parse(path, data.decode("utf-8-sig"), example)
    except UnicodeDecodeError:
        _refuse(path, "is not UTF-8, which TOML has to be")


def _parse(path: str, text: str, example: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _, place = str(error).rstrip(")").rpartition(" (at ")
        line = re.match(r"line (\d+)", place)
        where = f"{path}, line {line[1] if line else text.count(chr(10)) + 1}"
        _refuse(where, f"{escape(words[:1].lower() + words[1:])}; a line reads: {example}")
    except (ValueError, RecursionError):
        # A number with thousands of digits, or a list in a list in a list, and so on.
        _refuse(path, "has a value that is too long or too deeply nested")


def _refuse(where: str, words: str) -> NoReturn:
    raise ConfigError(f"{where}: {words}")
