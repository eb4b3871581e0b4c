from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.config import WindowConfig
from forecast_cli.errors import DataError
from forecast_cli.panel import Panel
from forecast_cli.unseen import Layout, lay_out
from tests.panels import make_panel, wave

WINDOW = WindowConfig(horizon=4)


def layout_of(panel: Panel, n_cutoffs: int | None = None, *, horizon: int = 4) -> Layout:
    return lay_out(panel, WINDOW, horizon=horizon, n_cutoffs=n_cutoffs)


def test_a_part_follows_on_what_is_known_before_it() -> None:
    panel = make_panel(list(range(40)))
    layout = Layout(span=3, n_origins=2, n_cutoffs=2)
    assert [len(layout.known(panel, part).values) for part in (0, 1, 2)] == [34, 28, 22]
    scene = layout.scene(panel, 1)
    assert scene.origins.stops.tolist() == [28, 31]
    assert scene.actual.tolist() == [[28, 29, 30], [31, 32, 33]]


def test_parts_do_not_overlap() -> None:
    panel = make_panel(wave(200), wave(190, seed=1))
    layout = layout_of(panel)
    seen = np.concatenate([layout.scene(panel, part).actual.ravel() for part in (0, 1, 2)])
    assert layout.n_origins > 1
    assert len(np.unique(seen)) == len(seen) == 2 * 3 * layout.width


def test_many_series_give_enough_forecasts_with_one_each() -> None:
    few, many = make_panel(wave(200)), make_panel(*(wave(200, seed=n) for n in range(12)))
    assert (layout_of(few).n_origins, layout_of(many).n_origins) == (5, 1)


@pytest.mark.parametrize(
    ("length", "span", "n_cutoffs"), [(39, 4, 2), (38, 4, 1), (34, 2, 2), (28, 2, 1), (26, 1, 1)]
)
def test_short_series_are_held_back_less_of(length: int, span: int, n_cutoffs: int) -> None:
    found = layout_of(make_panel(wave(length)))
    assert (found.span, found.n_cutoffs) == (span, n_cutoffs)


def test_cutoffs_that_are_asked_for_are_made_or_refused() -> None:
    panel = make_panel(wave(60))
    assert layout_of(panel, 5).n_cutoffs == 5
    with pytest.raises(DataError, match=r"has 60 values, too few to search .* with --n-windows 60"):
        layout_of(panel, 60)


@pytest.mark.parametrize("length", [1, 3, 15])
def test_series_too_short_to_search_are_refused(length: int) -> None:
    with pytest.raises(DataError, match=f"has {length} values, too few.*use forecast train"):
        layout_of(make_panel(wave(length)))


def test_a_series_that_begins_late_has_no_part_before() -> None:
    panel = make_panel(wave(60), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    layout = layout_of(panel)
    assert layout.scene(panel, 0).origins.series.tolist() == [0, 1]
    assert layout.scene(panel, 1).origins.series.tolist() == [0]
    assert layout.known(panel, 1).n_series == 1


def test_the_layout_rests_on_lengths_and_what_was_known_at_the_earliest_cutoff() -> None:
    panel = make_panel(wave(80))
    found = layout_of(panel)
    late = np.arange(80) >= 80 - 3 * found.width
    assert layout_of(replace(panel, values=np.where(late, 7.0, panel.values))) == found


def test_a_part_that_is_one_long_gap_is_no_part() -> None:
    panel = make_panel(wave(60))
    found = layout_of(panel)
    left = 60 - np.arange(60)
    gap = (left > found.width) & (left <= 2 * found.width)
    other = layout_of(replace(panel, values=np.where(gap, np.nan, panel.values)))
    assert (found.span, other.span) == (4, 2)
    assert np.isfinite(other.scene(panel, 1).actual).any()
