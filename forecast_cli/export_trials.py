"""Model -> contexts to hold a graph of it against the model: its own last ones, and random ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.covariates import CONSTANT_ROLES, Covariate
from forecast_cli.inputs import Surroundings
from forecast_cli.model import Model
from forecast_cli.splits import origins_at_end
from forecast_cli.windows import contexts, look_around

Array = NDArray[np.float64]

_MOST_SERIES = 32
_KINDS = 6
_LENGTHS = (1, 2, 3, 5, 8, 13, 14, 25, 40, 90, 300, HISTORY_LENGTH)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """B contexts [B, L] and what is known around them."""

    context: Array
    around: Surroundings | None


def make_trials(model: Model) -> tuple[Trial, Trial]:
    """The last values of some series of the training data, and series of many kinds."""
    return _real(model), _random(model)


def _real(model: Model) -> Trial:
    panel, horizon = model.panel, model.committee.horizon
    origins = origins_at_end(panel).thinned(_MOST_SERIES)
    return Trial(
        context=contexts(panel, origins, HISTORY_LENGTH),
        around=look_around(panel, origins, HISTORY_LENGTH, horizon),
    )


def _random(model: Model) -> Trial:
    """Series of many kinds and lengths, with gaps and outliers, among random covariates."""
    random = np.random.default_rng(0)
    season, covariates = model.committee.season_length, model.panel.covariates
    rows = [_row(random, length, kind, season) for length in _LENGTHS for kind in range(_KINDS)]
    around = None
    if covariates is not None:
        around = _surroundings(random, covariates.columns, len(rows), model.committee.horizon)
    return Trial(context=np.stack(rows), around=around)


def _row(random: np.random.Generator, length: int, kind: int, season: int) -> Array:
    """One context [L] that begins with NaN: `kind` 0 to 5 says what it is like."""
    steps = np.arange(length)
    walk = 100 + random.normal(size=length).cumsum()
    wave = np.sin(2 * np.pi * steps / max(season, 2))
    values = (
        walk,
        walk + 20 * wave,
        np.exp(0.002 * steps + 0.3 * wave + random.normal(0, 0.05, length)) * 1e6,
        random.poisson(0.7, length).astype(np.float64),
        1e-3 * (wave + random.normal(0, 0.1, length)),
        np.full(length, 7.0),
    )[kind]
    values[random.random(length) < 0.1] = np.nan
    values[random.random(length) < 0.01] *= 50
    values[-1] = walk[-1] if np.isnan(values[-1]) else values[-1]
    return np.concatenate((np.full(HISTORY_LENGTH - length, np.nan), values))


def _surroundings(
    random: np.random.Generator, columns: Sequence[Covariate], n_rows: int, horizon: int
) -> Surroundings:
    steps = HISTORY_LENGTH + horizon
    whole = np.stack([_column(random, (n_rows, steps), c.categories) for c in columns], axis=2)
    n_varying = sum(column.role not in CONSTANT_ROLES for column in columns)
    return Surroundings(
        before=whole[:, :HISTORY_LENGTH, :n_varying],
        after=whole[:, HISTORY_LENGTH:, :n_varying],
        static=whole[:, 0, n_varying:],
    )


def _column(
    random: np.random.Generator, shape: tuple[int, int], categories: Sequence[str] | None
) -> Array:
    """One covariate [B, K]: numbers, or codes of categories, unknown ones too."""
    if categories is None:
        values = random.normal(size=shape)
    else:
        values = random.integers(-1, len(categories), size=shape).astype(np.float64)
    values[random.random(shape) < 0.05] = np.nan
    return values
