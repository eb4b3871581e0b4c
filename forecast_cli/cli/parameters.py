"""Config dataclasses -> the options of a command: names, help and accepted values.

A command is a function of a few settings records. `with_options` gives it one option per field,
with the default that the record has, and builds the records from what was typed and from the
`presets` for what was not. Typer only reads the options: it gets back the work that is to be done,
and does not see the errors of that work, some of which it would take for its own.
"""

import csv
import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from typer import Context

from forecast_cli.cli.presets import find_presets, naming_origins
from forecast_cli.cli.signatures import Setting, record_settings
from forecast_cli.cli.streams import Streams
from forecast_cli.errors import ConfigError
from forecast_cli.notices import Notice
from forecast_cli.wording import escape

Work = Callable[[], None]


def with_options(command: Callable[..., None]) -> Callable[..., Work]:
    """Give a command one option per field of its dataclass parameters, nested ones included."""
    hints = typing.get_type_hints(command, include_extras=True)
    del hints["return"]

    @functools.wraps(command)
    def read(context: Context, **typed: Any) -> Work:
        untyped = {name for name in typed if _is_default(context, name)}
        presets, notices = find_presets(str(context.info_name), context.obj, untyped)
        values = typed | {field: preset.value for field, preset in presets.items()}
        with naming_origins(presets):
            arguments = {name: _build(hint, name, values) for name, hint in hints.items()}

        def work() -> None:
            _tell(notices, quiet=values["quiet"])
            with naming_origins(presets):
                command(**arguments)

        return work

    read.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=Context),
            *_command_parameters(command, hints),
        ]
    )
    return read


def _is_default(context: Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "DEFAULT"


def _tell(notices: Sequence[Notice], *, quiet: bool) -> None:
    streams = Streams(quiet=quiet)
    for notice in notices:
        streams.tell(notice)


def _command_parameters(
    command: Callable[..., None], hints: dict[str, Any]
) -> Iterator[inspect.Parameter]:
    parameters = inspect.signature(command).parameters
    for name, hint in hints.items():
        if dataclasses.is_dataclass(hint):
            yield from map(_parameter, record_settings(hint))
        else:
            kind = inspect.Parameter.KEYWORD_ONLY
            yield parameters[name].replace(kind=kind, annotation=hint)


def _parameter(setting: Setting) -> inspect.Parameter:
    hint, default = setting.kind, setting.default
    if not _is_typed_by_typer(setting):
        hint, default = str | None, setting.shown_default
    elif default is None:
        hint = hint | None
    return inspect.Parameter(
        setting.field,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[hint, setting.option],
    )


def _is_typed_by_typer(setting: Setting) -> bool:
    """Flags and choices; what is no text otherwise is converted here, for better messages."""
    return bool(setting.choices) or setting.kind is bool


def _build(hint: Any, name: str, values: dict[str, Any]) -> Any:
    if not dataclasses.is_dataclass(hint):
        return values[name]
    record = typing.cast("type", hint)
    settings = {setting.field: setting for setting in record_settings(record)}
    hints = typing.get_type_hints(record)
    return record(
        **{
            field.name: (
                _build(hints[field.name], field.name, values)
                if dataclasses.is_dataclass(hints[field.name])
                else _value(values[field.name], settings[field.name])
            )
            for field in dataclasses.fields(hint)
        }
    )


def _value(value: Any, setting: Setting) -> Any:
    """What was typed as the setting has it; nothing typed is the default."""
    if value is None:
        return setting.default
    if isinstance(value, bool):
        return value
    if setting.choices:
        if value not in setting.choices:
            raise ConfigError(
                f"{setting.flag} is {escape(value)!r}; "
                f"accepted values: {', '.join(setting.choices)}"
            )
        return value
    if setting.is_list:
        return tuple(_convert(item, setting.item_kind, setting.flag) for item in _split(value))
    if setting.kind is str and setting.default is not None:
        return value
    return _convert(value, setting.kind, setting.flag)


def _convert(text: str, kind: type, flag: str) -> Any:
    try:
        if text:
            return kind(text)
    except ValueError:
        pass
    raise ConfigError(f"{flag} is {escape(text)!r}; it must be {_KINDS[kind]}")


_KINDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text that is not empty",
}


def _split(text: str) -> list[str]:
    """Items between commas; an item that has a comma itself is put in double quotes."""
    return [item.strip() for item in next(csv.reader([text], skipinitialspace=True), [""])]
