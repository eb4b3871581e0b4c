"""Number text -> what it is: plain, missing, meant in another style; and what to do about it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

MISSING = ("", "na", "nan", "null", "none", "n/a", "#n/a", "<na>", "..")
MISSING_SPELLINGS = sorted({s for m in MISSING for s in (m, m.upper(), m.capitalize())} | {"NaN"})
"""What the fast readers take for missing; they leave other spellings to the slow one."""

_MISSING = frozenset(MISSING)
_USUALLY_MISSING = frozenset(MISSING_SPELLINGS)
_BOOLS = frozenset({"true", "false"})
NESTED = ("{…}", "[…]")
"""How an object and a list of JSON read as texts."""

# What has matched once is not tried in another way, which among many lines would take for ever.
# The exponent may be: before Python 3.11.5 a possessive group with a choice in it matches "1e".
_PLAIN = re.compile(r"[+-]?(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?", re.ASCII)
_PLAIN_LINES = re.compile(rf"(?:{_PLAIN.pattern}\n)*+", re.ASCII)
# Most columns are of these, which are told apart from others in half of the time.
_SIMPLE_LINES = re.compile(r"(?:(?:-?\d{1,99}+\.?+\d{0,99}+)?+\n)*+", re.ASCII)
_NUMBER_LIKE = re.compile(
    r"[+-]?\(?[$€£¥]?\s?[+-]?"
    r"(?:\d{1,3}(?:_\d{3})+(?:[.,]\d*)?|\d[\d.,'’\s\u00a0\u2009\u202f]*|\.\d+)\)?\s?[%$€£¥]?",
    re.ASCII,
)
_MARKED = re.compile(r"[+-]?\d[\d.,'’_\s\u00a0\u2009\u202f]*", re.ASCII)
_WITH_UNIT = re.compile(r"[+-]?\d[\d.,]*(?:\s+[^\W\d_]+|[^\W\d_]{2,})|[^\W\d_]+\s+[+-]?\d[\d.,]*")
_NEGATIVE = re.compile(r"\((\d[\d.,]*)\)|(\d[\d.,]*)[-−–]|[−–](\d[\d.,]*)", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d[\d.,]*[eE][+-]?\d+", re.ASCII)
LARGEST = 1e150
"""Squares of errors, which scores need, must not overflow."""

_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_LONGEST = 400


def is_missing(text: str) -> bool:
    """Whether a text stands for a missing value.

    >>> is_missing("N/A"), is_missing("-")
    (True, False)
    """
    return text.strip().lower() in _MISSING


def present_texts(texts: Iterable[str]) -> list[str]:
    """The texts that do not stand for missing values, stripped."""
    return [text for text in map(str.strip, texts) if text.lower() not in _MISSING]


def is_plain(text: str) -> bool:
    """Whether a text is a number as programs write it.

    >>> is_plain("+1.5e3"), is_plain("1,5"), is_plain("inf")
    (True, False, False)
    """
    return len(text) <= _LONGEST and _PLAIN.fullmatch(text.strip()) is not None


def plain_texts(texts: Sequence[str]) -> list[str] | None:
    """The texts that are not missing where all are plain numbers without spaces, else None.

    All at once are looked at in a tenth of the time that one by one they take.

    >>> plain_texts(["1.5", "", "2"]), plain_texts(["1.5", "1,5"])
    (['1.5', '2'], None)
    """
    present = list(texts)
    if _match(_SIMPLE_LINES, present):
        return list(filter(None, present))
    present = [text for text in texts if text not in _USUALLY_MISSING]
    if _match(_SIMPLE_LINES, present):
        return present
    short = max(map(len, present), default=0) <= _LONGEST
    return present if short and _match(_PLAIN_LINES, present) else None


def _match(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Whether a pattern of lines matches texts of one line each."""
    lines = "\n".join([*texts, ""])
    return lines.count("\n") == len(texts) and pattern.fullmatch(lines) is not None


def is_number_like(text: str) -> bool:
    """Whether a text is meant as a number in any style, a currency sign or a bool included."""
    text = text.strip()[:_LONGEST]
    words = is_bool(text) or _INFINITE.fullmatch(text) is not None
    return words or bool(_NUMBER_LIKE.fullmatch(text) or _EXPONENT.fullmatch(text))


def is_bool(text: str) -> bool:
    """Whether a text is true or false."""
    return text.strip().lower() in _BOOLS


def has_bools(texts: Sequence[str]) -> bool:
    """Whether one of the texts is true or false."""
    joined = "".join(texts)
    # Most columns are of digits, which takes least time to see.
    return ("e" in joined or "E" in joined) and any(map(is_bool, texts))


def may_be_grouped(texts: Sequence[str]) -> bool:
    """Whether every dot may mark thousands: three digits after each, and whole numbers beside.

    Programs that write three decimals write 999.000, and those that leave out zeros, 1.5.

    >>> may_be_grouped(["1.250", "999"]), may_be_grouped(["1.250", "999.125"])
    (True, False)
    """
    if "." not in "".join(texts):
        return False
    dotted = (text for text in texts if "." in text)
    # Most often the first few tell.
    if not all(_ONE_GROUP.fullmatch(text.strip()) or is_missing(text) for text in dotted):
        return False
    n_grouped = sum("." in text and not is_missing(text) for text in texts)
    return 0 < n_grouped < len(present_texts(texts))


def remedy(text: str) -> str:
    """What to do about a text that is no number."""
    bare = text.strip()
    if bare in NESTED:
        return "write a number, not an object or a list"
    if is_bool(bare):
        return "write true and false as 1 and 0"
    if bare.lower().lstrip("+-") in ("inf", "infinity") or (
        is_plain(bare) and len(bare) < _LONGEST
    ):
        return "values must be finite and below 1e150; leave the field empty where one is missing"
    if len(bare) < _LONGEST and (advice := _advice_on_marks(bare)):
        return advice
    return "accepted are numbers such as 1234.5 or 1.2e3; missing values are empty, NA, NaN or null"


def _advice_on_marks(text: str) -> str:
    """What to do about signs that people write at numbers; "" where that is not the trouble."""
    if any(mark in "%‰" or unicodedata.category(mark) == "Sc" for mark in text):
        return "leave out currency and per cent signs"
    if negative := _NEGATIVE.fullmatch(text):
        return f"write negative numbers as -{next(filter(None, negative.groups()))}"
    if _WITH_UNIT.fullmatch(text):
        return "leave out the unit"
    if _MARKED.fullmatch(text) and re.search(r"[,'’_\s\u00a0\u2009\u202f]|\..*\.", text):
        return "say how numbers are written with --decimal and --thousands"
    return ""
