from __future__ import annotations

import pytest
from rich.cells import cell_len

from forecast_cli.cli.braille import Canvas
from forecast_cli.cli.streams import render
from forecast_cli.cli.terminal_picture import terminal_picture
from forecast_cli.times.calendar import Calendar
from tests.pictures import EVIL, make_many, make_picture, make_series


def lines(canvas: Canvas) -> list[str]:
    return [
        "".join(canvas.character(row, column) for column in range(canvas.width))
        for row in range(canvas.height)
    ]


def test_dots_fill_their_characters() -> None:
    canvas = Canvas(2, 1)
    canvas.line((0, 0), (3, 3), "")
    assert lines(canvas) == ["⠑⢄"]


def test_what_lies_outside_is_left_out() -> None:
    canvas = Canvas(1, 1)
    canvas.line((-5, -5), (9, 9), "")
    assert lines(canvas) == ["⠑"]


def test_a_line_covers_a_shade_and_another_line() -> None:
    canvas = Canvas(2, 1)
    canvas.line((0, 0), (0, 0), "a")
    canvas.line((1, 3), (1, 3), "b")
    canvas.shade(0, 0, 3, ("░", "s"))
    canvas.shade(1, 0, 3, ("░", "s"))
    assert lines(canvas) == ["⢀░"]
    assert canvas.styles == [["b", "s"]]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize(
    "picture",
    [
        make_picture(),
        make_many(["a", "b", 20 * "wide ", 20 * "漢字"]),
        make_picture(target=20 * "漢字"),
        make_picture(make_series(size=-1.2345678e11)),
        make_picture(make_series(size=1e300)),
        make_picture(calendar=Calendar.dates("D", pattern="%Y年%m月%d日")),
        make_picture(make_series(length=1, horizon=1)),
    ],
    ids=["one", "many", "wide", "large", "huge", "dates", "short"],
)
def test_no_line_is_longer_than_the_terminal_is_wide(picture: object, width: int) -> None:
    drawn = list(terminal_picture(picture, width=width, height=24))  # type: ignore[arg-type]
    assert all(cell_len(line.plain) <= width for line in drawn)


def test_one_series_fits_on_the_screen() -> None:
    assert len(list(terminal_picture(make_picture(), width=80, height=24))) < 24


def test_names_from_files_do_not_drive_the_terminal() -> None:
    text = render(
        *terminal_picture(
            make_picture(make_series(EVIL), make_series("b"), target=EVIL), width=80, height=24
        ),
        is_terminal=False,
    )
    assert "\x1b" not in text
    assert "[bold]" in text or "…" in text


def test_the_last_values_stand_where_the_lines_end() -> None:
    text = render(*terminal_picture(make_picture(), width=80, height=24), is_terminal=False)
    value = make_series().forecast.values[-1]
    assert f" {value:.2f}\n" in text
    assert "1980" in text


def test_without_colour_nothing_but_text_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    parts = list(terminal_picture(make_picture(), width=80, height=24))
    assert "\x1b[" in render(*parts, is_terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = render(*parts, is_terminal=True)
    assert "\x1b[3" not in plain
    assert "\x1b[9" not in plain
