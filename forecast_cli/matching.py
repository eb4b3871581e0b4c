"""Model, data -> which series the model knows, and what it cannot do for others."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import SIMPLE
from forecast_cli.cleaning import treat_outliers
from forecast_cli.errors import DataError
from forecast_cli.known_ahead import with_known_categories
from forecast_cli.model import Model
from forecast_cli.notices import Headcount, Tell
from forecast_cli.panel import Panel, read_again, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.splits import Origins, minimum_context
from forecast_cli.windows import raw_histories, without_gaps
from forecast_cli.wording import escape, some_of

_MOST_NAMED = 3
_NEVER = int(np.iinfo(np.int64).min)


def read_like_training(source: str, model: Model, read: ReadConfig, tell: Tell) -> Panel:
    """Read DATA by the columns and the frequency of the training data, unless told otherwise.

    Raises:
        DataError: it lies on another calendar.
    """
    return like_training(read_panel(source, read_again(model.panel, read), tell), model, tell)


def like_training(panel: Panel, model: Model, tell: Tell) -> Panel:
    """A panel as it was read, with the categories and the outliers treated as in training.

    Raises:
        DataError: it lies on another calendar.
    """
    expected, treatment = model.panel.calendar, model.training.outliers
    panel = with_known_categories(panel, model.panel, tell)
    if (panel.calendar.kind, panel.calendar.freq) != (expected.kind, expected.freq):
        raise DataError(
            f"{panel.source}: the data is {panel.calendar.describe()}, but the model was trained "
            f"on {expected.describe()} data; train on this data, or resample it"
        )
    # What a model sees of a series is the same with and without the others it was trained on.
    panel = replace(panel, least_context=int(model.panel.lengths.max()))
    return treat_outliers(panel, treatment, model.committee.season_length, tell)


def training_ends(model: Model, panel: Panel) -> NDArray[np.int64]:
    """The last calendar position each series of `panel` was trained on [N]; very early if none."""
    trained = model.ends
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
        tell(_on_series(panel, unseen, _not_seen).notice("warning"))


def tell_short_series(model: Model, panel: Panel, origins: Origins, tell: Tell) -> None:
    """Name the series that a network cannot forecast, if there are networks."""
    if not model.committee.members:
        return
    heard = [_can_be_heard(model, panel, part) for part in origins.blocks()]
    alone = origins.series[~np.concatenate(heard)]
    least = minimum_context(model.committee.season_length)
    short = alone[panel.lengths[alone] < least]
    for group, why in (
        (short, f"shorter than the {least} values that the network needs"),
        (np.setdiff1d(alone, short), "without change or with too few values"),
    ):
        if len(group):
            say = partial(_cannot_be_heard, why, model.committee.simple_name)
            tell(_on_series(panel, group, say, lengths=True).notice("warning"))


def _can_be_heard(model: Model, panel: Panel, origins: Origins) -> NDArray[np.bool_]:
    """Which of the origins [B] the networks can forecast from."""
    context = raw_histories(panel, origins)
    if panel.outlier_rule is not None:
        # The others change with and without outliers, and to find these takes its time.
        rows = np.flatnonzero(panel.outlier_rule.may_flatten(context))
        context[rows] = panel.outlier_rule.clip(context[rows])
    return model.committee.rows_for_networks(without_gaps(panel, context))


def _on_series(
    panel: Panel,
    series: NDArray[np.int64],
    say: Callable[[int, tuple[str, ...]], str],
    *,
    lengths: bool = False,
) -> Headcount:
    named = tuple(
        f"{escape(panel.name(int(i)))}" + (_count_in_brackets(panel, int(i)) if lengths else "")
        for i in series[:_MOST_NAMED]
    )
    return Headcount(
        topic=say(0, ()), count=len(series), named=named, say=say, most_named=_MOST_NAMED
    )


def _not_seen(count: int, named: tuple[str, ...]) -> str:
    return (
        f"{count} series not seen in training: {some_of(count, named)}; the model forecasts them "
        "from their own values"
    )


def _cannot_be_heard(why: str, simple: str, count: int, named: tuple[str, ...]) -> str:
    alone = "a simple forecast" if simple in SIMPLE else "the mean of simple forecasts"
    return f"{count} series {why}: {some_of(count, named)}; forecast by {simple}, {alone}"


def _count_in_brackets(panel: Panel, series: int) -> str:
    length = panel.lengths[series]
    return " (1 value)" if length == 1 else f" ({length} values)"
