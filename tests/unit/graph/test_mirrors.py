"""What forecasts are made of is the same as a graph: one test for each part that is traced."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from forecast_cli.baselines import SIMPLE
from forecast_cli.gaps import freshness, interpolate, with_whole_season
from forecast_cli.intervals import with_disagreement
from forecast_cli.outliers import OutlierRule
from forecast_cli.scales import mean_size, positive_scales
from forecast_cli.seasonality import estimate_season
from tests.contexts import many_contexts
from tests.tracing import run_as_graph

CONTEXT = many_contexts()


def assert_same(function: Callable[..., Any]) -> None:
    expected = function(CONTEXT)
    expected = expected if isinstance(expected, tuple) else (expected,)
    for ours, theirs in zip(run_as_graph(function, CONTEXT), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SIMPLE)
@pytest.mark.parametrize("season_length", [pytest.param(1, marks=pytest.mark.slow), 6])
def test_a_simple_continuation_is_the_same_as_a_graph(name: str, season_length: int) -> None:
    assert_same(lambda x: SIMPLE[name](x, 5, season_length))


@pytest.mark.parametrize(
    "rule", [OutlierRule(season_length=1), OutlierRule(season_length=6, cycles=(52,))]
)
def test_outliers_are_moved_to_the_same_place(rule: OutlierRule) -> None:
    assert ((rule.clip(CONTEXT) != CONTEXT) & np.isfinite(CONTEXT)).any()
    assert_same(rule.clip)


@pytest.mark.parametrize("season_length", [1, 6, 7])
def test_a_season_is_the_same_as_a_graph(season_length: int) -> None:
    def parts(x: Any) -> Any:
        season = estimate_season(x, season_length)
        return season.indices, season.on_logs, season.remove(x), season.restore(x[:, :5])

    assert_same(parts)


def test_sizes_and_gaps_are_the_same_as_a_graph() -> None:
    assert_same(mean_size)
    assert_same(lambda x: positive_scales(x, 6))
    assert_same(lambda x: with_disagreement(positive_scales(x, 6), mean_size(x[:, -3:]), 0.5))
    assert_same(interpolate)
    assert_same(lambda x: with_whole_season(x, 6))
    assert_same(lambda x: freshness(np.isfinite(x)))
