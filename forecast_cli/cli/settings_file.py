"""forecast.toml -> values as they would be typed, checked against the options of all commands."""

import csv
import stat
from collections.abc import Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from forecast_cli.errors import ConfigError
from forecast_cli.toml_file import read_toml
from forecast_cli.wording import escape

if TYPE_CHECKING:
    from forecast_cli.cli.signatures import Commands, Setting

DEFAULT_FILE = "forecast.toml"
_NO_FILE = ("", "none")
_LARGEST_INTEGER = 2**63
_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number"}


def read_settings(path: str, command: str, commands: "Commands") -> dict[str, str | bool]:
    """What a file says to a command: its table, before the keys that stand above all tables.

    Raises:
        ConfigError: the file cannot be read, or any key in it is unknown or of another type.
    """
    document = None if path in _NO_FILE else _read(path)
    if document is None:
        return {}
    tables: dict[str, Any] = {}
    common: dict[str, Any] = {}
    for key, value in document.items():
        (tables if key in commands or isinstance(value, dict) else common)[key] = value
    every = {name: s for settings in commands.values() for name, s in settings.items()}
    found = {"": _check_keys(path, common, every, commands)}
    for name, table in tables.items():
        where = f"{path}, [{escape(name)}]"
        if name not in commands:
            accepted = ", ".join(commands)
            _refuse(where, f"there is no such command; accepted: {accepted}")
        if not isinstance(table, dict):
            _refuse(path, f"{name} is a command; its settings stand below a line [{name}]")
        found[name] = _check_keys(where, table, commands[name], commands)
    return found[""] | found.get(command, {})


def _read(path: str) -> dict[str, Any] | None:
    """The content of the file, None where the one that need not be there is not there."""
    try:
        if path == DEFAULT_FILE and stat.S_ISFIFO(Path(path).stat().st_mode):
            # Nobody asked to read it, and reading might never end.
            _refuse(path, "is a pipe, not a file")
        return read_toml(path, "horizon = 6")
    except FileNotFoundError:
        if path == DEFAULT_FILE:
            return None
        _refuse(path, "there is no such file, but FORECAST_CONFIG names it; none means no file")
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        _refuse(path, f"cannot be read: {words.lower()}")


def _check_keys(
    where: str, table: Mapping[str, Any], accepted: "Mapping[str, Setting]", commands: "Commands"
) -> dict[str, str | bool]:
    checked: dict[str, str | bool] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in accepted:
            _refuse(where, f"{escape(key)} is no option here{_hint(name, accepted, commands)}")
        if name in checked:
            _refuse(where, f"{name} is given twice, with a dash and with an underscore")
        checked[name] = _as_typed(f"{where}: {key}", value, accepted[name])
    return checked


def _as_typed(where: str, value: Any, setting: "Setting") -> str | bool:
    """A value of TOML as the user would type it; flags stay as they are."""
    items = value if setting.is_list and isinstance(value, list) else [value]
    if not all(_fits(item, setting) for item in items):
        raise ConfigError(f"{where} is {_shown(value)}; it must be {_accepted(setting)}")
    if setting.kind is bool:
        return bool(value)
    return _join(items) if isinstance(value, list) else str(value)


def _fits(item: Any, setting: "Setting") -> bool:
    if setting.kind is bool or isinstance(item, bool):
        return setting.kind is bool and isinstance(item, bool)
    if isinstance(item, int):
        return abs(item) < _LARGEST_INTEGER and not setting.choices
    if isinstance(item, float):
        return setting.item_kind is float
    return isinstance(item, str) and (setting.is_list or setting.item_kind not in (int, float))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value) if isinstance(value, int | float) else repr(str(value)))


def _accepted(setting: "Setting") -> str:
    if setting.choices:
        return f"one of {', '.join(setting.choices)}"
    kind = _KINDS.get(setting.item_kind, "a text")
    return f"{kind} or a list of such" if setting.is_list else kind


def _join(items: list[Any]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(items)
    return line.getvalue()


def _hint(name: str, accepted: "Mapping[str, Setting]", commands: "Commands") -> str:
    owners = [command for command, settings in commands.items() if name in settings]
    if owners:
        return f"; it belongs to {', '.join(owners)}"
    near = get_close_matches(name.lower(), list(accepted), 1)
    return f"; did you mean {near[0]}?" if near else "; the names are those in --help"


def _refuse(where: str, words: str) -> NoReturn:
    raise ConfigError(f"{where}: {words}")
