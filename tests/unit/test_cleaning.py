"""Panels without outliers: where, from which knowledge, and what is said about it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli import cleaning
from forecast_cli.cleaning import treat_outliers, usual_futures, with_rule, without_outliers
from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import OutlierMode, ReadConfig
from forecast_cli.splits import origins_at
from forecast_cli.times.calendar import Calendar
from forecast_cli.windows import futures, histories
from tests.panels import make_panel, wave


def wild(*steps: int, length: int = 60, seed: int = 0) -> list[float]:
    values = wave(length, seed=seed)
    for step in steps:
        values[step] = 1e9
    return values


def ruled(*series: list[float], season_length: int = 1) -> Panel:
    return with_rule(make_panel(*series), "clip", season_length)


def moved(panel: Panel, limits: np.ndarray | None = None) -> list[int]:
    clean = without_outliers(panel, panel.offsets[1:] if limits is None else limits)
    return np.flatnonzero(clean.values != panel.values).tolist()


def treat(panel: Panel, mode: OutlierMode) -> tuple[Panel, list[str]]:
    told: list[Notice] = []
    treated = treat_outliers(panel, mode, 1, told.append)
    assert {notice.kind for notice in told} <= {"warning"}
    return treated, [notice.text for notice in told]


def test_outliers_of_every_series_are_moved_once() -> None:
    panel = ruled(wild(20), wave(8), wild(5, 40, length=50))
    assert moved(panel) == [20, 68 + 5, 68 + 40]
    clean = without_outliers(panel, panel.offsets[1:])
    assert clean.outlier_rule is None
    assert panel.values[20] == 1e9
    assert abs(clean.values[20] - wave(60)[20]) < 20


def test_nothing_behind_a_limit_is_looked_at_or_moved() -> None:
    panel = ruled(wild(20, 30, 45), wild(10))
    limits = np.array([31, 60])
    later = panel.values.copy()
    later[31:60] = -7.0
    assert moved(panel, limits) == [20, 30]
    assert moved(replace(panel, values=later), limits) == [20, 30]


def test_a_series_without_a_value_before_its_limit_is_left_as_it_is() -> None:
    panel = ruled(wild(20), wild(20))
    assert moved(panel, panel.offsets[:-1]) == []


def test_without_a_rule_nothing_is_moved() -> None:
    panel = make_panel(wild(20))
    assert without_outliers(panel, panel.offsets[1:]) is panel
    origins = origins_at(np.array([18]))
    np.testing.assert_array_equal(usual_futures(panel, origins, 5), futures(panel, origins, 5))


@pytest.mark.parametrize("length", [1536, 1537, 2048, 2560, 2561, 5000])
def test_a_long_series_is_cleaned_as_if_it_were_looked_at_whole(length: int) -> None:
    steps = range(3, length, 211)
    values = np.random.default_rng(0).normal(0, 1, length)
    values[list(steps)] = 1e6
    assert moved(ruled(list(values))) == list(steps)


def test_small_blocks_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ruled(wild(20), wave(8), wild(5, 40, length=50))
    found = moved(panel)
    monkeypatch.setattr(cleaning, "_VALUES_AT_ONCE", 1)
    assert moved(panel) == found


def test_a_history_is_judged_by_what_stands_before_its_end() -> None:
    panel = ruled([*wave(50), 500.0, 500.0, 500.0, 500.0])
    at_first, later = (histories(panel, origins_at(np.array([stop]))) for stop in (51, 54))
    assert at_first[0, -1] < 100
    assert later[0, -4:].tolist() == [500.0] * 4


def test_what_came_is_judged_by_all_that_is_known() -> None:
    values = wild(52)
    values[55:] = [500.0] * 5
    panel = ruled(values)
    origins = replace(origins_at(np.array([50])), limits=np.array([60]))
    usual = usual_futures(panel, origins, 8)[0]
    assert futures(panel, origins, 8)[0, 2] == 1e9
    assert abs(usual[2] - wave(60)[52]) < 20
    assert usual[5:].tolist() == [500.0] * 3


def test_clipping_is_told_with_dates_and_series() -> None:
    calendar = Calendar.dates("D")
    panel = make_panel(wild(3, 20), wild(7, 40), wave(60), calendar=calendar)
    treated, texts = treat(panel, "clip")
    assert texts == [
        "test.csv: 4 values stand alone, far outside what is usual there: 1e+09 (1970-01-04, a), "
        "1e+09 (1970-01-21, a), 1e+09 (1970-01-08, b) and 1 more; clipped in what forecasts rest "
        "on, but scored as in the data (--outliers)"
    ]
    assert treated.outlier_rule is not None
    np.testing.assert_array_equal(treated.values, panel.values)


def test_keeping_is_told_and_changes_nothing() -> None:
    treated, (text,) = treat(make_panel(wild(20)), "keep")
    assert "1 value stands alone" in text
    assert text.endswith("kept (--outliers), which forecasts and intervals may suffer from")
    assert treated.outlier_rule is None


def test_outliers_are_refused_if_that_is_asked_for() -> None:
    with pytest.raises(DataError, match=r"1e\+09 \(20\); mend or empty it, or .* --outliers clip"):
        treat(make_panel(wild(20)), "error")
    treated, texts = treat(make_panel(wave(60)), "error")
    assert (treated.outlier_rule, texts) == (None, [])


def test_the_line_of_an_outlier_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    lines = [f"{step},{value}" for step, value in enumerate(wild(20))]
    path.write_text("\n".join(["t,value", *lines]) + "\n")
    panel = read_panel(str(path), ReadConfig(), lambda _: None)
    treated, (text,) = treat(panel, "clip")
    assert ": 1e+09 (line 22, 20); clipped" in text
    assert treated.places is None


@pytest.mark.parametrize(
    ("freq", "cycles"),
    [
        ("D", (7, 365)),
        ("B", (5, 261)),
        ("W-SUN", (52,)),
        ("MS", (12,)),
        ("QS", (4,)),
        ("YS", ()),
        ("h", (24, 168)),
        ("15min", (96, 672)),
    ],
)
def test_what_comes_again_on_a_calendar(freq: str, cycles: tuple[int, ...]) -> None:
    panel = with_rule(make_panel(wave(20), calendar=Calendar.dates(freq)), "clip", 1)
    assert panel.outlier_rule is not None
    assert panel.outlier_rule.cycles == cycles


@pytest.mark.parametrize("calendar", [Calendar.steps(), Calendar.years()])
def test_counted_steps_and_years_have_no_cycle(calendar: Calendar) -> None:
    panel = with_rule(make_panel(wave(20), calendar=calendar), "clip", 1)
    assert panel.outlier_rule is not None
    assert panel.outlier_rule.cycles == ()
