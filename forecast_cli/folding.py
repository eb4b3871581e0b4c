"""A step and what it is fed -> the state after all steps: the one loop over time that there is.

NumPy takes the steps one after the other. Arrays of another kind may fold in their own way: those
that write down a graph (see `graph`) make one operator of the loop, not a copy of the step for each
position.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]
Step = Callable[[Arrays, Arrays], tuple[Arrays, Arrays]]
"""``(state, inputs of one position [B, ...]) -> (state after it, what it gives out [B, ...])``"""


def fold(step: Step, state: Arrays, inputs: Sequence[NDArray[Any]], first: Any = 0) -> Any:
    """The state after the inputs [B, L, ...] of each position, and all given out [B, L, ...].

    The positions before `first` change nothing and are left out.

    >>> def add(state, now):
    ...     return (state[0] + now[0],), ()
    >>> fold(add, (np.zeros(1),), (np.array([[1.0, 2.0, 3.0]]),))
    ((array([6.]),), ())
    """
    own = getattr(inputs[0], "__fold__", None)
    if own is not None:
        return own(step, state, inputs, first)
    given = []
    for position in range(int(first), inputs[0].shape[1]):
        state, out = step(state, tuple(part[:, position] for part in inputs))
        given.append(out)
    return state, tuple(np.stack(parts, axis=1) for parts in zip(*given, strict=True))
