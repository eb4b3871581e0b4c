"""The limit on address space -> a refusal in words, where a library would fail in its own way."""

import sys

from forecast_cli.errors import MemoryLimitError
from forecast_cli.read_config import MEBIBYTE

_LEAST_MIB = 512
_LEAST_TO_TRAIN_MIB = 1024
_PER_THREAD_MIB = 160
"""A stack, and the room that the allocator of the C library reserves for a thread."""


def check_memory(*, threads: int = 0) -> None:
    """Refuse to work within a limit (`ulimit -v`) below what it takes, with `threads` to train.

    Raises:
        MemoryLimitError: naming the limit and what is needed.
    """
    if sys.platform == "win32":
        return
    import resource

    least = _LEAST_TO_TRAIN_MIB + threads * _PER_THREAD_MIB if threads else _LEAST_MIB
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit not in (-1, resource.RLIM_INFINITY) and limit < least * MEBIBYTE:
        raise MemoryLimitError(
            f"there is not enough memory: this takes {least} MiB of address space, and the limit "
            f"is {limit // MEBIBYTE} MiB; raise it (ulimit -v)"
        )
