from __future__ import annotations

from forecast_cli.drawing.forecast import draw_forecast
from forecast_cli.page.elements import definitions, figure, paragraph, table, text
from tests.pictures import EVIL, make_picture


def test_whatever_is_put_in_is_text() -> None:
    page = text(EVIL) + paragraph(EVIL) + table([EVIL], [[EVIL]]) + definitions([(EVIL, EVIL)])
    page += figure(draw_forecast(make_picture(target=EVIL), "svg"), EVIL, "p")
    assert "<script" not in page
    assert "alert(1)" in page


def test_two_drawings_on_a_page_share_no_id() -> None:
    svg = draw_forecast(make_picture(), "svg")
    one, other = figure(svg, "one", "a"), figure(svg, "other", "b")
    assert 'id="a-figure_1"' in one
    assert 'id="b-figure_1"' in other
    assert "url(#a-" in one
    assert "url(#p" not in one


def test_a_drawing_is_as_wide_as_there_is_room() -> None:
    page = figure(draw_forecast(make_picture(), "svg"), "label", "a")
    tag = page.partition(">")[2].partition(">")[0]
    assert "viewBox" in tag
    assert "width" not in tag
    assert 'aria-label="label"' in tag
