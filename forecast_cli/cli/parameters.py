"""Config dataclasses -> the options of a command: names, help and accepted values.

A command is a function of a few settings records. `with_options` gives it one option per field,
with the default that the record has, and builds the records from what was typed. Typer only reads
the options: it gets back the work that is to be done, and does not see the errors of that work,
some of which it would take for its own.
"""

import csv
import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from typer.models import OptionInfo

from forecast_cli.cli.options import OPTIONS
from forecast_cli.errors import ConfigError, escape

Work = Callable[[], None]


def with_options(command: Callable[..., None]) -> Callable[..., Work]:
    """Give a command one option per field of its dataclass parameters, nested ones included."""
    hints = typing.get_type_hints(command, include_extras=True)
    del hints["return"]

    @functools.wraps(command)
    def read(**typed: Any) -> Work:
        values = {name: _build(hint, name, typed) for name, hint in hints.items()}
        return functools.partial(command, **values)

    parameters = inspect.signature(command).parameters
    read.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter
            for name, hint in hints.items()
            for parameter in (
                _parameters(hint)
                if dataclasses.is_dataclass(hint)
                else [
                    parameters[name].replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint)
                ]
            )
        ]
    )
    return read


def _parameters(record: Any) -> Iterator[inspect.Parameter]:
    hints = typing.get_type_hints(record)
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint):
            yield from _parameters(hint)
            continue
        default = getattr(record(), field.name)
        if not _is_typed_by_typer(hint):
            hint, default = str | None, _as_typed(default)
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=Annotated[hint, OPTIONS[record][field.name]],
        )


def _is_typed_by_typer(hint: Any) -> bool:
    """Flags and choices; what is no text otherwise is converted here, for better messages."""
    return hint in (bool, str) or typing.get_origin(_without_none(hint)) is Literal


def _as_typed(default: Any) -> str | None:
    """A default as the user would type it: what help shows."""
    if isinstance(default, tuple):
        return ",".join(map(str, default)) or None
    return None if default is None else str(default)


def _build(hint: Any, name: str, typed: dict[str, Any]) -> Any:
    if not dataclasses.is_dataclass(hint):
        return typed[name]
    record = typing.cast("type", hint)
    hints = typing.get_type_hints(record)
    values = {}
    for field in dataclasses.fields(hint):
        value = _build(hints[field.name], field.name, typed)
        if value is None:
            value = getattr(record(), field.name)
        elif isinstance(value, str) and not _is_typed_by_typer(hints[field.name]):
            option = OPTIONS[record][field.name]
            value = _convert(value, _without_none(hints[field.name]), _long_name(option))
        values[field.name] = value
    return record(**values)


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


def _long_name(option: OptionInfo) -> str:
    # Typer keeps the first name where the default would stand.
    names: list[str] = [str(option.default), *(option.param_decls or ())]
    return max(names, key=len)


def _convert(text: str, hint: Any, option: str) -> Any:
    """What was typed as text, a number or a list of either."""
    if typing.get_origin(hint) is not tuple:
        return _convert_item(text, hint, option)
    return tuple(_convert_item(item, typing.get_args(hint)[0], option) for item in _split(text))


def _convert_item(text: str, kind: type, option: str) -> Any:
    try:
        if text:
            return kind(text)
    except ValueError:
        pass
    raise ConfigError(f"{option} is {escape(text)!r}; it must be {_KINDS[kind]}")


_KINDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text that is not empty",
}


def _split(text: str) -> list[str]:
    """Items between commas; an item that has a comma itself is put in double quotes."""
    return [item.strip() for item in next(csv.reader([text], skipinitialspace=True), [""])]
