"""Ids of series -> their order: whole numbers by value, all else as text."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_MOST_DIGITS = 18
"""Python reads longer numbers slowly, and some not at all."""

_Key = tuple[int, str, str]


def rank_ids(ids: Sequence[str]) -> NDArray[np.int64]:
    """The rank [N] of each of N ids among the distinct ones.

    They are numbers where all of them are digits; of 7 and 007, the first text comes first.

    >>> rank_ids(["10", "7", "007", "7"]).tolist(), rank_ids(["10", "7", "a"]).tolist()
    ([2, 1, 0, 1], [0, 1, 2])
    """
    distinct = sorted(set(ids))
    if _are_digits(distinct):
        short = max(map(len, distinct)) <= _MOST_DIGITS
        distinct.sort(key=int if short else _number_key)
    ranks = dict(zip(distinct, range(len(distinct)), strict=True))
    return np.fromiter(map(ranks.__getitem__, ids), dtype=np.int64, count=len(ids))


class Ascent:
    """Whether series that come part by part are in the order of all of them sorted."""

    def __init__(self) -> None:
        self._are_numbers: list[bool] | None = None
        self._last: tuple[_Key, ...] | None = None

    def goes_on(self, ids: Sequence[Sequence[str]]) -> bool:
        """Take the ids [N, K] of the next series; whether all are in order so far.

        >>> ascent = Ascent()
        >>> ascent.goes_on([["2"], ["10"]]), ascent.goes_on([["11"]]), ascent.goes_on([["a"]])
        (True, True, False)
        """
        are_numbers = [_are_digits(column) for column in zip(*ids, strict=True)]
        fixed = self._are_numbers = self._are_numbers or are_numbers
        # Where words follow numbers, the numbers would have been sorted as words.
        if any(number and not still for number, still in zip(fixed, are_numbers, strict=True)):
            return False
        keys = [
            tuple(
                _number_key(text) if number else (0, text, "")
                for text, number in zip(key, fixed, strict=True)
            )
            for key in ids
        ]
        rises = all(one < other for one, other in pairwise([*filter(None, [self._last]), *keys]))
        self._last = keys[-1]
        return rises


def _are_digits(ids: Sequence[str]) -> bool:
    joined = "".join(ids)
    return all(ids) and joined.isdigit() and joined.isascii()


def _number_key(text: str) -> _Key:
    """What sorts texts of digits by value, however long they are, then as texts."""
    digits = text.lstrip("0")
    return len(digits), digits, text
