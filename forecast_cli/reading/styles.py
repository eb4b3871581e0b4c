"""Column of texts -> numbers, in the one style in which all of them are written."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.reading.numbers import LARGEST, is_missing, is_plain
from forecast_cli.reading.plain_fields import read_plain

_SAMPLE = 500
_ROWS = 1 << 14
_OTHER_MARK = bytes.maketrans(b",.", b".,")


@dataclass(frozen=True)
class NumberStyle:
    """The decimal mark and the thousands mark ("" for none)."""

    decimal: str = "."
    thousands: str = ""


def read_in_one_style(
    texts: Sequence[str], decimal: str | None = None, thousands: str | None = None
) -> tuple[NumberStyle, NDArray[np.float64]] | None:
    """The one style that reads every text, and the numbers [T], NaN where missing.

    There is none where no style does, or several that differ. A lone comma before three digits may
    be either mark: 1,234 alone decides nothing.

    >>> read_in_one_style(["1,980.00", "12"])
    (NumberStyle(decimal='.', thousands=','), array([1980.,   12.]))
    >>> read_in_one_style(["1,234", "5,678"]) is None
    True
    """
    readings: list[tuple[NumberStyle, NDArray[np.float64]]] = []
    for style in _styles(decimal, thousands):
        # Most often the first few tell.
        if len(texts) > _SAMPLE and parse_numbers(texts[:_SAMPLE], style)[1].any():
            continue
        values, bad = parse_numbers(texts, style)
        if not bad.any():
            readings.append((style, values))
            if style == NumberStyle():
                break
    if any(not np.array_equal(v, readings[0][1], equal_nan=True) for _, v in readings[1:]):
        return None
    return readings[0] if readings else None


def parse_numbers(
    texts: Sequence[str], style: NumberStyle
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers [T] of texts, NaN where missing, and which are no number in the style or too large.

    >>> parse_numbers(["1.980,5", "NA", "$3"], NumberStyle(",", "."))
    (array([1980.5,    nan,    nan]), array([False, False,  True]))
    """
    values = np.full(len(texts), np.nan)
    bad = np.zeros(len(texts), dtype=np.bool_)
    places: Sequence[int] = range(len(texts))
    if isinstance(texts, PackedTexts):
        values, places = _read_at_once(texts, style.decimal)
        texts = PackedTexts(texts.words[places])
    grouped = _grouped(style)
    for place, text in zip(places, texts, strict=True):
        stripped = text.strip()
        if is_missing(stripped):
            continue
        plain = _as_plain(stripped, style, grouped)
        values[place] = float(plain) if is_plain(plain) else math.inf
        bad[place] = abs(values[place]) > LARGEST
    values[bad] = np.nan
    return values, bad


def hold_mark(texts: Sequence[str], marks: str) -> NDArray[np.bool_]:
    """Which of the texts [T] hold one of some marks."""
    if isinstance(texts, PackedTexts) and marks.isascii():
        return np.asarray(np.isin(texts.octets, list(marks.encode())).any(axis=1))
    return np.array([any(mark in text for mark in marks) for text in texts], dtype=np.bool_)


def _read_at_once(texts: PackedTexts, decimal: str) -> tuple[NDArray[np.float64], list[int]]:
    """The numbers [T] of texts without other marks, and which texts take a look at each."""
    values = np.empty(len(texts))
    others: list[int] = []
    for first in range(0, len(texts), _ROWS):
        some = texts[first : first + _ROWS].array
        data = some.tobytes()
        if decimal == ",":
            data = data.translate(_OTHER_MARK)
        starts = np.arange(len(some)) * some.itemsize
        values[first : first + _ROWS], odd = read_plain(data, starts, np.char.str_len(some))
        others += (odd + first).tolist()
    values[others] = np.nan
    return values, others


def _styles(decimal: str | None, thousands: str | None) -> list[NumberStyle]:
    """The styles that the options leave open, the plain one first."""
    return [
        NumberStyle(mark, group)
        for mark in (decimal or ".,")
        for group in (("", "." if mark == "," else ",") if thousands is None else (thousands,))
        if mark != group
    ]


def _grouped(style: NumberStyle) -> re.Pattern[str] | None:
    if not style.thousands:
        return None
    mark, decimal = re.escape(style.thousands), re.escape(style.decimal)
    # In India and around it, twos stand before the last three digits.
    groups = rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d{{1,2}}(?:{mark}\d{{2}})+{mark}\d{{3}})"
    return re.compile(rf"[+-]?{groups}(?:{decimal}\d*)?(?:[eE][+-]?\d+)?", re.ASCII)


def _as_plain(text: str, style: NumberStyle, grouped: re.Pattern[str] | None) -> str:
    """The text with "." as decimal mark and no thousands marks; "" where it breaks the style."""
    if grouped is not None and style.thousands in text:
        if not grouped.fullmatch(text):
            return ""
        text = text.replace(style.thousands, "")
    if style.decimal == ".":
        return text
    return "" if "." in text else text.replace(style.decimal, ".")
