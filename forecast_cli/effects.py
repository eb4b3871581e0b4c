"""Values and what is known ahead -> its linear effects, taken out and put back.

A network needs many examples to learn what a promotion does; a regression needs few. So the
effects of columns known ahead are estimated first, the committee forecasts what remains, and the
effects of the future are put on top (regression with autocorrelated errors, Box & Tiao 1975).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate
from forecast_cli.outliers import OutlierRule
from forecast_cli.scales import LARGEST_EXPONENT, in_standard_units, mean_size

Array = NDArray[np.float64]

_SMOOTHED_SEASONS, _FEWEST_SMOOTHED = 3, 9
"""The level of a series is its moving average over so many seasons, or at least so many steps."""

_MOST_TERMS = 60
_PENALTY = 2.0
"""Effects are shrunk by 1 - 2 / t², t being how many standard errors they are large."""

_LARGEST_FLOAT = float(np.finfo(np.float64).max)
_NEGLIGIBLE = 1e-9
_BLOCK = 256
"""Series whose products are in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One column of the regression: a numeric covariate in standard units, or one category of one.

    `column` numbers the covariate among those that vary along the calendar.
    """

    column: int
    category: int | None
    centre: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The effect of each of C terms: its mean over all series, and its variance between them.

    With `on_logs` an effect is a change of the logarithm, else a share of the size of the series.
    """

    terms: tuple[Term, ...]
    on_logs: bool
    season_length: int
    mean: tuple[float, ...]
    variance: tuple[float, ...]

    def coefficients(self, context: Array, known: Array) -> Array:
        """The effects [B, C] in each of the contexts [B, L], given its covariates [B, L, V].

        Each series has effects between its own and the mean of all, by what its values prove
        (Lindley & Smith 1972).
        """
        mean = np.broadcast_to(self.mean, (len(context), len(self.terms)))
        if not any(self.variance):
            return np.array(mean)
        products = _products_in_blocks(context, known, self)
        noise = products.noise()[:, None, None]
        prior = np.diag(1 / np.maximum(self.variance, _NEGLIGIBLE))
        left = products.squares / noise + prior
        right = products.crossed / noise[:, :, 0] + mean @ prior
        return np.linalg.solve(left, right[:, :, None])[:, :, 0]

    def calm(self, context: Array, known: Array, rule: OutlierRule | None) -> Array:
        """The context [B, L] without outliers, but with what the mean effects explain.

        A value that a promotion explains is no outlier, however rare promotions are.
        """
        if rule is None:
            return context
        mean = np.broadcast_to(self.mean, (len(context), len(self.terms)))
        sizes = self.sizes(context)
        plain = self.remove(context, known, mean, sizes)
        clipped = rule.clip(plain)
        moved = np.isfinite(plain) & (clipped != plain)
        # What is no outlier stays as it is to the bit.
        return np.where(moved, self.restore(clipped, known, mean, sizes), context)

    def sizes(self, context: Array) -> Array:
        """The unit [B, 1] of the effects in each context [B, L]."""
        if self.on_logs:
            return np.ones((len(context), 1))
        size = mean_size(context)[:, None]
        return np.where(size > 0, size, 1.0)

    def remove(self, values: Array, known: Array, coefficients: Array, sizes: Array) -> Array:
        """Values [B, K] without the effects of what is known beside them [B, K, V]."""
        effect = self._effect(known, coefficients)
        if self.on_logs:
            return _finite(values * np.exp(-effect))
        return _finite(values - sizes * effect)

    def restore(self, values: Array, known: Array, coefficients: Array, sizes: Array) -> Array:
        """The inverse of `remove`, but for what is too large for a float."""
        effect = self._effect(known, coefficients)
        if self.on_logs:
            return _finite(values * np.exp(effect))
        return _finite(values + sizes * effect)

    def _effect(self, known: Array, coefficients: Array) -> Array:
        effect = np.zeros_like(known, shape=known.shape[:2])
        # One after the other: all terms of a whole panel need not fit into memory.
        for number, term in enumerate(self.terms):
            effect += _column(term, known) * coefficients[:, [number]]
        if self.on_logs:
            effect = np.clip(effect, -LARGEST_EXPONENT, LARGEST_EXPONENT)
        return effect


