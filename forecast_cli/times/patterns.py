"""Time pattern -> parts: a strftime pattern as a strict reader and writer of many texts at once."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.times.dates import MONTHS, Fields

_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{2})",
    "-m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{2})",
    "-d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{2})",
    "-H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{2})",
    "-I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "j": r"(?P<j>\d{3})",
    "q": r"(?P<q>[1-4])",
    "G": r"(?P<G>\d{4})",
    "V": r"(?P<V>\d{2})",
    "u": r"(?P<u>[1-7])",
    "p": r"(?P<p>[AaPp][Mm])",
    "b": rf"(?P<b>{'|'.join(month[:3] for month in MONTHS)})",
    "B": rf"(?P<b>{'|'.join(MONTHS)})",
} | {f"{width}f": rf"(?P<f>\d{{{width}}})" for width in range(1, 10)}
_PIECE = re.compile(r"%(-?[A-Za-z%]|[1-9]f)|([^%]+|%)")
_FIXED_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "q": 1, "G": 4}
_FIXED_WIDTHS |= {"V": 2, "u": 1} | {f"{width}f": width for width in range(1, 10)}


def _pieces(pattern: str) -> list[tuple[str, str]]:
    """Split a pattern into (directive, "") and ("", literal)."""
    return [("", "%") if d == "%" else (d, text) for d, text in _PIECE.findall(pattern)]


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern.

    Raises:
        ValueError: A directive is not known, or stands twice.
    """
    parts = []
    for directive, literal in _pieces(pattern):
        if directive and directive not in _DIRECTIVES:
            raise ValueError(f"%{directive} is not known")
        parts.append(_DIRECTIVES[directive] if directive else re.escape(literal))
    try:
        return re.compile("".join(parts), re.IGNORECASE | re.ASCII)
    except re.error as error:
        raise ValueError(f"{pattern!r} names a part twice") from error


def loosened(pattern: str) -> str:
    """The pattern that takes months, days and hours with and without a leading zero."""
    return re.sub(r"%([mdHI])", r"%-\1", pattern)


def read_fields(pattern: str, texts: Sequence[str]) -> tuple[Fields, NDArray[np.bool_]]:
    """The numbers in the texts by directive, and which texts do not follow the pattern."""
    widths = [
        _FIXED_WIDTHS.get(directive, 0) if directive else len(literal)
        for directive, literal in _pieces(pattern)
    ]
    if all(widths) and len(texts) > 0:
        matrix = _bytes_matrix(texts, sum(widths))
        if matrix is not None:
            return _read_columns(pattern, widths, matrix)
    return _read_matches(pattern, texts)


def _bytes_matrix(texts: Sequence[str], width: int) -> NDArray[np.uint8] | None:
    """Texts of one length as rows of bytes; None when lengths differ or a text is not ASCII."""
    if isinstance(texts, PackedTexts):
        return texts.matrix(width)
    joined = "".join(texts)
    if len(joined) != width * len(texts) or not joined.isascii():
        return None
    if {*map(len, texts)} != {width}:
        return None
    return np.frombuffer(joined.encode(), dtype=np.uint8).reshape(len(texts), width)


def _read_columns(
    pattern: str, widths: list[int], matrix: NDArray[np.uint8]
) -> tuple[Fields, NDArray[np.bool_]]:
    fields: Fields = {}
    bad = np.zeros(len(matrix), dtype=np.bool_)
    start = 0
    for (directive, literal), width in zip(_pieces(pattern), widths, strict=True):
        part = matrix[:, start : start + width].T
        start += width
        if not directive:
            for octets, character in zip(part, literal.encode(), strict=True):
                bad |= octets != character
            continue
        number = np.zeros(len(matrix), dtype=np.int64)
        for octets in part:
            # What is below "0" wraps around.
            digits = octets - np.uint8(ord("0"))
            bad |= digits > 9
            number *= 10
            number += digits
        fields[directive.lstrip("-")[-1]] = _as_microseconds(directive, number)
        if directive in ("q", "u"):
            bad |= (number < 1) | (number > (4 if directive == "q" else 7))
    return fields, bad


def _as_microseconds(directive: str, number: NDArray[np.int64]) -> NDArray[np.int64]:
    if not directive.endswith("f"):
        return number
    width = int(directive[:-1])
    scaled = number * 10 ** (6 - width) if width <= 6 else number // 10 ** (width - 6)
    return np.asarray(scaled, dtype=np.int64)


def _read_matches(pattern: str, texts: Sequence[str]) -> tuple[Fields, NDArray[np.bool_]]:
    expression = compiled(pattern)
    matches = [expression.fullmatch(text) for text in texts]
    bad = np.array([match is None for match in matches], dtype=np.bool_)
    fields: Fields = {}
    for directive, _ in _pieces(pattern):
        if directive:
            name = "b" if directive == "B" else directive.lstrip("-")[-1]
            read = [_field_number(name, match[name]) if match else 0 for match in matches]
            fields[name] = _as_microseconds(directive, np.array(read, dtype=np.int64))
    return fields, bad


def _field_number(name: str, text: str) -> int:
    if name == "b":
        return 1 + [month[:3].lower() for month in MONTHS].index(text[:3].lower())
    if name == "p":
        return 12 if text.lower() == "pm" else 0
    return int(text)


def render_fields(pattern: str, fields: Fields) -> list[str]:
    """The texts [T] of parts [T]."""
    pieces = [_render_piece(directive, literal, fields) for directive, literal in _pieces(pattern)]
    return ["".join(parts) for parts in zip(*pieces, strict=True)]


def _render_piece(directive: str, literal: str, fields: Fields) -> list[str]:
    if not directive:
        return [literal] * len(fields["Y"])
    numbers = fields[directive.lstrip("-")[-1]].tolist()
    if directive == "b":
        return [MONTHS[number - 1][:3] for number in numbers]
    if directive == "B":
        return [MONTHS[number - 1] for number in numbers]
    if directive == "p":
        return ["PM" if number else "AM" for number in numbers]
    if directive.endswith("f"):
        return [f"{number:06d}000"[: int(directive[:-1])] for number in numbers]
    width = 1 if directive.startswith("-") else _FIXED_WIDTHS.get(directive, 2)
    return [f"{number:0{width}d}" for number in numbers]


def check_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern with an unknown or a missing directive."""
    compiled(pattern)
    names = {directive.lstrip("-") for directive, _ in _pieces(pattern) if directive}
    if not names & {"Y", "y", "G"}:
        raise ValueError(f"{pattern!r} holds no year")
