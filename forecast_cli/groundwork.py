"""Panel -> what a training rests on before any network: its split, its effects, its baseline."""

from dataclasses import dataclass

from forecast_cli.adjustment import Adjustment, choose, tell_effects
from forecast_cli.backtest import Scene
from forecast_cli.baselines import NAIVE
from forecast_cli.defaults import WindowPlan
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.selection import best, ranking_scene
from forecast_cli.splits import Split, split_panel


@dataclass(frozen=True, kw_only=True)
class Groundwork:
    """How a panel is split, and what is known of it before its test part.

    `panel` is without the effects of what is known ahead, which are the `adjustment`. At the
    origins of `ranking` the `simple` continuation errs least. `split` None is a panel too short to
    train a network on.
    """

    split: Split | None
    adjustment: Adjustment | None
    panel: Panel
    ranking: Scene
    simple: str

    @property
    def base(self) -> str:
        """The naive continuation that errs least at the origins of the ranking."""
        naive = {name: said for name, said in self.ranking.simple.items() if name in NAIVE}
        return best(self.ranking, naive)


def lay_groundwork(panel: Panel, plan: WindowPlan, tell: Tell) -> Groundwork:
    """Split a panel, take its effects out and rank the simple continuations.

    Raises:
        DataError: No series has two values after each other.
    """
    season = plan.season_length
    split = split_panel(panel, horizon=plan.horizon, season_length=season)
    adjustment, adjusted = None, panel
    if split is not None:
        adjustment = choose(panel, split, season_length=season)
        tell_effects(panel, adjustment, tell)
        adjusted = panel if adjustment is None else adjustment.without(panel)
    ranking = ranking_scene(adjusted, plan, split)
    return Groundwork(
        split=split,
        adjustment=adjustment,
        panel=adjusted,
        ranking=ranking,
        simple=best(ranking, ranking.simple),
    )
