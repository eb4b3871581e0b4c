"""Model, data -> which series the model knows, and what it cannot do for others."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.cleaning import treat_outliers
from forecast_cli.errors import DataError, Notice, Tell, escape
from forecast_cli.known_ahead import with_known_categories
from forecast_cli.model import Model
from forecast_cli.panel import Panel, read_again, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.splits import Origins, minimum_context
from forecast_cli.windows import histories

_MOST_NAMED = 3
_NEVER = int(np.iinfo(np.int64).min)


def read_like_training(source: str, model: Model, read: ReadConfig, tell: Tell) -> Panel:
    """Read DATA by the columns and the frequency of the training data, unless told otherwise.

    Raises:
        DataError: it lies on another calendar.
    """
    expected, treatment = model.panel.calendar, model.training.outliers
    panel = with_known_categories(
        read_panel(source, read_again(model.panel, read), tell), model.panel, tell
    )
    if (panel.calendar.kind, panel.calendar.freq) != (expected.kind, expected.freq):
        raise DataError(
            f"{panel.source}: the data is {panel.calendar.describe()}, but the model was trained "
            f"on {expected.describe()} data; train on this data, or resample it"
        )
    return treat_outliers(panel, treatment, model.committee.season_length, tell)


def training_ends(model: Model, panel: Panel) -> NDArray[np.int64]:
    """The last calendar position each series of `panel` was trained on [N]; very early if none."""
    trained = {
        tuple(key): int(end) for key, end in zip(model.panel.ids, model.panel.ends, strict=True)
    }
    return np.array([trained.get(tuple(key), _NEVER) for key in panel.ids], dtype=np.int64)


def new_steps(panel: Panel, trained_until: NDArray[np.int64]) -> int:
    """How many steps the series that were trained on have grown by, at most."""
    known = trained_until >= panel.starts
    return int(np.max((panel.ends - trained_until)[known], initial=0))


def tell_new_series(
    model: Model, panel: Panel, trained_until: NDArray[np.int64], tell: Tell
) -> None:
    """Name the series that the model was not trained on; `trained_until` as `training_ends`."""
    unseen = np.flatnonzero(trained_until == _NEVER)
    if len(unseen) and model.panel.columns.id:
        tell(
            Notice(
                "warning",
                f"{len(unseen)} series not seen in training: {_names(panel, unseen)}; the model "
                "forecasts them from their own values",
            )
        )


def tell_short_series(model: Model, panel: Panel, origins: Origins, tell: Tell) -> None:
    """Name the series that a network cannot forecast, if there are networks."""
    if not model.committee.members:
        return
    context = histories(panel, origins)
    alone = origins.series[~model.committee.rows_for_networks(context)]
    least = minimum_context(model.committee.season_length)
    short = alone[panel.lengths[alone] < least]
    for group, why in (
        (short, f"shorter than the {least} values that the network needs"),
        (np.setdiff1d(alone, short), "without change or with too few values"),
    ):
        if len(group):
            tell(
                Notice(
                    "warning",
                    f"{len(group)} series {why}: {_names(panel, group, lengths=True)}; "
                    f"forecast by {model.committee.simple}, the best simple forecast",
                )
            )


def _names(panel: Panel, series: NDArray[np.int64], *, lengths: bool = False) -> str:
    named = [
        f"{escape(panel.name(int(i)))}" + (_count_in_brackets(panel, int(i)) if lengths else "")
        for i in series[:_MOST_NAMED]
    ]
    more = len(series) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _count_in_brackets(panel: Panel, series: int) -> str:
    length = panel.lengths[series]
    return " (1 value)" if length == 1 else f" ({length} values)"
