"""Work for tests of engines; the processes of a cluster find it here."""

import os
import signal
from collections.abc import Generator
from pathlib import Path

from forecast_cli.engines.work import IsStopped
from forecast_cli.errors import DataError


def doubling(numbers: list[int], number: int, _: IsStopped) -> Generator[str, None, int]:
    yield f"doubling {numbers[number]}"
    yield "done"
    return 2 * numbers[number]


def refusing(numbers: list[int], number: int, _: IsStopped) -> Generator[str, None, int]:
    yield "looking"
    if numbers[number] < 0:
        raise DataError(f"{numbers[number]} is negative")
    return numbers[number]


def broken(numbers: list[int], number: int, _: IsStopped) -> Generator[str, None, int]:
    yield "dividing"
    return 1 // numbers[number]


def dying_once(folder: str, number: int, _: IsStopped) -> Generator[str, None, int]:
    """Says two things, but at the first time the process is killed between them."""
    yield "first"
    mark = Path(folder) / str(number)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    yield "second"
    return number


def always_dying(_: str, number: int, __: IsStopped) -> Generator[str, None, int]:
    yield "first"
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def dividing_memory(_: str, number: int, __: IsStopped) -> Generator[str, None, int]:
    yield "first"
    raise MemoryError


def endless(_: str, number: int, is_stopped: IsStopped) -> Generator[str, None, int]:
    while not is_stopped():
        yield "still"
    return number
