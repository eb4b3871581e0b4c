"""Whole fits that take part of a second, for laws about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import fit_job
from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.fitting import Fitted, fit
from forecast_cli.panel import Panel
from forecast_cli.snapshot import Trained
from forecast_cli.splits import origins_at_end
from forecast_cli.training import train_all
from forecast_cli.windows import histories

TINY = Settings(
    network=NetworkConfig(hidden_size=4),
    optimisation=TrainConfig(epochs=1, steps_per_epoch=4, batch_size=32, members=4, threads=1),
)
PLAIN = WindowPlan(horizon=4, context_length=8, long_context_length=16, season_length=1)
SEASONAL = replace(PLAIN, season_length=4)
PLANS = {"plain": PLAIN, "seasonal": SEASONAL}


def tiny_fit(panel: Panel, plan: WindowPlan) -> Fitted:
    return fit(panel, plan, TINY, tell=lambda _: None, progress=lambda _: None)


@contextmanager
def candidates() -> Iterator[list[Trained]]:
    """The networks of the first round of the next fit, which are weighed and scored."""
    found: list[Trained] = []

    def keep(*arguments: Any, **options: Any) -> list[Trained]:
        trained = train_all(*arguments, **options)
        if not found:
            found.extend(trained)
        return trained

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_job, "train_all", keep)
        yield found


def forecast(fitted: Fitted, panel: Panel) -> NDArray[np.float64]:
    return fitted.committee.forecast(histories(panel, origins_at_end(panel)))


def assert_same_bits(one: Trained, other: Trained) -> None:
    assert one.weights.keys() == other.weights.keys()
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(weight, other.weights[name], err_msg=name)
    assert one.epochs == other.epochs
    np.testing.assert_equal(one.validation_error, other.validation_error)
