"""The man page says what the options are, in clean roff."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from forecast_cli.cli.compare import compare
from forecast_cli.cli.evaluate import evaluate
from forecast_cli.cli.explain import explain
from forecast_cli.cli.export import export
from forecast_cli.cli.info import info
from forecast_cli.cli.inspect import inspect
from forecast_cli.cli.man_page import man_page
from forecast_cli.cli.plot import plot
from forecast_cli.cli.predict import predict
from forecast_cli.cli.report import report
from forecast_cli.cli.signatures import settings_of
from forecast_cli.cli.train import train
from forecast_cli.cli.tune import tune

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

COMMANDS: list[Callable[..., object]] = [
    train,
    predict,
    evaluate,
    compare,
    tune,
    explain,
    plot,
    report,
    inspect,
    info,
    export,
]
PAGE = man_page(COMMANDS, "1.2.3")


def test_the_hidden_option_writes_the_page(run: Run) -> None:
    outcome = run("--man-page")
    assert (outcome.code, outcome.words) == (0, "")
    assert outcome.text.splitlines()[1:] == PAGE.splitlines()[1:]
    assert "--man-page" not in run("--help").text


def test_every_command_has_its_options_with_help_and_default() -> None:
    for command in COMMANDS:
        section = PAGE.partition(f".SS forecast {command.__name__}\n")[2].partition("\n.S")[0]
        for setting in settings_of(command).values():
            flag = setting.flag.replace("-", r"\-")
            assert rf"\fB{flag}\fR" in section
            assert setting.option.help is not None
            assert setting.option.help.replace("-", r"\-") in section
    assert r"\fB\-H\fR, \fB\-\-horizon\fR \fIN\fR" in PAGE
    assert r"\fB\-\-cell\fR \fIgru|lstm|rnn|lstm\-gru\fR" in PAGE
    assert "Recurrent layers. Default: 1." in PAGE
    assert "Show no progress.\n" in PAGE


def test_the_page_has_all_its_parts_in_the_usual_order() -> None:
    titles = [line[4:] for line in PAGE.splitlines() if line.startswith(".SH ")]
    assert titles == [
        *("NAME", "SYNOPSIS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"),
    ]
    assert PAGE.startswith('.TH FORECAST 1 "" "forecast 1.2.3"')
    assert r"forecast \- forecast time series" in PAGE
    assert ".B forecast train\n\\fIDATA\\fR\n" in PAGE
    assert ".B forecast predict\n[\\fIDATA\\fR]\n" in PAGE


def test_nothing_but_requests_starts_with_a_dot_or_a_quote() -> None:
    known = {".TH", ".nh", ".SH", ".SS", ".TP", ".B", ".br", ".PP", ".RS", ".RE", ".EX", ".EE"}
    for line in PAGE.splitlines():
        assert line
        assert not line.startswith("'")
        assert not line.startswith(".") or line.split()[0] in known


def test_a_version_cannot_speak_roff() -> None:
    assert r'"forecast 1\e\(aq\-"' in man_page([], "1\\'-")


@pytest.mark.skipif(shutil.which("groff") is None, reason="this system has no groff")
def test_groff_has_no_warnings_and_shows_what_was_meant() -> None:
    checked = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"],
        input=PAGE,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert checked.stderr == ""
    shown = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-cbou"],
        input=PAGE,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert "forecast train DATA [options]" in " ".join(shown.split())
    assert "--cell gru|lstm|rnn|lstm-gru" in shown
    assert "forecast train data.csv -o - | forecast predict -m - > forecast.csv" in shown


@pytest.mark.skipif(shutil.which("man") is None, reason="this system has no man")
def test_man_shows_the_page_from_standard_input() -> None:
    shown = subprocess.run(
        ["man", "--warnings", "-l", "-"],
        input=PAGE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "No such file" in shown.stderr or "minimi" in shown.stdout + shown.stderr:
        pytest.skip("this system has a man that shows nothing")
    assert (shown.returncode, shown.stderr) == (0, "")
