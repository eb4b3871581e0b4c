"""FORECAST_* variables and forecast.toml -> the options that were not typed.

What was typed beats the variables, and these beat the file. A setting that the command does not
have is not used, so one set of variables can serve all commands.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from forecast_cli.cli.settings_file import DEFAULT_FILE, read_settings
from forecast_cli.errors import ConfigError, UserError
from forecast_cli.notices import Notice
from forecast_cli.wording import escape

if TYPE_CHECKING:
    from forecast_cli.cli.signatures import Commands, Setting

_PREFIX = "FORECAST_"
_FILE_VARIABLE = "FORECAST_CONFIG"
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class Preset:
    """The value of an option that was not typed, as text or as a flag, and where it stands."""

    setting: "Setting"
    value: str | bool
    origin: str


def find_presets(
    command: str, commands: "Commands", untyped: Collection[str]
) -> tuple[dict[str, Preset], list[Notice]]:
    """The values of fields that were not typed, and what is to be told of them.

    Raises:
        ConfigError: a variable or the file says what is not accepted.
    """
    settings = [s for s in commands[command].values() if s.field in untyped]
    path = os.environ.get(_FILE_VARIABLE, DEFAULT_FILE)
    values = read_settings(path, command, commands)
    from_file = {
        s.field: Preset(s, values[s.name], f"in {path}") for s in settings if s.name in values
    }
    variables = {s.field: p for s in settings if (p := _variable(s)) is not None}
    notices = [*_unknown_variables(commands), *_used(from_file, variables, path)]
    return from_file | variables, notices


def is_debugging(typed: Sequence[str], commands: "Commands") -> bool:
    """Whether internal errors are to be shown; faults of the settings are told later."""
    if "--debug" in typed:
        return True
    command = next((word for word in typed if word in commands), None)
    if command is None:
        return False
    try:
        presets, _ = find_presets(command, commands, {"debug"})
    except UserError:
        return False
    return any(preset.value is True for preset in presets.values())


@contextmanager
def naming_origins(presets: Mapping[str, Preset]) -> Iterator[None]:
    """Let an error that names an option say where its value stands, if nobody typed it."""
    try:
        yield
    except UserError as error:
        named = set(re.findall(r"--[a-z][a-z0-9-]*", str(error)))
        for preset in presets.values():
            if preset.setting.flag in named:
                error.add_note(f"{preset.setting.flag} is set {preset.origin}")
        raise


def _variable(setting: "Setting") -> Preset | None:
    text = os.environ.get(setting.variable, "")
    if not text:
        return None
    origin = f"by {setting.variable}"
    if setting.kind is not bool:
        return Preset(setting, text, origin)
    if text.lower() not in _TRUTH:
        raise ConfigError(
            f"{setting.variable} is {escape(text)!r}; accepted values: {', '.join(_TRUTH)}"
        )
    return Preset(setting, _TRUTH[text.lower()], origin)


def _unknown_variables(commands: "Commands") -> Iterator[Notice]:
    named = sorted(name for name in os.environ if name.startswith(_PREFIX))
    if not named:
        # Knowing all the options there are means loading all commands.
        return
    known = {s.variable for settings in commands.values() for s in settings.values()}
    known.add(_FILE_VARIABLE)
    for name in named:
        if name not in known:
            word = name.removeprefix(_PREFIX).upper()
            near = get_close_matches(word, [k.removeprefix(_PREFIX) for k in sorted(known)], 1)
            hint = f"; did you mean {_PREFIX}{near[0]}?" if near else ""
            yield Notice("warning", f"the variable {escape(name)} names no option{hint}")


def _used(
    from_file: Mapping[str, Preset], variables: Collection[str], path: str
) -> Iterator[Notice]:
    used = [preset for field, preset in from_file.items() if field not in variables]
    if used:
        words = ", ".join(f"{p.setting.name} = {_shown(p.value)}" for p in used)
        # A file that silences what it does must not hide behind that.
        is_hidden = any(p.setting.name == "quiet" for p in used)
        yield Notice("warning" if is_hidden else "guess", f"{escape(path)}: {words}")


def _shown(value: str | bool) -> str:
    return escape(value) if isinstance(value, str) else str(value).lower()
