"""Time text -> microseconds, and back: how the times of a file are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.times.dates import MICROSECONDS, fields_of, wall_times
from forecast_cli.times.patterns import read_fields, render_fields

# For local times whose UTC offset changes within the file: the first zone that explains every
# offset names the future ones.
ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/Halifax",
    "America/St_Johns",
    "America/Anchorage",
    "America/Havana",
    "America/Mexico_City",
    "America/Santiago",
    "America/Asuncion",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Tehran",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Europe/Chisinau",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)

_OFFSET = re.compile(r" ?(?:Z|UTC|GMT|(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2})?)")
# So many texts at once stay in the cache of the processor.
_BLOCK = 1 << 15
_ZONE = re.compile(r" ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$")


@dataclass(frozen=True, kw_only=True)
class TimeText:
    """How a time is written.

    `pattern` uses the directives of strftime, with `%-d` for a day without a leading zero, `%q` for
    a quarter and `%3f` for three digits of a second; `suffix` is the UTC offset written after it
    ("Z", "+01:00", empty for none). Where it changes with the season, `zone` names the rule.
    """

    pattern: str = "%Y-%m-%d"
    suffix: str = ""
    zone: str = ""

    @property
    def is_aware(self) -> bool:
        """Whether a UTC offset is written."""
        return bool(self.suffix)

    def parse(self, texts: Sequence[str]) -> "Times":
        """Read texts that are all written this way; those that are not are `bad`."""
        blocks = range(0, max(len(texts), 1), _BLOCK)
        return _joined([self._parse(texts[first : first + _BLOCK]) for first in blocks])

    def _parse(self, texts: Sequence[str]) -> "Times":
        bare, offsets, bad = _split_offsets(texts, aware=self.is_aware)
        fields, misread = read_fields(self.pattern, bare)
        wall, impossible = wall_times(fields, len(texts))
        utc = wall - offsets * MICROSECONDS["min"] if self.is_aware else wall
        return Times(wall=wall, utc=utc, bad=bad | misread | impossible)

    def both_clocks(
        self, times: NDArray[np.int64], *, utc: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Times [T], which are in UTC or on the clock of the place, on that clock and in UTC."""
        shift = self._offsets(times, utc=utc) * MICROSECONDS["min"]
        return (times + shift, times) if utc else (times, times - shift)

    def render(self, wall: NDArray[np.int64]) -> list[str]:
        """Write wall times (microseconds since 1970)."""
        return self._written(wall, self._offsets(wall, utc=False))

    def render_instants(self, utc: NDArray[np.int64]) -> list[str]:
        """Write points in UTC; an hour that comes twice on the clock has two offsets."""
        offsets = self._offsets(utc, utc=True)
        return self._written(utc + offsets * MICROSECONDS["min"], offsets)

    def wall(self, utc: NDArray[np.int64]) -> NDArray[np.int64]:
        """The times on the clock of the place [T] at points in UTC [T], in microseconds."""
        return utc + self._offsets(utc, utc=True) * MICROSECONDS["min"]

    def _written(self, wall: NDArray[np.int64], offsets: NDArray[np.int64]) -> list[str]:
        bodies = render_fields(self.pattern, fields_of(wall))
        if not self.zone:
            return [body + self.suffix for body in bodies]
        return [
            body + _like(self.suffix, minutes)
            for body, minutes in zip(bodies, offsets.tolist(), strict=True)
        ]

    def _offsets(self, times: NDArray[np.int64], *, utc: bool) -> NDArray[np.int64]:
        """The UTC offsets [T] in minutes at times [T], which are in UTC or on the clock."""
        if not self.zone:
            return np.full(len(times), _minutes(self.suffix), dtype=np.int64)
        offsets = [_zone_minutes(self.zone, time, utc=utc) for time in times.tolist()]
        return np.array(offsets, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Times:
    """Times in microseconds since 1970: on the clock of the place (`wall`) and in UTC.

    The two are equal where no UTC offset is written. Where `bad`, the text could not be read.
    """

    wall: NDArray[np.int64]
    utc: NDArray[np.int64]
    bad: NDArray[np.bool_]


def _joined(parts: list[Times]) -> Times:
    if len(parts) == 1:
        return parts[0]
    wall = np.concatenate([part.wall for part in parts])
    one_clock = all(part.utc is part.wall for part in parts)
    return Times(
        wall=wall,
        utc=wall if one_clock else np.concatenate([part.utc for part in parts]),
        bad=np.concatenate([part.bad for part in parts]),
    )


def offset_text(text: str) -> str:
    """The UTC offset at the end of a time, as written; empty where there is none."""
    found = _ZONE.search(text)
    return found[0] if found else ""


def zone_of(times: Times) -> str | None:
    """The first known zone whose offsets are those of the times, or None."""
    offsets = (times.wall - times.utc) // MICROSECONDS["min"]
    # Offsets change rarely: the times around a change decide, and some in between.
    order = np.argsort(times.utc, kind="stable")
    changes = np.flatnonzero(np.diff(offsets[order]))
    probes = np.unique(np.concatenate([changes, changes + 1, np.arange(0, len(order), 24)]))
    chosen = order[probes[probes < len(order)]][:5000]
    for zone in ZONES:
        if all(
            _zone_minutes(zone, int(times.utc[i]), utc=True) == offsets[i] for i in chosen.tolist()
        ):
            return zone
    return None


def check_suffix(suffix: str) -> None:
    """Raise ValueError for text that is no UTC offset."""
    if suffix and not _OFFSET.fullmatch(suffix):
        raise ValueError(f"{suffix!r} is no UTC offset")


def _split_offsets(
    texts: Sequence[str], *, aware: bool
) -> tuple[Sequence[str], NDArray[np.int64], NDArray[np.bool_]]:
    """Texts without their UTC offset, the offsets in minutes, and which lack one."""
    if not aware:
        return texts, np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=np.bool_)
    if isinstance(texts, PackedTexts) and (short := _without_suffix(texts)) is not None:
        minutes = _minutes(offset_text(texts[0]))
        return short, np.full(len(texts), minutes), np.zeros(len(texts), dtype=np.bool_)
    found = [_ZONE.search(text) for text in texts]
    bare = [text[: m.start()] if m else text for text, m in zip(texts, found, strict=True)]
    offsets = np.array([_minutes(m[0]) if m else 0 for m in found], dtype=np.int64)
    return bare, offsets, np.array([m is None for m in found], dtype=np.bool_)


