"""What is told to the user: errors that stop a run, and notices that do not.

Every error a user can mend is a `UserError`; the exit code belongs to its class. Only `cli` turns
them into words on a terminal. Anything else that escapes is a bug of ours (exit 70).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Self

Kind = Literal["guess", "repair", "warning"]


class UserError(Exception):
    """A fault that the user can mend; its text says where, what was found and what to do."""

    exit_code: ClassVar[int] = 1


class ConfigError(UserError):
    """Wrong usage: an option or a combination of options that is not accepted."""

    exit_code: ClassVar[int] = 2


class DataError(UserError):
    """The data cannot be read, or cannot be read in one way only."""


class CheckpointError(UserError):
    """The checkpoint is missing, damaged, foreign, or does not fit the data."""


class TrainingError(UserError):
    """Training cannot go on, for instance because the loss is not finite."""


class OutputError(UserError):
    """A result cannot be written."""


class MemoryLimitError(UserError):
    """The process may not use as much memory as the work takes."""


class MissingExtraError(UserError):
    """A command needs an optional dependency that is not installed."""


class EngineError(UserError):
    """The machines that are to do the work cannot be reached, or are lost again and again."""


class SkillError(UserError):
    """The backtest skill is below what `--min-skill` asks for."""

    exit_code: ClassVar[int] = 3


@dataclass(frozen=True)
class Notice:
    """One line for the user that does not stop the run.

    A `guess` is a choice that an option can overrule, a `repair` changed what the file says, and a
    `warning` is something the forecast may suffer from.
    """

    kind: Kind
    text: str
    headcount: "Headcount | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Headcount:
    """What a notice counts, so that notices on parts of the data can be made one on all of them.

    `say` makes the text of the `count` and of those that are `named`, the first `most_named`.
    Headcounts of one `topic` belong together.
    """

    topic: str
    count: int
    named: tuple[str, ...]
    say: Callable[[int, tuple[str, ...]], str]
    most_named: int = 3

    def __add__(self, later: Self) -> "Headcount":
        """The headcount of this part and a later one."""
        named = (*self.named, *later.named)[: self.most_named]
        return replace(self, count=self.count + later.count, named=named)

    def notice(self, kind: Kind) -> Notice:
        """The notice on what was counted."""
        return Notice(kind, self.say(self.count, self.named), headcount=self)


def first_of(topic: str, count: int, first: str, say: Callable[[int, str], str]) -> Headcount:
    """A headcount that names the place of the first thing only."""

    def with_first(count: int, named: tuple[str, ...]) -> str:
        return say(count, named[0])

    return Headcount(topic=topic, count=count, named=(first,), say=with_first, most_named=1)


Tell = Callable[[Notice], None]
"""How the stages speak: they are given a `Tell` and never print."""


def escape(text: str, limit: int = 60) -> str:
    r"""Make text from a file safe and short enough to show on a terminal.

    Control, format and surrogate characters are written as escapes, and a long text is cut in the
    middle.

    >>> print(escape("a\x1b[31mb"))
    a\x1b[31mb
    >>> escape("x" * 100, limit=11)
    'xxxxx…xxxxx'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(shown) <= limit:
        return shown
    half = (limit - 1) // 2
    return f"{shown[:half]}…{shown[-half:]}"


def counted(number: int, word: str) -> str:
    """A number of things in words."""
    return f"1 {word}" if number == 1 else f"{number} {word}s"


def some_of(count: int, named: Sequence[str]) -> str:
    """The names of the first of so many things, and how many more there are.

    >>> some_of(5, ["a", "b", "c"])
    'a, b, c and 2 more'
    """
    more = count - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def series_count(number: int) -> str:
    """A number of series in words."""
    return "1 series" if number == 1 else f"{number} series"
