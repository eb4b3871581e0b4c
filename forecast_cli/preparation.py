"""Panel -> the panel that is trained on, and the windows that suit it."""

from forecast_cli.adjustment import without_effects
from forecast_cli.cleaning import treat_outliers
from forecast_cli.config import WindowConfig
from forecast_cli.defaults import WindowPlan, plan_windows
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.read_config import OutlierMode


def prepare(
    panel: Panel, window: WindowConfig, *, outliers: OutlierMode, tell: Tell
) -> tuple[Panel, WindowPlan]:
    """The panel with its rule for outliers, and its windows, all told.

    Whether there is a season is judged on values without what known events explain.

    Raises:
        DataError: there are outliers, and they are to be refused.
    """
    plan = plan_windows(without_effects(panel), window, tell)
    return treat_outliers(panel, outliers, plan.season_length, tell), plan
