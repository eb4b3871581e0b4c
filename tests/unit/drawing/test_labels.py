from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.drawing.labels import spread

places = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(places)
def test_no_label_covers_another_and_all_stay_inside(wanted: list[float]) -> None:
    placed = sorted(spread(wanted, 0.1))
    assert all(b - a > 0.1 - 1e-9 for a, b in pairwise(placed))
    assert -1e-9 <= placed[0] <= placed[-1] <= 1 + 1e-9


@given(places)
def test_labels_keep_the_order_of_their_lines(wanted: list[float]) -> None:
    placed = spread(wanted, 0.1)
    for one, here in zip(wanted, placed, strict=True):
        for other, there in zip(wanted, placed, strict=True):
            assert one <= other or here > there


def test_labels_that_are_far_apart_stay_where_they_are() -> None:
    assert spread([0.9, 0.1, 0.5], 0.2) == [0.9, 0.1, 0.5]