def _finite(values: Array) -> Array:
    """Values as they are, those too large for a float as the largest; NaN stays missing."""
    return np.clip(values, -_LARGEST_FLOAT, _LARGEST_FLOAT)


def make_terms(columns: Sequence[Covariate], known: Array) -> tuple[Term, ...]:
    """The terms of those of the varying columns that are known ahead; `known` is [N, L, V].

    The most frequent category of a column has no term: it is what the others are compared with.
    Columns without any change have none either.
    """
    terms: list[Term] = []
    for number, column in enumerate(columns):
        values = known[:, :, number]
        values = values[np.isfinite(values)]
        is_known_ahead = column.role in ("future", "holiday")
        if not is_known_ahead or not len(values) or values.min() == values.max():
            continue
        if column.categories is None:
            spread = float(values.std())
            if spread == 0:
                # Changes so small that their squares vanish.
                continue
            terms.append(
                Term(column=number, category=None, centre=float(values.mean()), spread=spread)
            )
            continue
        codes, counts = np.unique(values[values >= 0].astype(np.int64), return_counts=True)
        by_count = codes[np.argsort(-counts, kind="stable")]
        terms += [
            Term(column=number, category=int(code), centre=0.0, spread=1.0) for code in by_count[1:]
        ]
    return tuple(terms[:_MOST_TERMS])


def estimate_effects(
    context: Array, known: Array, terms: tuple[Term, ...], *, on_logs: bool, season_length: int
) -> Effects:
    """The effects that the contexts [N, L] show, given their covariates [N, L, V].

    Level and season are taken out of the values, and in the same way out of the terms, so that
    neither passes for an effect. Each series is estimated by itself; mean and variance over the
    series follow DerSimonian & Laird (1986). What may be chance is shrunk towards none by the
    garrote of Breiman (1995), so that a useless column does no harm.
    """
    blank = Effects(
        terms=terms,
        on_logs=on_logs,
        season_length=season_length,
        mean=(0.0,) * len(terms),
        variance=(0.0,) * len(terms),
    )
    effects, errors = _products_in_blocks(context, known, blank).solve()
    mean, variance, error = _across(effects, errors)
    doubt = np.divide(error, mean**2, out=np.full_like(mean, np.inf), where=mean != 0)
    kept = np.clip(1 - _PENALTY * doubt, 0, 1)
    return Effects(
        terms=terms,
        on_logs=on_logs,
        season_length=season_length,
        mean=tuple((kept * mean).tolist()),
        variance=tuple(variance.tolist()),
    )


@dataclass(frozen=True, kw_only=True)
class _Products:
    """Sums over the steps of B series: terms by terms [B, C, C], by values [B, C], and of values.

    `total` [B] are the squares of the values, `count` [B] how many were seen.
    """

    squares: Array
    crossed: Array
    total: Array
    count: Array

    def solve(self) -> tuple[Array, Array]:
        """The effects [B, C] of each series by itself, and their variances [B, C].

        Where a series does not show an effect, its variance is very large.
        """
        inverse = np.linalg.inv(self._ridged())
        effects = np.einsum("bcd,bd->bc", inverse, self.crossed)
        variances = np.einsum("bcc->bc", inverse) * self.noise()[:, None]
        return effects, variances

    def noise(self) -> Array:
        """The variance [B] of what the effects leave."""
        effects = np.linalg.solve(self._ridged(), self.crossed[:, :, None])[:, :, 0]
        left = self.total - np.einsum("bc,bc->b", effects, self.crossed)
        freedom = np.maximum(self.count - effects.shape[1] - 1, 1)
        result: Array = np.maximum(left, _NEGLIGIBLE * (1 + self.total)) / freedom
        return result

    def _ridged(self) -> Array:
        """The squares, with so little added that no series is without a solution."""
        return self.squares + 1e-6 * np.eye(self.squares.shape[1])


