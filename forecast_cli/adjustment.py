"""Panel -> panel without the effects of what is known ahead, and forecasts with them put back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import make_scene
from forecast_cli.effects import Effects, Term, estimate_effects, make_terms
from forecast_cli.explanation_findings import EffectSize
from forecast_cli.notices import Notice, Tell
from forecast_cli.outliers import OutlierRule
from forecast_cli.panel import Panel
from forecast_cli.splits import Origins, Split, origins_at, seen_values
from forecast_cli.windows import look_around, raw_histories
from forecast_cli.wording import escape

Array = NDArray[np.float64]

_MOST_ORIGINS = 1000
_MOST_NAMED = 6


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """Effects and what they are in each series: coefficients [N, C] in units of sizes [N, 1]."""

    effects: Effects
    coefficients: Array
    sizes: Array

    def without(self, panel: Panel) -> Panel:
        """The panel with the effects taken out of all its values."""
        assert panel.covariates is not None
        series = np.repeat(np.arange(panel.n_series), panel.lengths)
        steps = np.arange(len(panel.values)) - panel.offsets[:-1][series]
        known = panel.covariates.at(series, (panel.starts[series] + steps)[:, None])
        values = self.effects.remove(
            panel.values[:, None], known, self.coefficients[series], self.sizes[series]
        )
        return replace(panel, values=values[:, 0])

    def restore(self, panel: Panel, origins: Origins, values: Array) -> Array:
        """Values [W, H] after the origins with the effects of what is known there."""
        around = look_around(panel, origins, 0, values.shape[1])
        assert around is not None
        return self.effects.restore(
            values,
            around.after,
            self.coefficients[origins.series],
            self.sizes[origins.series],
        )


@dataclass(frozen=True, kw_only=True)
class _Past:
    """What effects are estimated from: contexts [N, L], covariates beside them [N, L, V], terms."""

    context: Array
    known: Array
    terms: tuple[Term, ...]
    rule: OutlierRule | None

    def estimate(self, *, on_logs: bool, season_length: int) -> Adjustment | None:
        """The effects that the contexts show; None where there are none."""
        seen = self.context
        # First with the outliers, to learn what is none; then without those that nothing explains.
        for _ in range(1 if self.rule is None else 2):
            effects = estimate_effects(
                seen, self.known, self.terms, on_logs=on_logs, season_length=season_length
            )
            seen = effects.calm(self.context, self.known, self.rule)
        if not any(effects.mean) and not any(effects.variance):
            return None
        return Adjustment(
            effects=effects,
            coefficients=effects.coefficients(seen, self.known),
            sizes=effects.sizes(seen),
        )


def _look_back(panel: Panel, limits: NDArray[np.int64]) -> _Past | None:
    """What lies before the limits [N]; None where nothing is known ahead that could matter."""
    origins = origins_at(limits)
    context = raw_histories(panel, origins)
    around = look_around(panel, origins, context.shape[1], 0)
    if panel.covariates is None or around is None:
        return None
    terms = make_terms(panel.covariates.varying, around.before)
    if not terms:
        return None
    return _Past(context=context, known=around.before, terms=terms, rule=panel.outlier_rule)


def estimate(
    panel: Panel, limits: NDArray[np.int64], *, on_logs: bool, season_length: int
) -> Adjustment | None:
    """The effects that the values before the limits [N] show; None where there are none."""
    past = _look_back(panel, limits)
    return None if past is None else past.estimate(on_logs=on_logs, season_length=season_length)


def choose(panel: Panel, split: Split, *, season_length: int) -> Adjustment | None:
    """The effects before the validation part, on logs or not, that help forecasts of it most.

    They are judged by the best simple forecast of what they leave; None where none of them helps.
    """
    past = _look_back(panel, split.fit_limits)
    if past is None:
        return None
    origins = split.validation.thinned(_MOST_ORIGINS)
    raw = make_scene(panel, origins, split.span, season_length)
    least = min(raw.scaled_error(forecast) for forecast in raw.simple.values())
    chosen = None
    values, _ = seen_values(panel, split.validation_limits)
    is_positive = bool(np.nanmin(values) > 0)
    for on_logs in (False, True) if is_positive else (False,):
        candidate = past.estimate(on_logs=on_logs, season_length=season_length)
        if candidate is None:
            continue
        scene = make_scene(candidate.without(panel), origins, split.span, season_length)
        error = min(
            raw.scaled_error(candidate.restore(panel, origins, forecast))
            for forecast in scene.simple.values()
        )
        if error < least:
            least, chosen = error, candidate
    return chosen


def without_effects(panel: Panel) -> Panel:
    """The panel without the effects that all its values show, in which its season is seen."""
    found = estimate(
        panel, panel.offsets[1:], on_logs=False, season_length=panel.calendar.season_length
    )
    return panel if found is None else found.without(panel)


def tell_effects(panel: Panel, adjustment: Adjustment | None, tell: Tell) -> None:
    """Say what the columns known ahead change, or that they change nothing that could be told."""
    if panel.covariates is None or not len(panel.covariates.known_ahead):
        return
    if adjustment is None:
        text = "no steady effect on the target was found; networks see the columns all the same"
    else:
        named = [
            f"{_term_name(e)} {100 * e.share:+.3g} %"
            for e in effect_sizes(panel, adjustment.effects)
        ]
        more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
        text = ", ".join(named[:_MOST_NAMED]) + more
    tell(Notice("guess", f"effects of what is known ahead (--future): {text}"))


def effect_sizes(panel: Panel, effects: Effects) -> Iterator[EffectSize]:
    """The effects that are not zero, the largest first: of a category, or of one unit more."""
    assert panel.covariates is not None
    sizes = [mean / term.spread for term, mean in zip(effects.terms, effects.mean, strict=True)]
    for number in np.argsort(-np.abs(effects.mean), kind="stable").tolist():
        if effects.mean[number] == 0:
            continue
        term = effects.terms[number]
        column = panel.covariates.columns[term.column]
        has_category = term.category is not None and column.categories is not None
        yield EffectSize(
            name=column.name,
            category=column.categories[term.category] if has_category else None,
            share=float(np.expm1(sizes[number]) if effects.on_logs else sizes[number]),
        )


def _term_name(effect: EffectSize) -> str:
    name = escape(effect.name)
    return name if effect.category is None else f"{name} '{escape(effect.category)}'"
