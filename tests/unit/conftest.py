from collections.abc import Sequence

import pytest

from forecast_cli import trial_fits
from forecast_cli.trial_fits import Attempt
from forecast_cli.trial_log import Fit


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> dict[int, Sequence[float | None]]:
    """Errors by hidden size, a cutoff each, that stand in for training."""
    known: dict[int, Sequence[float | None]] = {}

    def fit_nothing(course: object, attempt: Attempt, *_: object) -> Fit:
        settings, cutoff = attempt
        return Fit(error=known[settings.network.units][cutoff], seconds=10.0)

    monkeypatch.setattr(trial_fits, "_fit", fit_nothing)
    return known