def _without_suffix(texts: PackedTexts) -> PackedTexts | None:
    """Texts of one length without the UTC offset that all of them have; None for others."""
    suffix = offset_text(texts[0])
    width = len(texts[0])
    matrix = texts.matrix(width)
    if not suffix or matrix is None:
        return None
    if (matrix[:, width - len(suffix) :] != np.frombuffer(suffix.encode(), dtype=np.uint8)).any():
        return None
    octets = texts.octets.copy()
    octets[:, width - len(suffix) :] = 0
    return PackedTexts(octets.view("<u8"))


@lru_cache(maxsize=256)
def _minutes(suffix: str) -> int:
    match = _OFFSET.fullmatch(suffix)
    if match is None or not match["sign"]:
        return 0
    minutes = 60 * int(match["h"]) + int(match["m"] or 0)
    return -minutes if match["sign"] == "-" else minutes


def _like(suffix: str, minutes: int) -> str:
    """An offset written in the manner of another."""
    hours, rest = divmod(abs(minutes), 60)
    gap = " " if suffix.startswith(" ") else ""
    colon = ":" if ":" in suffix or not suffix.strip()[-1].isdigit() else ""
    return f"{gap}{'-' if minutes < 0 else '+'}{hours:02d}{colon}{rest:02d}"


@lru_cache(maxsize=100_000)
def _zone_minutes(zone: str, microseconds: int, *, utc: bool) -> int:
    rules = ZoneInfo(zone)
    try:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
        local = (
            moment.replace(tzinfo=UTC).astimezone(rules) if utc else moment.replace(tzinfo=rules)
        )
        shift = local.utcoffset()
    except (OverflowError, ValueError):
        return 0
    return int(shift.total_seconds()) // 60 if shift is not None else 0
