import numpy as np
import pytest

from forecast_cli.baselines import NAIVE
from forecast_cli.defaults import WindowPlan
from forecast_cli.errors import DataError
from forecast_cli.groundwork import Groundwork, lay_groundwork
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from tests.panels import covariates_of, make_panel, wave, with_covariates

PLAN = WindowPlan(horizon=4, context_length=12, long_context_length=12, season_length=1)


def lay(panel: Panel) -> tuple[Groundwork, list[str]]:
    """The groundwork of a panel, and what was told of it."""
    told: list[Notice] = []
    return lay_groundwork(panel, PLAN, told.append), [notice.text for notice in told]


def test_a_straight_line_is_best_continued_by_a_line() -> None:
    ground, _ = lay(make_panel(np.arange(60.0).tolist()))
    assert ground.simple in ("drift", "last-difference", "theta", "damped-trend")
    assert ground.base in ("drift", "last-difference")


def test_the_base_is_naive_whatever_is_best() -> None:
    ground, _ = lay(make_panel(*[wave(60, seed=n) for n in range(3)]))
    assert ground.base in NAIVE


def test_a_panel_too_short_for_networks_has_a_simple_forecast_and_no_split() -> None:
    panel = make_panel([3.0, 4.0, 6.0, 5.0])
    ground, told = lay(panel)
    assert ground.split is None
    assert ground.panel is panel
    assert told == []


def test_effects_of_what_is_known_ahead_are_taken_out_and_told() -> None:
    panel = with_covariates(make_panel(*[wave(80, seed=n) for n in range(3)]), ahead=4)
    known = covariates_of(panel)
    codes = np.concatenate([known.values[a : a + 80, 1] for a in known.offsets[:-1]])
    panel = Panel(**{**vars(panel), "values": panel.values * np.exp(0.3 * codes)})
    ground, (text,) = lay(panel)
    assert ground.adjustment is not None
    assert "event" in text
    assert np.std(ground.panel.values) < np.std(panel.values)


def test_the_test_part_moves_nothing() -> None:
    values = np.array(wave(80))
    ground, _ = lay(make_panel(values.tolist()))
    assert ground.split is not None
    later = values.copy()
    later[int(ground.split.validation_limits[0]) :] *= 9
    other, _ = lay(make_panel(later.tolist()))
    assert (other.simple, other.base) == (ground.simple, ground.base)
    assert other.ranking.actual.tolist() == ground.ranking.actual.tolist()


def test_a_single_value_is_refused() -> None:
    with pytest.raises(DataError, match="two values after each other"):
        lay(make_panel([1.0]))
