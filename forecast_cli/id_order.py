"""Ids of series -> the order in which forecasts show them: whole numbers as numbers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

_MOST_DIGITS = 100


def sort_keys(ids: Sequence[str]) -> Sequence[Any]:
    """The ids as numbers where all of them are plainly written whole numbers.

    >>> sort_keys(["2", "10"]), sort_keys(["02", "10"])
    ([2, 10], ['02', '10'])
    """
    return [int(text) for text in ids] if all(map(_is_whole_number, ids)) else ids


class Ascent:
    """Whether series that come part by part are in the order of all of them sorted."""

    def __init__(self) -> None:
        self._are_numbers: list[bool] | None = None
        self._last: tuple[Any, ...] | None = None

    def goes_on(self, ids: Sequence[Sequence[str]]) -> bool:
        """Take the ids [N, K] of the next series; whether all are in order so far.

        >>> ascent = Ascent()
        >>> ascent.goes_on([["2"], ["10"]]), ascent.goes_on([["11"]]), ascent.goes_on([["a"]])
        (True, True, False)
        """
        are_numbers = [all(map(_is_whole_number, column)) for column in zip(*ids, strict=True)]
        fixed = self._are_numbers = self._are_numbers or are_numbers
        # Where words follow numbers, the numbers would have been sorted as words.
        if any(number and not still for number, still in zip(fixed, are_numbers, strict=True)):
            return False
        keys = [
            tuple(int(text) if number else text for text, number in zip(key, fixed, strict=True))
            for key in ids
        ]
        rises = all(one < other for one, other in pairwise([*filter(None, [self._last]), *keys]))
        self._last = keys[-1]
        return rises


def _is_whole_number(text: str) -> bool:
    return len(text) <= _MOST_DIGITS and text.isdecimal() and str(int(text)) == text
