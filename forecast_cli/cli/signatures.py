"""A command -> its options, each with the setting behind it."""

import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from typer.models import OptionInfo

from forecast_cli.cli.option_table import OPTIONS


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One field of a settings record: the `kind` is its type without None."""

    field: str
    kind: Any
    default: Any
    option: OptionInfo

    @property
    def flag(self) -> str:
        """The long name: `--hidden-size`."""
        # Typer keeps the first name where the default would stand.
        names: list[str] = [str(self.option.default), *(self.option.param_decls or ())]
        return max(names, key=len)

    @property
    def flags(self) -> tuple[str, ...]:
        """All names, the short one first."""
        names = {str(self.option.default), *(self.option.param_decls or ())}
        return tuple(sorted(names, key=len))

    @property
    def name(self) -> str:
        """As it stands in a settings file: `hidden-size`."""
        return self.flag.removeprefix("--")

    @property
    def variable(self) -> str:
        """The environment variable that sets it: `FORECAST_HIDDEN_SIZE`."""
        return "FORECAST_" + self.name.replace("-", "_").upper()

    @property
    def is_list(self) -> bool:
        """Whether it holds several items."""
        return typing.get_origin(self.kind) is tuple

    @property
    def item_kind(self) -> type:
        """The type of an item of a list, else of the setting."""
        item: type = typing.get_args(self.kind)[0] if self.is_list else self.kind
        return item

    @property
    def choices(self) -> tuple[str, ...]:
        """The accepted values where they are few, else nothing."""
        return typing.get_args(self.kind) if typing.get_origin(self.kind) is Literal else ()

    @property
    def shown_default(self) -> str | None:
        """The default as the user would type it: what help shows."""
        if isinstance(self.default, tuple):
            return ",".join(map(str, self.default)) or None
        return None if self.default is None else str(self.default)


Commands = Mapping[str, Mapping[str, Setting]]
"""The settings of every command, both by name."""


@functools.cache
def settings_of(command: Callable[..., Any]) -> Mapping[str, Setting]:
    """The settings of a command by name, in the order of its records."""
    hints = typing.get_type_hints(inspect.unwrap(command))
    records = [hint for hint in hints.values() if dataclasses.is_dataclass(hint)]
    return {setting.name: setting for record in records for setting in record_settings(record)}


def record_settings(record: Any) -> Iterator[Setting]:
    """The settings of a record, those of the records in it included."""
    hints = typing.get_type_hints(record)
    defaults = record()
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint):
            yield from record_settings(hint)
        else:
            yield Setting(
                field=field.name,
                kind=_without_none(hint),
                default=getattr(defaults, field.name),
                option=OPTIONS[record][field.name],
            )


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint
