"""A TOML file, or nothing -> the settings that are searched, each with its values or its range."""

import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, NoReturn

import numpy as np

from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.errors import ConfigError
from forecast_cli.toml_file import read_toml
from forecast_cli.wording import escape

Value = int | float | str
Choice = Mapping[str, Value]
"""A value for each searched setting, by the name of its option without dashes before it."""

_PARTS: dict[str, tuple[str, type]] = {
    "window": ("context-length", WindowConfig),
    "network": (
        "cell layers hidden-size segment-length dropout bidirectional attention strategy "
        "activation",
        NetworkConfig,
    ),
    "optimisation": (
        "effort members epochs steps-per-epoch batch-size learning-rate l1 l2 clip-norm optimizer "
        "schedule patience",
        TrainConfig,
    ),
}
_PART_OF = {name: part for part, (names, _) in _PARTS.items() for name in names.split()}

_EXAMPLE = "hidden-size = [16, 32, 64]"
_RANGE_EXAMPLE = "{low = 0.0001, high = 0.01, log = true}"
_MOST_VALUES = 1000
_DIGITS = 3
"""A number that is drawn has so many significant digits: more would mean nothing."""


@dataclass(frozen=True)
class Values:
    """A setting that takes one of these values."""

    values: tuple[Value, ...]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Value:
        return self.values[index]

    def rvs(self, random_state: np.random.RandomState) -> Value:
        """One of the values, by chance."""
        return self.values[int(random_state.randint(len(self.values)))]


@dataclass(frozen=True)
class Range:
    """A setting that lies between two numbers, both included; whole numbers stay whole."""

    low: int | float
    high: int | float
    log: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def rvs(self, random_state: np.random.RandomState) -> Value:
        """A number of the range, by chance: all, or all magnitudes, are equally likely."""
        share = float(random_state.random_sample())
        # Every whole number is in the middle of an equal part.
        half = 0.5 if self.is_whole else 0.0
        low, high = self.low - half, self.high + half
        if self.log:
            return self.rounded(low * (high / low) ** share)
        return self.rounded(low + (high - low) * share)

    def rounded(self, number: float) -> Value:
        """The number as it is tried."""
        if self.is_whole:
            return int(np.clip(round(number), self.low, self.high))
        return float(np.clip(float(f"{number:.{_DIGITS}g}"), self.low, self.high))


Space = Mapping[str, Values | Range]


def read_space(path: str, settings: Settings) -> Space:
    """The space in a TOML file, every value of which has been tried on the `settings`.

    Raises:
        ConfigError: naming the file, the key, and what is accepted.
    """
    try:
        document = read_toml(path, _EXAMPLE)
    except FileNotFoundError:
        _refuse(path, "there is no such file; --space names a TOML file with a table [space]")
    unknown = [name for name in document if name != "space"]
    table = document.get("space")
    if not isinstance(table, dict) or unknown:
        found = escape(unknown[0]) if unknown else "no table [space]"
        _refuse(path, f"has {found}; it must have one table [space] with lines like {_EXAMPLE}")
    if not table:
        _refuse(path, f"[space] is empty; a line reads: {_EXAMPLE}")
    space: dict[str, Values | Range] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        where = f"{path}, [space]"
        if name not in _PART_OF:
            _refuse(where, f"{escape(key)} cannot be searched{_hint(name)}")
        if name in space:
            _refuse(where, f"{name} is given twice, with a dash and with an underscore")
        space[name] = _dimension(f"{where}: {escape(key)}", name, value, settings)
    return space


def default_space(settings: Settings, context_lengths: Sequence[int]) -> Space:
    """The space without a file; what `settings` already say otherwise than by default is kept."""
    space: dict[str, Values | Range] = {
        "hidden-size": Values((16, 32, 64)),
        "layers": Values((1, 2)),
        "dropout": Values((0.0, 0.1, 0.3)),
        "context-length": Values(tuple(context_lengths)),
        "learning-rate": Range(5e-4, 1e-2, log=True),
        "batch-size": Values((32, 64)),
        "l2": Values((0.001, 0.01, 0.1)),
    }
    defaults = Settings()
    return {name: v for name, v in space.items() if get(settings, name) == get(defaults, name)}


def get(settings: Settings, name: str) -> Any:
    """The value of a setting that can be searched."""
    return getattr(getattr(settings, _PART_OF[name]), name.replace("-", "_"))


def apply(settings: Settings, choice: Choice) -> Settings:
    """The settings with what was chosen.

    Raises:
        ConfigError: a value is not accepted.
    """
    for part in _PARTS:
        values = {
            name.replace("-", "_"): value
            for name, value in choice.items()
            if _PART_OF[name] == part
        }
        changed: Any = replace(getattr(settings, part), **values)
        settings = replace(settings, **{part: changed})
    return settings


def _dimension(where: str, name: str, value: Any, settings: Settings) -> Values | Range:
    dimension: Values | Range
    ends: tuple[Value, ...]
    if isinstance(value, dict):
        dimension = span = _range(where, name, value)
        ends = (span.low, span.high)
    elif isinstance(value, list):
        if not 1 <= len(value) <= _MOST_VALUES:
            _refuse_value(where, f"has {len(value)} values; it must have 1 to {_MOST_VALUES}")
        ends = tuple(dict.fromkeys(_converted(where, name, item) for item in value))
        dimension = Values(ends)
    else:
        _refuse_value(where, f"is {_shown(value)}; it must be {_accepted(name)}")
    for end in ends:
        try:
            apply(settings, {name: end})
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
    return dimension


def _range(where: str, name: str, table: Mapping[str, Any]) -> Range:
    if _kind(name) not in (int, float):
        _refuse_value(where, f"is a range; it must be {_accepted(name)}")
    if not {"low", "high"} <= set(table) <= {"low", "high", "log"}:
        _refuse_value(
            where, f"is a range with {escape(', '.join(table))}; it reads: {_RANGE_EXAMPLE}"
        )
    low, high = (_converted(f"{where}.{end}", name, table[end]) for end in ("low", "high"))
    log = table.get("log", False)
    if not isinstance(log, bool):
        _refuse_value(f"{where}.log", f"is {_shown(log)}; it must be true or false")
    if isinstance(low, str) or isinstance(high, str) or not low < high < math.inf:
        _refuse_value(where, f"goes from {low} to {high}; low must be below high")
    if log and low <= 0:
        _refuse_value(where, f"is a log range from {low}; low must be above 0")
    return Range(low, high, log)


def _converted(where: str, name: str, item: Any) -> Value:
    """One value as its setting has it; a whole number serves where any number does."""
    kind = _kind(name)
    choices = typing.get_args(kind) if typing.get_origin(kind) is Literal else ()
    if choices and isinstance(item, str) and item in choices:
        return item
    if kind is bool and isinstance(item, bool):
        return item
    if not isinstance(item, bool):
        # What no float can hold is no size of anything.
        if kind is int and isinstance(item, int) and abs(item) < 2**63:
            return item
        if kind is float and isinstance(item, int | float) and abs(item) < 2**63:
            return float(item)
    return _refuse_value(where, f"has {_shown(item)}; it must be {_accepted(name)}")


def _kind(name: str) -> Any:
    hint = typing.get_type_hints(_PARTS[_PART_OF[name]][1])[name.replace("-", "_")]
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


def _accepted(name: str) -> str:
    kind = _kind(name)
    if kind is bool:
        return "a list of true, false"
    if kind not in (int, float):
        return f"a list of {', '.join(typing.get_args(kind))}"
    words = "whole numbers" if kind is int else "numbers"
    low, high = (16, 128) if kind is int else (0.001, 0.01)
    return f"a list of {words}, or a range: {{low = {low}, high = {high}}}"


def _hint(name: str) -> str:
    near = get_close_matches(name.lower(), _PART_OF, 1)
    did_you_mean = f"; did you mean {near[0]}?" if near else ""
    return f"{did_you_mean}; accepted: {', '.join(_PART_OF)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a number that is too large"
    return escape(str(value) if isinstance(value, int | float) else repr(str(value)))


def _refuse(where: str, words: str) -> NoReturn:
    raise ConfigError(f"{where}: {words}")


def _refuse_value(where: str, words: str) -> NoReturn:
    raise ConfigError(f"{where} {words}")
