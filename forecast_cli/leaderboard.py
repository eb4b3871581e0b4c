"""Forecasts of several models at the same origins -> who errs least, and by more than chance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli import metrics
from forecast_cli.backtest import Scene, score, skill
from forecast_cli.baselines import NAIVE, SIMPLE
from forecast_cli.findings import Leaderboard, Standing
from forecast_cli.significance import FEWEST_UNITS, LEVEL, randomisation_test
from forecast_cli.wording import describe_chance

Array = NDArray[np.float64]

_ENOUGH_SERIES = 20
"""From so many on, a series is one pair; with fewer, each of its forecasts is."""

_MOST_NAMED = 4


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A model, its forecast [W, H] at every origin of a scene, and what that cost."""

    model: str
    forecast: Array
    seconds: float
    n_parameters: int = 0
    network_share: float = 0.0


def rank(
    scene: Scene, contenders: Sequence[Contender], shown: Collection[str], *, step_size: int
) -> Leaderboard:
    """The `shown` models by MASE (MAE where that is not defined), each against the best of them.

    All naive forecasts are among the contenders: the best of them, with hindsight, is what skill is
    measured against. `step_size` is the distance of the cutoffs.
    """
    rows = sorted((_unjudged(scene, contender) for contender in contenders), key=_error)
    naive = next(row for row in rows if row.model in NAIVE)
    rows = [_with_skill(row, naive) for row in rows if row.model in shown]
    units, paired_over = _units(scene, step_size)
    forecasts = {contender.model: contender.forecast for contender in contenders}
    errors = _errors(scene, [forecasts[row.model] for row in rows], units)
    judged = _judge(rows, errors)
    return Leaderboard(
        rows=judged,
        best_naive=naive.model,
        n_pairs=len(errors),
        paired_over=paired_over,
        verdict=_verdict(judged, f"{len(errors)} {paired_over}" if len(errors) > 1 else "one pair"),
    )


def _unjudged(scene: Scene, contender: Contender) -> Standing:
    scores = score(contender.model, scene, contender.forecast)
    return Standing(
        model=contender.model,
        mase=scores.mase,
        smape=scores.smape,
        mae=scores.mae,
        rmse=scores.rmse,
        skill=None,
        seconds=contender.seconds,
        n_parameters=contender.n_parameters,
        network_share=contender.network_share,
        chance=None,
        standing="best",
    )


def _error(row: Standing) -> float:
    # The scale is that of the series, so MASE is defined for all models or for none.
    return row.mae if row.mase is None else row.mase


def _with_skill(row: Standing, naive: Standing) -> Standing:
    return replace(row, skill=skill(_error(row), _error(naive)))


def _units(scene: Scene, step_size: int) -> tuple[NDArray[np.int64], str]:
    """The unit [W] that each origin belongs to, and what a unit is.

    Steps of one forecast err together, so a forecast is never more than one unit; and cutoffs
    closer than a horizon share values, so those within one are taken together.
    """
    series = scene.origins.series
    n_series = len(np.unique(series))
    if n_series >= _ENOUGH_SERIES:
        return series, "series"
    back = scene.origins.limits - scene.origins.stops
    stretch = (back - back.min()) // step_size // -(-scene.horizon // step_size)
    if step_size < scene.horizon:
        name = "stretches of one horizon"
    else:
        name = "cutoffs" if n_series == 1 else "forecasts"
    return series * (stretch.max() + 1) + stretch, name


def _errors(scene: Scene, forecasts: Sequence[Array], units: NDArray[np.int64]) -> Array:
    """The mean error of each model in each unit, [U, M], in seasonal errors where there are any."""
    scaled = [metrics.mase(scene.actual, forecast, scene.scale) for forecast in forecasts]
    if not np.isfinite(scaled).any():
        scaled = [metrics.mae(scene.actual, forecast) for forecast in forecasts]
    by_origin = np.stack(scaled, axis=1)
    known = np.isfinite(by_origin).all(axis=1)
    _, number = np.unique(units[known], return_inverse=True)
    counts = np.bincount(number)[:, None]
    sums = np.zeros((len(counts), len(forecasts)))
    np.add.at(sums, number, by_origin[known])
    return sums / counts


def _judge(rows: Sequence[Standing], errors: Array) -> tuple[Standing, ...]:
    """Say of every row but the first, the best, whether it is more than chance that it is worse."""
    best, *others = rows
    if len(errors) < FEWEST_UNITS:
        return best, *(replace(row, standing="too few pairs") for row in others)
    chances = map(float, randomisation_test(errors)[0, 1:])
    return best, *(
        replace(row, chance=chance, standing="worse" if chance < LEVEL else "level")
        for row, chance in zip(others, chances, strict=True)
    )


def _verdict(rows: Sequence[Standing], pairs: str) -> str:
    best, *others = rows
    worse = [row for row in others if row.standing == "worse"]
    level = [row for row in others if row.standing == "level"]
    if not others:
        return f"Only {best.model} was compared."
    if not (worse or level):
        return (
            f"{best.model} errs least, but over {pairs} that may be chance: it takes "
            f"{FEWEST_UNITS} to tell (--n-windows gives more)."
        )
    if not level:
        err = "errs" if len(worse) == 1 else "err"
        return f"Use {best.model}: {_names(worse)} {err} more ({_chances(worse)} over {pairs})."
    words = f"{_names([best, *level])} are level here ({_chances(level)} over {pairs})"
    if worse:
        words += f"; {_names(worse)} {'is' if len(worse) == 1 else 'are'} worse than {best.model}"
    simple = next((row.model for row in level if row.model in SIMPLE), None)
    if simple is not None and best.model not in SIMPLE:
        words += f". {simple} needs no training, so no network proves its worth"
    return f"{words}."


def _names(rows: Sequence[Standing]) -> str:
    names = [row.model for row in rows]
    if len(names) > _MOST_NAMED + 1:
        names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _chances(rows: Sequence[Standing]) -> str:
    """The chance that speaks most against what is said of these rows."""
    chances = [row.chance for row in rows if row.chance is not None]
    if len(chances) == 1:
        return describe_chance(chances[0])
    extreme = max(chances) if rows[0].standing == "worse" else min(chances)
    sign = "≤" if rows[0].standing == "worse" else "≥"
    return describe_chance(extreme).replace("=", sign)
