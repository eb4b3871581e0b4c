from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from forecast_cli.checkpoint import dump_model
from forecast_cli.drawing import canvas
from tests.models import make_model

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _checkpoint(run: Run) -> None:
    """A checkpoint under its usual name in the working folder, which `run` has made."""
    Path("model.forecast").write_bytes(dump_model(make_model()))


def test_into_a_pipe_a_picture_is_svg(run: Run) -> None:
    outcome = run("plot")
    assert outcome.code == 0
    assert ElementTree.fromstring(outcome.output).tag.endswith("svg")


@pytest.mark.parametrize(("name", "start"), [("p.png", b"\x89PNG"), ("p.SVG", b"<?xml")])
def test_the_name_of_the_output_says_what_is_drawn(run: Run, name: str, start: bytes) -> None:
    outcome = run("plot", "-o", name)
    assert (outcome.code, outcome.output) == (0, b"")
    assert Path(name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("command", "name", "accepted"),
    [("plot", "p.jpg", ".png or .svg"), ("plot", "p", ".png"), ("report", "r.pdf", ".html")],
)
def test_another_name_is_refused_with_those_accepted(
    run: Run, command: str, name: str, accepted: str
) -> None:
    outcome = run(command, "-o", name)
    assert outcome.code == 2
    assert f"--output is '{name}'" in outcome.words
    assert accepted in outcome.words
    assert not Path(name).exists()


def test_a_terminal_gets_a_picture_of_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast_cli.cli.plot.is_output_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    outcome = run("plot")
    assert outcome.code == 0
    assert "value: history and forecast" in outcome.text
    assert "░" in outcome.text


def test_a_page_is_not_sent_to_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast_cli.cli.report.is_output_terminal", lambda: True)
    outcome = run("report")
    assert outcome.code == 2
    assert "give --output report.html" in outcome.words


def test_a_page_goes_into_a_pipe_or_a_file(run: Run) -> None:
    assert run("report").output.startswith(b"<!DOCTYPE html>")
    outcome = run("report", "-o", "r.html")
    assert (outcome.code, outcome.output) == (0, b"")
    assert Path("r.html").read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("arguments", [("plot", "-o", "p.png"), ("plot",), ("report",)])
def test_without_matplotlib_the_extra_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(canvas, "find_spec", lambda _: None)
    outcome = run(*arguments)
    assert (outcome.code, outcome.output) == (1, b"")
    assert "pip install 'forecast-cli[plot]'" in outcome.words


def test_a_picture_of_text_and_json_need_no_extra(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canvas, "find_spec", lambda _: None)
    assert run("plot", "--json").code == 0
    assert run("report", "--json").code == 0
    monkeypatch.setattr("forecast_cli.cli.plot.is_output_terminal", lambda: True)
    assert run("plot").code == 0


@pytest.mark.parametrize("command", ["plot", "report"])
def test_json_is_the_report_alone_or_beside_the_file(run: Run, command: str) -> None:
    document = json.loads(run(command, "--json").output)
    assert (document["schema_version"], document["report"]) == (1, command)
    assert document["shown"] == ["a", "b"]
    name = {"plot": "p.svg", "report": "r.html"}[command]
    beside: dict[str, Any] = json.loads(run(command, "--json", "-o", name).output)
    assert beside == document
    assert Path(name).exists()


@pytest.mark.parametrize("command", ["plot", "report"])
def test_the_series_the_steps_and_the_levels_can_be_chosen(run: Run, command: str) -> None:
    outcome = run(command, "--series", "b", "-H", "9", "--level", "50", "--history", "20")
    assert outcome.code == 0
    assert "9 steps ahead" in outcome.text
    assert "50 % interval" in outcome.text


def test_a_history_of_nothing_is_refused(run: Run) -> None:
    outcome = run("plot", "--history", "0")
    assert outcome.code == 2
    assert "--history is 0; it must be 1 or more" in outcome.words


def test_the_checkpoint_is_not_drawn_over(run: Run) -> None:
    outcome = run("plot", "-o", "model.forecast")
    assert outcome.code == 2
    assert "which is also read" in outcome.words
