from __future__ import annotations

import struct
from functools import cache
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase

from forecast_cli.drawing.canvas import canvas
from forecast_cli.drawing.forecast import draw_forecast, forecast_figure
from forecast_cli.picture import Path, Picture, SeriesPicture
from forecast_cli.times.calendar import Calendar
from tests.pictures import EVIL, make_many, make_picture, make_series

PICTURES = {
    "one": make_picture(),
    "evil": make_picture(make_series(20 * EVIL), make_series("b"), target=20 * EVIL),
    "long name": make_picture(target=30 * "wide "),
    "four": make_many("abcd"),
    "nine": make_many([f"{name}, a shop with a rather long name" for name in "abcdefghi"]),
    "large": make_picture(make_series(size=-1.2345678e11)),
    "huge": make_picture(make_series(size=1e300)),
    "tiny": make_picture(make_series(size=1e-9)),
    "one step": make_picture(make_series(horizon=1)),
    "hourly": make_picture(calendar=Calendar.dates("h", pattern="%Y-%m-%dT%H:%M:%S")),
    "level": make_picture(make_series(size=1e6, length=2, horizon=1)),
}
every_picture = pytest.mark.parametrize("name", PICTURES)


@cache
def shown_texts(name: str) -> list[tuple[str, Bbox, BboxBase]]:
    """Every text, where it lies, and the figure that it has to lie in."""
    found = []
    with canvas() as new_figure:
        figure = forecast_figure(PICTURES[name], new_figure)
        figure.draw_without_rendering()
        for text in figure.findobj(Text):
            assert isinstance(text, Text)
            if text.get_text() and text.get_visible():
                found.append((text.get_text(), text.get_window_extent(), figure.bbox))
    return found


@every_picture
def test_no_text_is_clipped(name: str) -> None:
    for words, place, figure in shown_texts(name):
        assert place.x0 >= 0, words
        assert place.y0 >= 0, words
        assert place.x1 <= figure.x1, words
        assert place.y1 <= figure.y1, words


@every_picture
def test_no_text_covers_another(name: str) -> None:
    texts = [(words, place.padded(-1)) for words, place, _ in shown_texts(name)]
    for number, (words, place) in enumerate(texts):
        for others, other in texts[:number]:
            assert not place.overlaps(other), f"{words!r} covers {others!r}"


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(picture, marks=() if name in ("one", "evil", "level") else pytest.mark.slow)
        for name, picture in PICTURES.items()
    ],
    ids=list(PICTURES),
)
def test_an_svg_is_well_formed_and_the_same_each_time(picture: Picture) -> None:
    image = draw_forecast(picture, "svg")
    root = ElementTree.fromstring(image)
    assert image == draw_forecast(picture, "svg")
    assert not [node for node in root.iter() if "script" in node.tag]


def test_an_svg_says_every_label_as_text() -> None:
    root = ElementTree.fromstring(draw_forecast(PICTURES["one"], "svg"))
    words = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {
        "sales: history and forecast",
        "sales.csv · monthly (MS) · gru, 8 steps ahead",
        "history",
        "earlier forecasts",
        "(partly in-sample)",
        "80 % interval",
        "95 % interval",
        "1980",
    } <= words


def test_names_are_shown_as_they_stand_in_the_file() -> None:
    root = ElementTree.fromstring(draw_forecast(make_picture(target="<a> & $x^2$"), "svg"))
    words = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "<a> & $x^2$: history and forecast" in words


def test_neither_the_time_nor_the_version_is_written() -> None:
    image = draw_forecast(make_picture(), "svg")
    assert b"<dc:date>" not in image
    assert mpl.__version__.encode() not in image
    assert mpl.__version__.encode() not in draw_forecast(make_picture(), "png")


def test_a_png_is_two_dots_for_each_of_a_screen() -> None:
    image = draw_forecast(make_picture(), "png")
    assert image.startswith(b"\x89PNG")
    assert struct.unpack(">II", image[16:24]) == (1280, 688)
    assert image == draw_forecast(make_picture(), "png")


def test_the_settings_of_the_user_change_nothing() -> None:
    before = draw_forecast(make_picture(), "svg")
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        assert draw_forecast(make_picture(), "svg") == before
        assert mpl.rcParams["font.size"] == 30


def test_a_value_between_two_gaps_is_shown() -> None:
    def drawn(middle: float) -> bytes:
        values = np.array([1.0, 2.0, np.nan, middle, np.nan, 3.0])
        series = SeriesPicture(
            name="",
            history=Path(start=0, values=values),
            earlier=(),
            forecast=Path(start=6, values=np.array([2.0])),
            bounds={},
            error=None,
        )
        return draw_forecast(make_picture(series), "svg")

    assert drawn(1.5) != drawn(np.nan)
