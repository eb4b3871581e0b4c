"""Panel -> the end of each series that no search sees, and the cutoffs before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from forecast_cli.adjustment import without_effects
from forecast_cli.backtest import Scene, make_scene
from forecast_cli.config import WindowConfig
from forecast_cli.defaults import WindowPlan, plan_windows
from forecast_cli.errors import DataError
from forecast_cli.panel import Panel
from forecast_cli.splits import origins_before, panel_before, split_panel

_MOST_CUTOFFS = 2
"""Unless more are asked for: each costs a fit for every trial."""

_WANTED_FORECASTS = 12
"""Forecasts of all series together that each part is scored on, where the series allow it."""

_LARGEST_SHARE = 0.1
"""Of the length of a series, for a part of more than one forecast."""

_FEWEST_VALUES = 2


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A panel from its end back: the unseen part 0, then parts 1 to K, each behind a cutoff.

    A part has `n_origins` forecasts of `span` steps one after the other. What is fitted for it
    sees nothing of it; each forecast sees what lies before its own origin. `season_length` and
    `context_lengths` rest on what was known at the earliest cutoff.
    """

    span: int
    n_origins: int
    n_cutoffs: int
    season_length: int = 1
    context_lengths: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """The steps of one part."""
        return self.span * self.n_origins

    def known(self, panel: Panel, part: int) -> Panel:
        """The panel as it was before a part."""
        return panel_before(panel, panel.offsets[1:] - (part + 1) * self.width)

    def scene(self, panel: Panel, part: int) -> Scene:
        """The forecasts of a part, of every series that has a value before it."""
        back = self.span * np.arange(self.n_origins, 0, -1)
        limits = panel.offsets[1:] - part * self.width
        origins = origins_before(limits, panel.offsets[:-1] + 1, back)
        return make_scene(panel, origins, self.span, self.season_length)


def lay_out(panel: Panel, window: WindowConfig, *, horizon: int, n_cutoffs: int | None) -> Layout:
    """The layout with the longest forecasts and the most cutoffs that leave enough to learn from.

    A series too short for a part does not take part in it. `n_cutoffs` None is up to two.

    Raises:
        DataError: no series is long enough.
    """
    window = replace(window, horizon=horizon)
    for span in _halved(horizon):
        affordable = int(_LARGEST_SHARE * np.median(panel.lengths)) // span
        n_origins = max(1, min(-(-_WANTED_FORECASTS // panel.n_series), affordable))
        for count in range(_MOST_CUTOFFS, 0, -1) if n_cutoffs is None else (n_cutoffs,):
            layout = Layout(span=span, n_origins=n_origins, n_cutoffs=count)
            plan = _plan(panel, layout, window)
            if plan is not None:
                contexts = {plan.context_length, plan.long_context_length}
                return replace(
                    layout,
                    season_length=plan.season_length,
                    context_lengths=tuple(sorted(contexts)),
                )
    asked = "" if n_cutoffs is None else f" with --n-windows {n_cutoffs}"
    raise DataError(
        f"{panel.source}: the longest series has {panel.lengths.max()} values, too few to search "
        f"for settings{asked}; use forecast train, or give more data or a smaller --horizon"
    )


def _halved(horizon: int) -> Iterator[int]:
    while horizon:
        yield horizon
        horizon //= 2


def _plan(panel: Panel, layout: Layout, window: WindowConfig) -> WindowPlan | None:
    """The windows at the earliest cutoff, None where no network can be trained from there."""
    if int(panel.lengths.max()) - (layout.n_cutoffs + 1) * layout.width < _FEWEST_VALUES:
        return None
    if not all(_is_known(panel, layout, part) for part in range(layout.n_cutoffs + 1)):
        return None
    known = layout.known(panel, layout.n_cutoffs)
    plan = plan_windows(without_effects(known), window, lambda _: None)
    split = split_panel(known, horizon=plan.horizon, season_length=plan.season_length)
    return plan if split is not None and split.span >= layout.span else None


def _is_known(panel: Panel, layout: Layout, part: int) -> bool:
    """Whether there is anything to score in a part, which may be one long gap."""
    return bool(np.isfinite(layout.scene(panel, part).actual).any())
