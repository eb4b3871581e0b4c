"""What is told while the work goes on, and counts of it that add up over parts of the data."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Self

Kind = Literal["guess", "repair", "warning"]


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
