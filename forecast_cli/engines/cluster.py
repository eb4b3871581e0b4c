"""Work -> results, in the processes of a Ray cluster."""

import logging
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Generic, Never

from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines.work import Hear, Message, Result, Shared, Work
from forecast_cli.errors import EngineError, UserError
from forecast_cli.read_config import MEBIBYTE
from forecast_cli.wording import escape

_RETRIES = 3
"""Times that work is done anew after its process or machine was lost."""

_PATIENCE = 10.0
"""Seconds to wait for an answer from a cluster."""

_LEAST_STORE_MIB, _MOST_STORE_MIB = 128, 2048
_SHARED_MEMORY = "/dev/shm"


@contextmanager
def connected(config: EngineConfig) -> Iterator["Cluster"]:
    """A cluster that is running, or one of this machine that ends with the command.

    Raises:
        EngineError: it does not start, or does not answer.
    """
    import ray

    with _own_signals():
        try:
            _check_answers(config.address)
            ray.init(**_start(config))
        except (RuntimeError, ValueError, OverflowError, OSError) as error:
            raise EngineError(_not_there(config, error)) from error
    try:
        n_cpus = int(ray.cluster_resources().get("CPU", 0))
        yield Cluster(workers=config.workers or max(n_cpus, 1))
    finally:
        ray.shutdown()


def _check_answers(address: str | None) -> None:
    """Knock at an address, because Ray itself would wait there for ten minutes and more.

    Raises:
        OSError, ValueError: nobody answers, or this is no address.
    """
    if address is None or address in ("auto", "local"):
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        raise ValueError("an address is HOST:PORT, ray://HOST:PORT or auto")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()


def _start(config: EngineConfig) -> dict[str, Any]:
    """How Ray is begun: it says nothing, serves no pages and reports to nobody."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if config.address is not None:
        return {"address": config.address, **quiet}
    return {
        # Never a cluster that happens to run here, unless its address is given.
        "address": "local",
        "num_cpus": config.workers,
        "include_dashboard": False,
        "object_store_memory": _store_size() * MEBIBYTE,
        **quiet,
    }


def _store_size() -> int:
    """MiB for what workers share: within the shared memory, of which containers have little.

    More than there is goes to files, which is slower; Ray does not start with a part of it.
    """
    free = 0
    with suppress(OSError):
        free = shutil.disk_usage(_SHARED_MEMORY).free // MEBIBYTE
    return min(max(free // 2, _LEAST_STORE_MIB), _MOST_STORE_MIB)


def _not_there(config: EngineConfig, error: Exception) -> str:
    cause = escape(" ".join(str(error).split()), limit=200)
    if config.address is None:
        return f"--engine ray: no cluster could be started on this machine: {cause}"
    return (
        f"--address {escape(config.address)}: no Ray cluster answers there ({cause}); "
        "`ray start --head` starts one and says its address, and one with tokens needs "
        "RAY_AUTH_MODE=token and its RAY_AUTH_TOKEN here as well"
    )


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes over the handling of SIGTERM; it is given back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class _Said(Generic[Message]):
    """What work says meanwhile."""

    message: Message


@dataclass(frozen=True)
class _Done(Generic[Result]):
    """What work brought."""

    result: Result


@dataclass(frozen=True)
class _Refused:
    """A fault that the user can mend, or too little memory: words, and no traceback of Ray's."""

    error: UserError | MemoryError


@dataclass(frozen=True)
class Cluster:
    """The engine of many machines; `workers` is how many parts are worked on at a time."""

    workers: int

    def run(
        self,
        work: Work[Shared, Message, Result],
        shared: Shared,
        n_parts: int,
        *,
        hear: Hear[Message],
    ) -> list[Result]:
        """See `Engine`. What the parts share is sent to each machine once."""
        import ray

        if not n_parts:
            return []
        carry_out = ray.remote(num_cpus=1, max_retries=_RETRIES)(_carry_out)
        kept = ray.put(shared)
        waiting = iter(range(n_parts))
        underway: dict[Any, int] = {}
        results: dict[int, Result] = {}
        while len(results) < n_parts:
            while len(underway) < self.workers and (number := next(waiting, None)) is not None:
                underway[carry_out.remote(work, kept, number, _version())] = number
            for stream in ray.wait(list(underway), num_returns=1)[0]:
                said = _next(stream, underway[stream])
                if isinstance(said, _Said):
                    hear(underway[stream], said.message)
                else:
                    results[underway.pop(stream)] = said.result
        return [results[number] for number in range(n_parts)]


def _carry_out(
    work: Work[Shared, Message, Result], shared: Shared, number: int, version: str
) -> Generator[_Said[Message] | _Done[Result] | _Refused, None, None]:
    """Do the work on one part in the process of a worker."""
    if _version() != version:
        words = f"a worker has forecast-cli {_version()} and this command is {version}"
        yield _Refused(EngineError(f"{words}; install the same version on every node"))
        return
    try:
        steps = work(shared, number, _is_wanted)
        while True:
            try:
                message = next(steps)
            except StopIteration as end:
                yield _Done(end.value)
                return
            yield _Said(message)
    except (UserError, MemoryError) as error:
        yield _Refused(error)


def _is_wanted() -> bool:
    """Work that is no longer wanted ends with its process."""
    return False


def _next(stream: Any, number: int) -> Any:
    """What comes next from the work on a part.

    Raises:
        UserError: what the work raised.
        EngineError: Ray gave it up.
    """
    import ray
    from ray.exceptions import RayError, RayTaskError

    try:
        said = ray.get(next(stream))
    except RayTaskError as error:
        _raise_cause(error)
    except RayError as error:
        raise EngineError(_lost(error, number)) from error
    if isinstance(said, _Refused):
        raise said.error
    return said


def _raise_cause(error: Any) -> Never:
    """Raise what happened in the worker as what it is: a bug of ours, or a missing package."""
    cause = error.cause
    if isinstance(cause, ImportError):
        missing = escape(str(cause))
        raise EngineError(
            f"a worker cannot load what it needs ({missing}); install forecast-cli "
            f"{_version()} with this Python {sys.version_info.major}.{sys.version_info.minor} on "
            "every node"
        ) from error
    raise cause if isinstance(cause, Exception) else error


def _lost(error: Exception, number: int) -> str:
    from ray.exceptions import OutOfMemoryError

    if isinstance(error, OutOfMemoryError):
        return (
            f"a worker of the cluster ran out of memory with part {number + 1} and was stopped by "
            "Ray; use smaller files, fewer --workers a machine, or machines with more memory"
        )
    return (
        f"the cluster lost the work on part {number + 1} for good "
        f"({type(error).__name__}, after {_RETRIES} new attempts); look at its machines with "
        "`ray status`"
    )


def _version() -> str:
    try:
        return metadata.version("forecast-cli")
    except metadata.PackageNotFoundError:
        return "(not installed)"
