"""Time texts -> time format: the one pattern that a whole column follows."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from forecast_cli.times.patterns import compiled, loosened
from forecast_cli.times.timestamps import Times, TimeText, offset_text

_DATE_PATTERNS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y"),
    *("%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d. %B %Y", "%Y-%m", "%Y/%m", "%m/%Y"),
    *("%m.%Y", "%m-%Y", "%YM%m", "%Y-M%m", "%b %Y", "%b-%Y", "%b-%y", "%B %Y", "%Y-%b", "%Y %b"),
    *("%YQ%q", "%Y-Q%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "%G-W%V", "%GW%V", "%G-W%V-%u"),
)
_CLOCKED = re.compile(
    r"(?P<date>.*?\d)(?P<gap>T| +)(?P<H>\d{1,2}):\d{2}(?P<S>:\d{2})?(?P<f>[.,]\d{1,9})?"
    r"(?P<p> ?[AaPp][Mm])?(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
)
_MAY_BE_TIME = re.compile(r"(?=.*\d)[\w ,.:+/-]{4,45}", re.ASCII)
# Digits alone are a date as in 20240131 or none, and most often numbers.
_COMPACT = re.compile(r"(?:(?:1[5-9]|2[01])\d\d|2200)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# All that plain numbers can be: that, or a month and a year as in 1.2024.
_NUMBER_OF_TIME = re.compile(r"^(?:\d{8}|\d{1,2}\.\d{4})$", re.ASCII | re.MULTILINE)
_LIKELY = {"m": 1, "d": 1, "Y": 2000}
_FRACTION = re.compile(r"[.,](\d+)\D*$", re.ASCII)
_SAMPLE = 100
# Every directive takes a 1 where it takes any digit.
_ANY_DIGIT = str.maketrans(dict.fromkeys("0123456789", "1"))


class AmbiguousTimesError(ValueError):
    """Two patterns read every time, and they do not agree."""


def sniff(texts: Sequence[str]) -> TimeText | None:
    """The pattern that most of the distinct texts follow, or None when they are no times.

    Raises:
        AmbiguousTimesError: Day and month can be told apart in no text.

    >>> sniff(["31/01/2024", "01/02/2024"]).pattern
    '%d/%m/%Y'
    """
    found = read_times(texts)
    return found and found[0]


def read_times(texts: Sequence[str]) -> tuple[TimeText, Times] | None:
    """The pattern that most of the distinct texts follow, as `sniff`, and what they say by it."""
    sample = [texts[i] for i in sorted({*range(0, len(texts), len(texts) // _SAMPLE + 1)})]
    votes = Counter(found for text in sample for found in _candidates(text))
    if not votes:
        return None
    most = max(votes.values())
    found = [_tightened(candidate, texts) for candidate, n in votes.items() if n == most]
    if len(found) > 1:
        faults = [int(times.bad.sum()) for _, times in found]
        found = [candidate for candidate, n in zip(found, faults, strict=True) if n == min(faults)]
    if len(found) > 1:
        raise AmbiguousTimesError(" or ".join(written.pattern for written, _ in found))
    return found[0]


def share_readable(texts: Sequence[str]) -> float:
    """The share of texts that look like a time in any pattern."""
    return sum(bool(_candidates(text)) for text in texts) / len(texts) if texts else 0.0


def are_readable(texts: Sequence[str], share: float) -> bool:
    """Whether at least a share of the texts look like a time in any pattern."""
    missed = 0
    for text in texts:
        missed += not _candidates(text)
        if (len(texts) - missed) / len(texts) < share:
            return False
    return len(texts) > 0


def may_be_times(numbers: Sequence[str]) -> bool:
    """Whether one of the texts, all plain numbers, may look like a time in any pattern.

    >>> may_be_times(["7", "20240131"]), may_be_times(["7", "123.456"])
    (True, False)
    """
    return _NUMBER_OF_TIME.search("\n".join(numbers)) is not None


def from_format(date_format: str, texts: Sequence[str]) -> tuple[TimeText, Times]:
    """The pattern of a `--date-format`, its padding and its UTC offset taken from the texts.

    What the texts say by it comes with it.

    Raises:
        ValueError: The format holds a directive that is not known.
    """
    aware = date_format.endswith("%z")
    pattern = date_format.removesuffix("%z")
    gap = " " if aware and pattern.endswith(" ") else ""
    digits = next((m[1] for text in texts[:1] if (m := _FRACTION.search(text))), "000000")
    pattern = pattern.rstrip().replace("%f", f"%{min(len(digits), 9)}f")
    compiled(pattern)
    return _tightened(TimeText(pattern=pattern, suffix=f"{gap}Z" if aware else ""), texts)


def _candidates(text: str) -> list[TimeText]:
    likely = _COMPACT if text.isdigit() else _MAY_BE_TIME
    if not likely.fullmatch(text):
        return []
    clocked = _CLOCKED.fullmatch(text) if ":" in text else None
    date = clocked["date"] if clocked else text
    tail = loosened(_clock_pattern(clocked)) if clocked else ""
    # One suffix stands for all, or a change of offset would look like a change of format.
    suffix = "Z" if clocked and clocked["zone"] else ""
    return [
        TimeText(pattern=pattern + tail, suffix=suffix)
        for pattern, compiled in _patterns_for(date.translate(_ANY_DIGIT))
        if (match := compiled.fullmatch(date)) and _is_plausible(match)
    ]


@lru_cache(maxsize=1024)
def _patterns_for(shape: str) -> list[tuple[str, re.Pattern[str]]]:
    """The loose patterns that a text with other digits may follow: few, and for numbers none."""
    loose = [(pattern, compiled(pattern)) for pattern in map(loosened, _DATE_PATTERNS)]
    return [(pattern, expression) for pattern, expression in loose if expression.fullmatch(shape)]


def _is_plausible(match: re.Match[str]) -> bool:
    """Whether a match is likely a date: digits alone fit more patterns than they are meant for."""
    parts = match.groupdict()
    month, day, year = (int(parts.get(name) or default) for name, default in _LIKELY.items())
    whole = len(match[0]) == 8 or not match[0].isdigit()
    return whole and 1 <= month <= 12 and 1 <= day <= 31 and 1500 <= year <= 2200


def _clock_pattern(clocked: re.Match[str]) -> str:
    hour = "%I" if clocked["p"] else "%H"
    fraction = f"{clocked['f'][0]}%{len(clocked['f']) - 1}f" if clocked["f"] else ""
    half = clocked["p"][:-2] + "%p" if clocked["p"] else ""
    return f"{clocked['gap']}{hour}:%M{':%S' if clocked['S'] else ''}{fraction}{half}"


def _tightened(loose: TimeText, texts: Sequence[str]) -> tuple[TimeText, Times]:
    """The padded pattern where no text lacks a leading zero, and the offset as written."""
    suffix = loose.suffix
    if suffix:
        suffix = next(filter(None, map(offset_text, reversed(texts))), suffix)
    padded = re.sub(r"%-([mdHI])", r"%\1", loose.pattern)
    tight = TimeText(pattern=padded, suffix=suffix)
    times = tight.parse(texts)
    missed = np.flatnonzero(times.bad)
    missed_texts = [texts[i] for i in missed.tolist()]
    if suffix:
        missed_texts = [text.removesuffix(offset_text(text)) for text in missed_texts]
    short = _short_fields(loosened(padded), missed_texts)
    pattern = re.sub(r"%([mdHI])", lambda m: f"%-{m[1]}" if m[1] in short else m[0], padded)
    if pattern == padded:
        return tight, times
    written = TimeText(pattern=pattern, suffix=suffix)
    return written, written.parse(texts)


def _short_fields(pattern: str, texts: Sequence[str]) -> set[str]:
    """The directives that some text writes with one digit."""
    matches = map(compiled(pattern).fullmatch, texts)
    parts = (part for match in matches if match for part in match.groupdict().items())
    short = {name for name, part in parts if len(part) == 1}
    # Who writes 1/30 writes 2/1: days and months go together.
    return short | {"m", "d"} if short & {"m", "d"} else short
