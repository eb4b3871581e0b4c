"""What tests of interrupted work share: which work it is, and what was told of it."""

import signal
from pathlib import Path

from forecast_cli.fingerprint import Fingerprint
from forecast_cli.notices import Notice

HERE = Fingerprint(
    data="ab" * 32, options={"--cell": "gru"}, versions={"torch": "2.13"}, machine="an abacus"
)


class Told(list[str]):
    """Notices as texts, in order."""

    def __call__(self, notice: Notice) -> None:
        self.append(f"{notice.kind}: {notice.text}")


def hear_interrupts() -> None:
    """Take SIGINT as a program at a terminal does: a background job of a shell ignores it.

    Linters warn of what runs between fork and exec (PLW1509), where another thread may hold a lock:
    this sets a handler, which takes none, and nothing else sets one for the new program alone.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def state_of(output: Path) -> Path:
    """The file beside a checkpoint in which the state of its training is kept."""
    return output.with_name(f"{output.name}.state")