def _products_in_blocks(context: Array, known: Array, effects: Effects) -> _Products:
    n_parts = max(1, -(-len(context) // _BLOCK))
    blocks = zip(np.array_split(context, n_parts), np.array_split(known, n_parts), strict=True)
    parts = [_products(*block, effects) for block in blocks]
    return _Products(
        squares=np.concatenate([part.squares for part in parts]),
        crossed=np.concatenate([part.crossed for part in parts]),
        total=np.concatenate([part.total for part in parts]),
        count=np.concatenate([part.count for part in parts]),
    )


def _products(context: Array, known: Array, effects: Effects) -> _Products:
    values = context
    if effects.on_logs:
        values = np.log(np.where(context > 0, context, np.nan))
    values = values / effects.sizes(context)
    seen = np.isfinite(values)
    terms = np.where(seen[:, None], np.moveaxis(_design(effects.terms, known), 2, 1), 0.0)
    stacked = np.concatenate((np.where(seen, values, 0.0)[:, None], terms), axis=1)
    left = _without_level_and_season(stacked, seen, effects.season_length)
    gram = left @ np.moveaxis(left, 1, 2)
    return _Products(
        squares=gram[:, 1:, 1:],
        crossed=gram[:, 1:, 0],
        total=gram[:, 0, 0],
        count=seen.sum(axis=1).astype(np.float64),
    )


def _without_level_and_season(values: Array, seen: NDArray[np.bool_], season_length: int) -> Array:
    """Values [B, K, L], seen [B, L] or not, without moving average and mean of each phase."""
    whole_seasons = max(_SMOOTHED_SEASONS, -(-_FEWEST_SMOOTHED // season_length))
    half = whole_seasons * season_length // 2
    weights = seen[:, None].astype(np.float64)
    sums, counts = (_windowed_sum(x, half) for x in (values * weights, weights))
    left = np.where(seen[:, None], values - sums / np.maximum(counts, 1), 0.0)
    length = values.shape[2]
    padding = ((0, 0), (0, 0), (-length % season_length, 0))
    by_phase = np.pad(left, padding).reshape(*left.shape[:2], -1, season_length)
    present = np.pad(weights, padding).reshape(len(left), 1, -1, season_length)
    means = by_phase.sum(axis=2) / np.maximum(present.sum(axis=2), 1)
    left = (by_phase - means[:, :, None] * present).reshape(*left.shape[:2], -1)
    result: Array = left[:, :, -length:]
    return result


def _windowed_sum(values: Array, half: int) -> Array:
    """The sum of each value and of `half` values on both sides, as far as there are any."""
    padded = np.pad(values, ((0, 0), (0, 0), (half + 1, half)))
    running = np.cumsum(padded, axis=2)
    return running[:, :, 2 * half + 1 :] - running[:, :, : -2 * half - 1]


def _design(terms: Sequence[Term], known: Array) -> Array:
    """The terms [B, K, C] of covariates [B, K, V]."""
    return np.stack([_column(term, known) for term in terms], axis=2)


def _column(term: Term, known: Array) -> Array:
    """One term [B, K] of covariates [B, K, V]; what is missing has no effect."""
    values = known[:, :, term.column]
    if term.category is not None:
        result: Array = (values == term.category).astype(np.float64)
        return result
    return in_standard_units(values, term.centre, term.spread)


def _across(effects: Array, variances: Array) -> tuple[Array, Array, Array]:
    """The mean [C] over series, the variance [C] between them, and that of the mean [C]."""
    weights = 1 / variances
    total = weights.sum(axis=0)
    mean = (weights * effects).sum(axis=0) / total
    excess = (weights * (effects - mean) ** 2).sum(axis=0) - (len(effects) - 1)
    spare = total - (weights**2).sum(axis=0) / total
    between = np.divide(np.maximum(excess, 0), spare, out=np.zeros_like(mean), where=spare > 0)
    weights = 1 / (variances + between)
    total = weights.sum(axis=0)
    return (weights * effects).sum(axis=0) / total, between, 1 / total
