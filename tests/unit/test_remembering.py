from dataclasses import replace

import numpy as np
import pytest

from forecast_cli import remembering
from forecast_cli.analogues import compared_length
from forecast_cli.outliers import OutlierRule
from forecast_cli.remembering import offer_analogues, remember
from tests.panels import make_panel, wave

HORIZON = 2
SPAN = compared_length(HORIZON) + HORIZON
PANEL = make_panel(*[wave(3 * SPAN, seed=n) for n in range(20)])
ENDS = PANEL.offsets[1:]


def test_every_window_before_the_limits_is_kept_and_none_behind_them() -> None:
    limits = ENDS - 3
    offered = offer_analogues(PANEL, limits, HORIZON)
    assert offered is not None
    assert offered.n_windows == 20 * (2 * SPAN - 3 + 1)
    for number, (start, limit) in enumerate(zip(PANEL.offsets[:-1], limits, strict=True)):
        kept = offered.values[offered.offsets[number] : offered.offsets[number + 1]]
        np.testing.assert_array_equal(kept, PANEL.values[start:limit])


def test_few_series_offer_none() -> None:
    few = make_panel(*[wave(5 * SPAN, seed=n) for n in range(19)])
    assert offer_analogues(few, few.offsets[1:], HORIZON) is None


def test_series_of_which_most_are_too_short_to_be_compared_offer_none() -> None:
    def panel(short: int) -> int:
        lengths = [SPAN - HORIZON - 1] * short + [5 * SPAN] * (21 - short)
        made = make_panel(*[wave(length, seed=n) for n, length in enumerate(lengths)])
        return offer_analogues(made, made.offsets[1:], HORIZON) is None

    assert [panel(short) for short in (0, 10, 11)] == [False, False, True]


def test_values_are_compared_on_logs_where_all_are_positive() -> None:
    offered = offer_analogues(PANEL, ENDS, HORIZON)
    assert offered is not None
    assert offered.log
    below = replace(PANEL, values=PANEL.values - PANEL.values.mean())
    offered = offer_analogues(below, ENDS, HORIZON)
    assert offered is not None
    assert not offered.log


def test_too_many_windows_are_thinned_and_far_too_many_are_not_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembering, "_FEWEST_FORECASTS", 1)
    panel = make_panel(*[wave(20 * SPAN, seed=n) for n in range(20)])
    ends, n_windows = panel.offsets[1:], 20 * (19 * SPAN + 1)
    monkeypatch.setattr(remembering, "_MOST_COMPARISONS", 20 * n_windows // 3)
    offered = offer_analogues(panel, ends, HORIZON)
    assert offered is not None
    assert offered.stride == 4
    monkeypatch.setattr(remembering, "_MOST_COMPARISONS", 20 * n_windows // 9)
    assert offer_analogues(panel, ends, HORIZON) is None
    assert remember(panel, ends, HORIZON, log=True).stride == 10


def test_the_memory_of_windows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_NUMBERS", 50 * SPAN)
    kept = remember(PANEL, ENDS, HORIZON, log=True)
    assert 25 <= kept.n_windows <= 50


def test_outliers_are_moved_before_windows_are_kept() -> None:
    values = PANEL.values.copy()
    values[SPAN] += 1e4
    rule = OutlierRule(season_length=1, cycles=())
    wild = replace(PANEL, values=values, outlier_rule=rule)
    assert remember(wild, ENDS, HORIZON, log=True).values.max() < 1e3


def test_where_most_ends_cannot_be_compared_none_are_offered() -> None:
    panel = make_panel(*[wave(5 * SPAN, seed=n) for n in range(20)])
    values, ends = panel.values.copy(), panel.offsets[1:]
    values[ends[:10] - 4] = np.nan
    assert offer_analogues(replace(panel, values=values), ends, HORIZON) is not None
    values[ends[10] - 4] = np.nan
    assert offer_analogues(replace(panel, values=values), ends, HORIZON) is None


def test_few_windows_are_not_offered() -> None:
    lengths = [SPAN + 14] * 19
    enough = make_panel(*[wave(n, seed=n) for n in (*lengths, SPAN + 14)])
    assert enough.offsets[-1] - 20 * (SPAN - 1) == 300
    assert offer_analogues(enough, enough.offsets[1:], HORIZON) is not None
    fewer = make_panel(*[wave(n, seed=n) for n in (*lengths, SPAN + 13)])
    assert offer_analogues(fewer, fewer.offsets[1:], HORIZON) is None
