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
PANEL = make_panel(*[wave(2 * SPAN, seed=n) for n in range(20)])
ENDS = PANEL.offsets[1:]


def test_every_window_before_the_limits_is_kept_and_none_behind_them() -> None:
    limits = ENDS - 3
    offered = offer_analogues(PANEL, limits, HORIZON)
    assert offered is not None
    assert offered.n_windows == 20 * (SPAN - 3 + 1)
    for number, (start, limit) in enumerate(zip(PANEL.offsets[:-1], limits, strict=True)):
        kept = offered.values[offered.offsets[number] : offered.offsets[number + 1]]
        np.testing.assert_array_equal(kept, PANEL.values[start:limit].astype(np.float32))


def test_few_series_offer_none() -> None:
    few = make_panel(*[wave(2 * SPAN, seed=n) for n in range(19)])
    assert offer_analogues(few, few.offsets[1:], HORIZON) is None


def test_series_of_which_most_have_no_whole_window_offer_none() -> None:
    def panel(short: int) -> int:
        lengths = [SPAN - 1] * short + [3 * SPAN] * (21 - short)
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
    n_windows = 20 * (SPAN + 1)
    monkeypatch.setattr(remembering, "_MOST_COMPARISONS", 20 * n_windows // 3)
    offered = offer_analogues(PANEL, ENDS, HORIZON)
    assert offered is not None
    assert offered.stride == 4
    monkeypatch.setattr(remembering, "_MOST_COMPARISONS", 20 * n_windows // 9)
    assert offer_analogues(PANEL, ENDS, HORIZON) is None
    assert remember(PANEL, ENDS, HORIZON, log=True).stride == 10


def test_the_memory_of_windows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_MOST_NUMBERS", 50 * SPAN)
    kept = remember(PANEL, ENDS, HORIZON, log=True)
    assert 25 <= kept.n_windows <= 50


def test_outliers_are_moved_before_windows_are_kept() -> None:
    values = PANEL.values.copy()
    values[SPAN] += 1e4
    rule = OutlierRule(season_length=1, cycles=())
    wild = replace(PANEL, values=values, outlier_rule=rule)
    assert remember(wild, ENDS, HORIZON, log=True).values.max() < 1e3


def test_values_that_a_single_float_cannot_hold_are_left_out() -> None:
    huge = replace(PANEL, values=PANEL.values * 1e40)
    offered = offer_analogues(huge, ENDS, HORIZON)
    assert offered is not None
    assert offered.n_windows == 0
    assert not offered.applies(np.ones((1, 100))).any()
