"""Records <-> plain JSON values, under a closed schema: what is not declared is refused."""

import dataclasses
import math
import types
import typing
from typing import Any, TypeVar

Record = TypeVar("Record")

_MOST_ITEMS = 1_000_000


class SchemaError(ValueError):
    """A JSON value does not have the declared form; the text says where."""


def to_plain(record: Any) -> Any:
    """A dataclass as dicts, lists, strings and finite numbers; what is not finite becomes None."""
    if dataclasses.is_dataclass(record):
        return {f.name: to_plain(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, dict):
        return {str(key): to_plain(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [to_plain(value) for value in record]
    if isinstance(record, float) and not math.isfinite(record):
        return None
    return record


def from_plain(cls: type[Record], value: Any, where: str = "") -> Record:
    """Build a record of dataclass `cls`; unknown and missing keys and wrong types are refused.

    Raises:
        SchemaError: naming the place, what was found and what is accepted.
    """
    if not isinstance(value, dict):
        raise _mismatch(where, value, "an object")
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(typing.cast("Any", cls))]
    unknown = sorted(set(value) - set(names))
    missing = sorted(set(names) - set(value))
    if unknown:
        raise SchemaError(f"{where or 'the record'} has the unknown key {unknown[0]!r}")
    if missing:
        raise SchemaError(f"{where or 'the record'} lacks the key {missing[0]!r}")
    fields = {name: _build(hints[name], value[name], f"{where}.{name}") for name in names}
    return cls(**fields)


def _build(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        (inner,) = (a for a in arguments if a is not type(None))
        return _build(inner, value, where)
    if origin is typing.Literal:
        if value not in arguments:
            raise _mismatch(where, value, f"one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple or origin is dict:
        return _collection(origin, arguments, value, where)
    if dataclasses.is_dataclass(hint):
        return from_plain(typing.cast("type[Any]", hint), value, where)
    return _scalar(hint, value, where)


def _collection(origin: type, arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    accepted, word = (list, "a list") if origin is tuple else (dict, "an object")
    if not isinstance(value, accepted) or len(value) > _MOST_ITEMS:
        raise _mismatch(where, value, word)
    if origin is tuple:
        return tuple(_build(arguments[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    return {key: _build(arguments[1], value[key], f"{where}.{key}") for key in value}


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise _mismatch(
            where, value, f"a finite {hint.__name__}" if hint is float else hint.__name__
        )
    return value


def _mismatch(where: str, value: Any, accepted: str) -> SchemaError:
    return SchemaError(f"{where or 'the record'} is {str(value)[:40]!r}, not {accepted}")
