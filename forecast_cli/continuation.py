"""Model, DATA or none -> the panel that a forecast continues, with all that is known ahead."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.known_ahead import check_known_ahead, with_future
from forecast_cli.matching import (
    read_like_training,
    tell_new_series,
    tell_short_series,
    training_ends,
)
from forecast_cli.model import Model
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.splits import origins_at_end


@dataclass(frozen=True, kw_only=True, eq=False)
class Continued:
    """A panel of N series, and the last position [N] that each was trained on.

    `trained_until` is as `matching.training_ends` says.
    """

    panel: Panel
    trained_until: NDArray[np.int64]


def continue_data(
    source: str | None, model: Model, read: ReadConfig, wanted: PredictionConfig, tell: Tell
) -> Continued:
    """The training data of a model, or the data in `source`, ready to be forecast.

    Raises:
        ConfigError: Reading options are given without data to read.
        DataError: The data do not fit the model, or what has to be known ahead is missing.
    """
    return _checked(find_data(source, model, read, wanted, tell), model, wanted, tell)


def continue_panel(panel: Panel, model: Model, wanted: PredictionConfig, tell: Tell) -> Continued:
    """A panel that was read like the training data, ready to be forecast.

    Raises:
        DataError: What has to be known ahead is missing.
    """
    return _checked(_later(panel, model, tell), model, wanted, tell)


def _later(panel: Panel, model: Model, tell: Tell) -> Continued:
    trained_until = training_ends(model, panel)
    tell_new_series(model, panel, trained_until, tell)
    return Continued(panel=panel, trained_until=trained_until)


def _checked(data: Continued, model: Model, wanted: PredictionConfig, tell: Tell) -> Continued:
    if model.uses_covariates:
        check_known_ahead(data.panel, model.horizon_of(wanted))
    tell_short_series(model, data.panel, origins_at_end(data.panel), tell)
    return data


def find_data(
    source: str | None, model: Model, read: ReadConfig, wanted: PredictionConfig, tell: Tell
) -> Continued:
    """The training data of a model, or the data in `source`, however much is known ahead.

    Raises:
        ConfigError: Reading options are given without data to read.
        DataError: The data do not fit the model.
    """
    if source is None:
        if read != ReadConfig() and wanted.future_data is None:
            raise ConfigError("options that say how to read a file need DATA to read")
        data = Continued(panel=model.panel, trained_until=model.panel.ends)
    else:
        data = _later(read_like_training(source, model, read, tell), model, tell)
    horizon = model.horizon_of(wanted)
    panel = with_future(data.panel, wanted.future_data, read, tell, horizon=horizon)
    return replace(data, panel=panel)
