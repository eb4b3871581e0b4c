"""Covariates around a cutoff -> what a network is fed of them: standard units and categories."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import CONSTANT_ROLES, Covariate, CovariateRole
from forecast_cli.scales import in_standard_units, mean_size

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Input:
    """How one covariate is fed: a number less `centre` over `spread`, or the code of a category.

    `column` numbers it among the columns of the data that vary, or are constant, as its role says.
    """

    column: int
    role: CovariateRole
    n_categories: int | None
    centre: float
    spread: float

    @property
    def name(self) -> str:
        """What tells it from the other inputs of a network: `past0` for instance."""
        return f"{self.role}{self.column}"

    @property
    def width(self) -> int:
        """How many numbers a network makes of it: those of a learned embedding for a category.

        >>> Input(column=0, role="past", n_categories=100, centre=0, spread=1).width
        8
        """
        return 1 if self.n_categories is None else 1 + math.ceil(math.log2(self.n_categories + 1))


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The covariates around B cutoffs, NaN where missing.

    `before` [B, L, V] are the varying ones of the steps up to the cutoffs, `after` [B, H, V] those
    of the steps behind them, NaN too where a column is not known ahead, and `static` [B, S].
    """

    before: Array
    after: Array
    static: Array

    def rows(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> "Surroundings":
        """Some of the cutoffs."""
        return Surroundings(
            before=self.before[rows], after=self.after[rows], static=self.static[rows]
        )

    def moved(self, steps: int, horizon: int) -> "Surroundings":
        """The same so many steps later, with `horizon` steps behind the new cutoffs.

        What lay before the old ones is kept, so that a short series sees all that there is.
        """
        cutoff = self.before.shape[1] + steps
        unknown = np.full((len(self.before), horizon, self.before.shape[2]), np.nan)
        whole = np.concatenate((self.before, self.after, unknown), axis=1)
        return Surroundings(
            before=whole[:, :cutoff],
            after=whole[:, cutoff : cutoff + horizon],
            static=self.static,
        )

    def unseen(self, inputs: Sequence[Input]) -> "Surroundings":
        """The same, and behind the cutoffs nothing of those inputs that are not known ahead."""
        after = self.after.copy()
        after[:, :, [entry.column for entry in inputs if entry.role == "past"]] = np.nan
        return Surroundings(before=self.before, after=after, static=self.static)

    def feed(self, inputs: Sequence[Input], context_length: int) -> "Feed":
        """What a network with these inputs and this context length is fed."""
        before = self.before[:, -context_length:]
        missing = max(0, context_length - before.shape[1])
        padded = np.pad(before, ((0, 0), (missing, 0), (0, 0)), constant_values=np.nan)
        return Feed(
            before=_encode(inputs, padded, self.static),
            after=_encode(ahead(inputs), self.after, self.static),
        )


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Encoded inputs, float32 without NaN: [B, L, I] before the cutoffs, [B, H, J] behind them.

    A category is its code, -1 where it is unknown.
    """

    before: NDArray[np.float32]
    after: NDArray[np.float32]


def ahead(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """The inputs over the horizon: none if none varies there and is known."""
    if not any(entry.role in ("future", "calendar", "holiday") for entry in inputs):
        return ()
    return tuple(entry for entry in inputs if entry.role not in ("past", "sibling"))


def expanded_width(inputs: Sequence[Input]) -> int:
    """How many numbers all inputs of one step are."""
    return sum(entry.width for entry in inputs)


def make_inputs(columns: Sequence[Covariate], around: Surroundings) -> tuple[Input, ...]:
    """One input for each column, standard units as what lies before the cutoffs has them."""
    n_varying = around.before.shape[2]
    return tuple(
        _make_input(column, around.before[:, :, number], number)
        if number < n_varying
        else _make_input(column, around.static[:, number - n_varying], number - n_varying)
        for number, column in enumerate(columns)
    )


def _make_input(column: Covariate, values: Array, number: int) -> Input:
    # A sibling is told relative to itself in each window, as the target is.
    known = values[np.isfinite(values)] if column.role != "sibling" else np.empty(0)
    spread = float(known.std()) if len(known) and column.categories is None else 0.0
    return Input(
        column=number,
        role=column.role,
        n_categories=None if column.categories is None else len(column.categories),
        centre=float(known.mean()) if len(known) and column.categories is None else 0.0,
        spread=spread if spread > 0 else 1.0,
    )


def _relative(values: Array) -> Array:
    """Windows [B, L] less their last known value, in units of their mean absolute change."""
    known = np.isfinite(values)
    steps = np.arange(values.shape[1])
    last = np.where(known, steps, -1).max(axis=1, initial=-1)
    origin = np.take_along_axis(values, np.maximum(last, 0)[:, None], axis=1)
    scale = mean_size(values[:, 1:] - values[:, :-1])[:, None]
    scale = np.where(scale > 0, scale, 1.0)
    return np.where(known, (values - origin) / scale, np.nan)


def _encode(inputs: Sequence[Input], varying: Array, static: Array) -> NDArray[np.float32]:
    steps = varying.shape[1]
    if not inputs:
        return np.zeros((*varying.shape[:2], 0), dtype=np.float32)
    encoded = []
    for entry in inputs:
        if entry.role in CONSTANT_ROLES:
            values = np.repeat(static[:, [entry.column]], steps, axis=1)
        else:
            values = varying[:, :, entry.column]
        if entry.role == "sibling":
            values = _relative(values)
        if entry.n_categories is None:
            encoded.append(in_standard_units(values, entry.centre, entry.spread))
        else:
            is_known = (values >= 0) & (values < entry.n_categories)
            encoded.append(np.where(is_known, values, -1.0))
    return np.stack(encoded, axis=2).astype(np.float32)
