"""What a table is read from: columns of texts and numbers, whatever file they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# So many values are told apart before a call of pandas is under way.
_FEW = 500


@dataclass(frozen=True, eq=False)
class Texts:
    """A text column of R rows: `values[codes[r]]` is the text of row r, exactly as in the file."""

    codes: NDArray[np.int64]
    values: Sequence[str]


class Cells(Protocol):
    """Columns of R rows by index; what is missing is an empty text, or NaN among numbers."""

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """Columns as texts, and other columns as plain numbers [R, K], in one pass.

        Raises:
            ValueError: A number is not written plainly.
        """


class LentCells:
    """The columns of other cells, lent until let go: then what they are read from is free."""

    def __init__(self, cells: Cells) -> None:
        self._cells: Cells | None = cells

    def sample(self, n_rows: int) -> list[list[str]]:
        """As `Cells.sample`."""
        assert self._cells is not None
        return self._cells.sample(n_rows)

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        assert self._cells is not None
        return self._cells.read(texts, numbers)

    def let_go(self) -> None:
        """Read no more."""
        self._cells = None


def as_texts(values: NDArray[np.object_]) -> Texts:
    """The distinct texts of a column [R] in order of first appearance."""
    import pandas as pd

    # A categorical dtype would be faster, but reads the ids 007 and 7 as one number.
    codes, distinct = pd.factorize(values)
    return Texts(np.asarray(codes, dtype=np.int64), [str(text) for text in distinct])


def paired(codes: NDArray[np.int64], texts: Texts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct pairs of a code and a text, and the number [R] of each row's pair.

    A pair is the code times the number of distinct texts, plus that of the text.
    """
    n_values = len(texts.values)
    if not codes.any() and np.bincount(texts.codes, minlength=n_values).all():
        return np.arange(n_values), texts.codes
    return np.unique(codes * n_values + texts.codes, return_inverse=True)


def factorized(values: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The number [R] of each value among the distinct ones, in order of first appearance."""
    if len(values) <= _FEW:
        numbers: dict[int, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values.tolist()]
        return np.array(codes, dtype=np.int64)
    import pandas as pd

    return np.asarray(pd.factorize(values)[0], dtype=np.int64)
