"""The benchmark of growth makes the same data every time, and tells proportion from more."""

from pathlib import Path

import pytest

from benchmarks.processes import Cost
from benchmarks.scale import N_STEPS, Point, draw, growth, table, write_panel
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig


def point(n_series: int, wall: float, ratio: float = 2.0) -> Point:
    cost = Cost(wall=wall, cpu=wall, peak_mib=100.0)
    return Point(n_series=n_series, costs=[cost, cost], ratio=ratio)


def test_the_panel_is_the_same_every_time_and_larger_ones_start_with_it(tmp_path: Path) -> None:
    for name, size in (("a", 2), ("b", 2), ("c", 1002)):
        write_panel(tmp_path / name, size)
    small, again, large = ((tmp_path / name).read_text() for name in "abc")
    assert small == again
    assert large.count("\n") == 1002 * N_STEPS + 1
    panel = read_panel(str(tmp_path / "a"), ReadConfig(), lambda _: None)
    assert (panel.n_series, panel.calendar.freq, panel.n_missing) == (2, "MS", 0)


def test_growth_in_proportion_is_one() -> None:
    assert growth(point(1000, 2.0), point(10_000, 20.0)) == pytest.approx(1)
    assert growth(point(1000, 2.0), point(2000, 8.0)) == pytest.approx(2)


def test_the_table_and_the_picture_show_every_point(tmp_path: Path) -> None:
    curves = {"read": [point(1000, 2.0), point(10_000, 20.0, ratio=9.9)]}
    last = table(curves, 2).splitlines()[-1]
    assert last == "| read | 10 000 | 20.00 / 20.00 | 20.00 / 20.00 | 9.90 | 100 | 1.00 |"
    pytest.importorskip("matplotlib")
    draw(curves, str(tmp_path / "scale.svg"))
    assert (tmp_path / "scale.svg").stat().st_size > 1000
