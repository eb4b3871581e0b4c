"""Tables of many cases: a few in which every pair of settings occurs are quick, the rest slow."""

import itertools
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pytest


def covering(cases: Sequence[Any], settings_of: Callable[[Any], Sequence[Hashable]]) -> list[Any]:
    """The cases as parameters in their order, slow where each pair of settings stands in others.

    A case that is a tuple is one value for each parameter.
    """
    pairs = [set(itertools.combinations(enumerate(settings_of(case)), 2)) for case in cases]
    waiting = set[Hashable]().union(*pairs)
    quick = set[int]()
    while waiting:
        best = max(range(len(cases)), key=lambda number: len(pairs[number] & waiting))
        quick.add(best)
        waiting -= pairs[best]
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if number in quick else pytest.mark.slow,
        )
        for number, case in enumerate(cases)
    ]
