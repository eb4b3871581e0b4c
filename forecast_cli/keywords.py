"""Keyword arguments -> the settings records: the names of the command line, with underscores."""

import difflib
import operator
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, TypedDict, TypeVar

from forecast_cli.config import (
    Activation,
    AnaloguesMode,
    Cell,
    Device,
    Effort,
    OptimizerName,
    Schedule,
    Strategy,
)
from forecast_cli.engine_config import EngineName
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import Aggregate, Missing, OutlierMode
from forecast_cli.wording import escape

Names = str | Sequence[str]
Record = TypeVar("Record")


class ReadOptions(TypedDict, total=False):
    """How data are to be understood: the fields of `ReadConfig`."""

    target: Names
    time: str | None
    id: Names
    past: Names
    future: Names
    static: Names
    categorical: Names
    calendar: Names
    holidays: str | None
    freq: str | None
    aggregate: Aggregate | None
    by_frequency: bool
    missing: Missing | None
    date_format: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    encoding: str | None
    max_bytes: int
    max_line_bytes: int
    max_columns: int


class TrainOptions(ReadOptions, total=False):
    """Everything that `train` can be told: the fields of the records in `Settings`."""

    outliers: OutlierMode
    horizon: int | None
    context_length: int | None
    season_length: int | None
    cell: Cell
    layers: int
    hidden_size: int | None
    segment_length: int | None
    dropout: float
    bidirectional: bool
    attention: bool
    strategy: Strategy
    activation: Activation
    effort: Effort
    members: int | None
    analogues: AnaloguesMode
    epochs: int | None
    steps_per_epoch: int
    batch_size: int
    learning_rate: float
    l1: float
    l2: float
    clip_norm: float
    patience: int | None
    optimizer: OptimizerName
    schedule: Schedule
    seed: int
    threads: int
    device: Device
    time_limit: float | None
    levels: int | Sequence[int]
    engine: EngineName
    workers: int | None
    address: str | None


class PredictOptions(ReadOptions, total=False):
    """Everything that `predict` can be told but what is known ahead."""

    horizon: int | None
    levels: int | Sequence[int] | None


class EvaluateOptions(ReadOptions, total=False):
    """Everything that `evaluate` can be told."""

    holdout: int | None
    step_size: int | None
    levels: int | Sequence[int] | None


def check_keywords(options: Mapping[str, Any], *records: type) -> None:
    """Refuse keywords that are the setting of no record.

    Raises:
        TypeError: naming the ones that are meant, perhaps.

    >>> from forecast_cli.config import WindowConfig
    >>> check_keywords({"horizn": 12}, WindowConfig)
    Traceback (most recent call last):
    TypeError: 'horizn' is no option; did you mean horizon?
    """
    known = [name for record in records for name in _setting_names(record)]
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known)
            more = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
            raise TypeError(f"'{escape(name)}' is no option; {more}")


def build(record: type[Record], options: Mapping[str, Any]) -> Record:
    """A settings record, and those inside it, from the options that are its own.

    Raises:
        ConfigError: A value is not accepted.

    >>> from forecast_cli.config import Settings
    >>> settings = build(Settings, {"target": "sales", "horizon": 12, "levels": 90})
    >>> settings.read.target, settings.window.horizon, settings.levels
    (('sales',), 12, (90,))
    """
    hints = typing.get_type_hints(record)
    assert is_dataclass(record)
    values = {}
    for item in fields(record):
        hint = hints[item.name]
        if is_dataclass(hint):
            values[item.name] = build(typing.cast("type[Any]", hint), options)
        elif item.name in options:
            values[item.name] = _value(item.name, options[item.name], hint)
    return typing.cast("Record", record(**values))


def _setting_names(record: type) -> list[str]:
    hints = typing.get_type_hints(record)
    assert is_dataclass(record)
    names = []
    for item in fields(record):
        hint = hints[item.name]
        inner = _setting_names(typing.cast("type", hint)) if is_dataclass(hint) else [item.name]
        names += inner
    return names


def _value(name: str, value: Any, hint: Any) -> Any:
    """A value as the record has it: one name becomes several, and a NumPy number a plain one."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        if value is None:
            return None
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        several = isinstance(value, Sequence) and not isinstance(value, str)
        return tuple(_plain(name, one, item) for one in (value if several else [value]))
    return value if typing.get_origin(hint) is Literal else _plain(name, value, hint)


def _plain(name: str, value: Any, kind: type) -> Any:
    try:
        if kind is int and not isinstance(value, bool):
            return operator.index(value)
        if kind is float and not isinstance(value, str | bool):
            return float(value)
        if kind in (str, bool) and isinstance(value, kind):
            return value
    except TypeError:
        pass
    raise ConfigError(f"{name} is {escape(repr(value))}; it must be {_KINDS.get(kind, kind)}")


_KINDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "True or False",
}
