"""What an engine is: it does one kind of work on many parts, wherever it does it."""

from collections.abc import Callable, Generator
from typing import Protocol, TypeVar

Shared = TypeVar("Shared")
Message = TypeVar("Message")
Result = TypeVar("Result")

IsStopped = Callable[[], bool]
"""Whether the result is no longer wanted, as other work failed or the user interrupted."""

Work = Callable[[Shared, int, IsStopped], Generator[Message, None, Result]]
"""Work on the part of that number: yields what it has to say meanwhile, returns its result.

It is a function of a module, since it may be sent to another process, and may be done anew from
the beginning where a machine is lost: it does and says the same again.
"""

Hear = Callable[[int, Message], None]
"""Is told what the work on a part says; it may be called from any thread."""


class StoppedError(Exception):
    """Work found out that its result is no longer wanted."""


class Engine(Protocol):
    """Who does the work. The bits of the results do not depend on it."""

    @property
    def workers(self) -> int:
        """How many parts are worked on at a time."""

    def run(
        self,
        work: Work[Shared, Message, Result],
        shared: Shared,
        n_parts: int,
        *,
        hear: Hear[Message],
    ) -> list[Result]:
        """Do the work on the parts 0 … n_parts - 1 of what they share; results in that order.

        Raises:
            UserError: what the work on a part raised, or the engine itself failed.
        """
