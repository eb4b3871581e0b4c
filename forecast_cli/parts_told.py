"""What the work on many files says -> what the user is told of it."""

import math
import time
from collections import Counter
from types import TracebackType
from typing import Self

from forecast_cli.notices import Notice, Tell
from forecast_cli.progress import Progress, ProgressEvent

_MOST = 5
"""Notices of each kind: of many files many say the same."""


class PartsListener:
    """Tells the first notices of each kind once, and in the end how many more there were.

    None in the place of a notice says that a file is done.
    """

    def __init__(self, stage: str, n_parts: int, tell: Tell, progress: Progress) -> None:
        self._stage = stage
        self._n_parts = n_parts
        self._tell = tell
        self._progress = progress
        self._heard: dict[Notice, None] = {}
        self._n_done = 0
        self._started = time.monotonic()

    def hear(self, _number: int, notice: Notice | None) -> None:
        """Take up what is said of a file."""
        if notice is None:
            self._count()
        elif notice not in self._heard:
            self._heard[notice] = None
            if self._numbers()[notice.kind] <= _MOST:
                self._tell(notice)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Say how much was not told."""
        more = sum(max(0, number - _MOST) for number in self._numbers().values())
        if more and error is None:
            self._tell(Notice("warning", f"{more} more such notices on other files"))

    def _numbers(self) -> Counter[str]:
        return Counter(notice.kind for notice in self._heard)

    def _count(self) -> None:
        self._n_done += 1
        spent = time.monotonic() - self._started
        self._progress(
            ProgressEvent(
                stage=self._stage,
                unit="part",
                epoch=self._n_done,
                epochs=self._n_parts,
                loss=math.nan,
                validation=None,
                seconds_left=spent / self._n_done * (self._n_parts - self._n_done),
            )
        )
