"""Scores of parts of the data <-> sums that add up to the scores of all of it.

They are the scores that `backtest.score` finds for all data at once, but for rounding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecast_cli import metrics
from forecast_cli.backtest import Scene
from forecast_cli.findings import Breakdown, ModelScores

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """A sum and how many numbers it is of."""

    total: float = 0.0
    count: int = 0

    @classmethod
    def of(cls, values: Array) -> Self:
        """The mean of what is defined among the values [...]."""
        defined = values[np.isfinite(values)]
        return cls(float(defined.sum()), len(defined))

    def __add__(self, other: "Mean") -> "Mean":
        return Mean(self.total + other.total, self.count + other.count)

    @property
    def value(self) -> float:
        """The mean, NaN of nothing."""
        return self.total / self.count if self.count else float("nan")

    @property
    def defined(self) -> float | None:
        """The mean, None of nothing."""
        return self.value if self.count else None


_NOTHING = Mean()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What adds up to `ModelScores`: of a forecast, of some origins.

    `squares` and `spread` are of points: squared errors, and squared distances of actual values
    from the mean of their origin. `zeros` counts actual values of zero.
    """

    mae: Mean = _NOTHING
    smape: Mean = _NOTHING
    mase: Mean = _NOTHING
    mape: Mean = _NOTHING
    squares: Mean = _NOTHING
    spread: Mean = _NOTHING
    zeros: int = 0
    coverage: Mapping[str, Mean] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scene: Scene, forecast: Array, bounds: Mapping[int, tuple[Array, Array]] | None = None
    ) -> Self:
        """What a forecast [W, H] makes of a scene."""
        actual = scene.actual
        counts = np.maximum(np.isfinite(actual).sum(axis=1, keepdims=True), 1)
        centre = np.nansum(actual, axis=1, keepdims=True) / counts
        return cls(
            mae=Mean.of(metrics.mae(actual, forecast)),
            smape=Mean.of(metrics.smape(actual, forecast)),
            mase=Mean.of(metrics.mase(actual, forecast, scene.scale)),
            mape=Mean.of(metrics.mape(actual, forecast)),
            squares=Mean.of((actual - forecast) ** 2),
            spread=Mean.of((actual - centre) ** 2),
            zeros=int((actual == 0).sum()),
            coverage={
                str(level): Mean.of(metrics.coverage(actual, low, high))
                for level, (low, high) in (bounds or {}).items()
            },
        )

    def __add__(self, other: "Tally") -> "Tally":
        sums = {
            item.name: getattr(self, item.name) + getattr(other, item.name)
            for item in fields(self)
            if item.name != "coverage"
        }
        levels = {**self.coverage, **other.coverage}
        joined = {
            level: self.coverage.get(level, _NOTHING) + other.coverage.get(level, _NOTHING)
            for level in levels
        }
        return Tally(**sums, coverage=joined)

    def scores(self, model: str) -> ModelScores:
        """The scores of the model."""
        varies = self.spread.total > 0
        return ModelScores(
            model=model,
            mae=self.mae.value,
            rmse=float(np.sqrt(self.squares.value)),
            smape=self.smape.value,
            mase=self.mase.defined,
            mape=None if self.zeros else self.mape.defined,
            r2=1 - self.squares.total / self.spread.total if varies else None,
            coverage={level: mean.value for level, mean in self.coverage.items()},
        )

    def breakdown(self, label: str) -> Breakdown:
        """The scores along one axis, where the tally is of one of its labels."""
        return Breakdown(
            label=label,
            n_points=self.squares.count,
            mae=self.mae.value,
            smape=self.smape.value,
            mase=self.mase.defined,
        )


Labelled = dict[str, Tally]
"""A tally for each label, of a model or a cutoff for instance, as labels first appear."""


def tally_by(scene: Scene, forecast: Array, labels: Sequence[str]) -> Labelled:
    """A tally for each label of an origin [W]."""
    rows: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        rows.setdefault(label, []).append(number)
    tallies = {}
    for label, chosen in rows.items():
        mask = np.zeros(len(labels), dtype=bool)
        mask[chosen] = True
        tallies[label] = Tally.of(scene.rows(mask), forecast[mask])
    return tallies


def tally_by_step(scene: Scene, forecast: Array) -> Labelled:
    """A tally for each step ahead."""
    return {str(step + 1): _of_step(scene, forecast, step) for step in range(scene.horizon)}


def _of_step(scene: Scene, forecast: Array, step: int) -> Tally:
    actual, said = scene.actual[:, [step]], forecast[:, [step]]
    return Tally(
        mae=Mean.of(metrics.mae(actual, said)),
        smape=Mean.of(metrics.smape(actual, said)),
        mase=Mean.of(metrics.mase(actual, said, scene.scale)),
        squares=Mean.of((actual - said) ** 2),
    )


def added(parts: Iterable[Labelled]) -> Labelled:
    """The tallies of all parts by their labels."""
    total: Labelled = {}
    for part in parts:
        for label, tally in part.items():
            total[label] = total.get(label, Tally()) + tally
    return total
