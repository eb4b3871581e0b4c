"""SIGINT and SIGTERM -> one exception, and an end in any case.

The first signal raises `StoppedError` in the main thread, so that what is half done is saved or
cleared away. Where that takes too long, or gets lost in a library, the program ends all the same.
A second signal ends it at once.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Never

_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "stopped by SIGTERM"}

_GRACE = 1.3
"""Seconds for saving; two are allowed until the end."""


class StoppedError(BaseException):
    """A signal ends the program; no `except Exception` may keep it."""

    def __init__(self, number: int) -> None:
        super().__init__(_WORDS[signal.Signals(number)])
        self.exit_code = 128 + number


class _Watch:
    """What is known of the first signal; there is one of each for a process."""

    def __init__(self) -> None:
        self.error: StoppedError | None = None
        self.is_lost = threading.Event()
        self.last_word = threading.Lock()


_watch = _Watch()


def watch() -> None:
    """From now on a signal ends the program in order; one that is ignored stays ignored."""
    asleep, awake = os.pipe()
    os.set_blocking(awake, False)
    # The interpreter writes here at once, also while the main thread is busy in a library.
    signal.set_wakeup_fd(awake, warn_on_full_buffer=False)
    threading.Thread(target=_see_to_the_end, args=[asleep], daemon=True).start()
    sys.unraisablehook = _take_lost
    _handle_with(_stop)


def end_watch() -> None:
    """The work is done: a signal comes too late to stop anything.

    The interpreter, which takes a moment to end, would answer with a traceback or a silent death.
    """
    _handle_with(signal.SIG_IGN)


def stopped() -> StoppedError | None:
    """What the first signal raised, wherever that was caught; None if there was no signal."""
    return _watch.error


def take_last_word() -> bool:
    """Whether nobody has said yet why the program ends; the caller is the one who does."""
    return _watch.last_word.acquire(blocking=False)


def say_plainly(error: StoppedError) -> None:
    """Say why the program ends with nothing loaded to say it with."""
    if take_last_word():
        os.write(2, f"error: {error}\n".encode())


def _handle_with(handler: Callable[[int, FrameType | None], Never] | signal.Handlers) -> None:
    for number in _WORDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> Never:
    _handle_with(signal.SIG_DFL)
    _watch.error = StoppedError(number)
    raise _watch.error


def _see_to_the_end(asleep: int) -> None:
    number = 0
    while number not in (int(each) for each in _WORDS):
        number = os.read(asleep, 1)[0]
    _watch.is_lost.wait(_GRACE)
    error = _watch.error or StoppedError(number)
    say_plainly(error)
    os._exit(error.exit_code)


def _take_lost(unraisable: "sys.UnraisableHookArgs") -> None:
    """An exception that nobody can catch, raised while an object was deleted for instance."""
    if issubclass(unraisable.exc_type, StoppedError):
        _watch.is_lost.set()
    else:
        sys.__unraisablehook__(unraisable)
