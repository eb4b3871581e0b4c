"""forecast.toml: what it may say, and how it is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from forecast_cli.config import NetworkConfig, PredictionConfig, Settings, TrainConfig, WindowConfig

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run, Workflows

EVERYTHING = """
horizon = 6
level = [90, 50]
target = ["sales", "a, b"]

[train]
hidden_size = 32
cell = "lstm"
dropout = 0.25
l2 = 1
time-limit = 60
output = "other.forecast"
resume = true

[predict]
model = "other.forecast"
level = "70"
"""


def test_keys_are_the_names_of_options_with_the_types_of_toml(
    run: Run, workflows: Workflows, tmp_path: Path
) -> None:
    (tmp_path / "forecast.toml").write_text(EVERYTHING)
    assert run("train", "x").code == 0
    asked = workflows.asked
    assert asked["settings"].read.target == ("sales", "a, b")
    assert asked["settings"] == Settings(
        read=asked["settings"].read,
        window=WindowConfig(horizon=6),
        network=NetworkConfig(hidden_size=32, cell="lstm", dropout=0.25),
        optimisation=TrainConfig(l2=1.0, time_limit=60.0),
        levels=(90, 50),
    )
    assert (asked["output"], asked["resume"]) == ("other.forecast", True)


def test_a_table_is_for_one_command_and_beats_what_stands_above(
    run: Run, workflows: Workflows, tmp_path: Path
) -> None:
    (tmp_path / "forecast.toml").write_text(EVERYTHING)
    assert run("predict").code == 0
    asked = workflows.asked
    assert (asked["model"], asked["wanted"]) == (
        "other.forecast",
        PredictionConfig(horizon=6, levels=(70,)),
    )


def test_a_key_that_a_command_does_not_have_is_not_used_by_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "forecast.toml").write_text('cell = "lstm"')
    assert run("info").code == 0


def test_an_empty_list_leaves_the_choice_to_the_program(
    run: Run, workflows: Workflows, tmp_path: Path
) -> None:
    (tmp_path / "forecast.toml").write_text('target = ["x"]\n[predict]\ntarget = []')
    run("predict")
    assert workflows.asked["read"].target == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("horizn = 3", "forecast.toml: horizn is no option here; did you mean horizon?"),
        ("xyzzy = 3", "forecast.toml: xyzzy is no option here; the names are those in --help"),
        ("[predict]\ncell = 'gru'", "[predict]: cell is no option here; it belongs to train"),
        ("[trian]\nlayers = 1", "[trian]: there is no such command; accepted: train, predict"),
        ("[horizon]\na = 1", "[horizon]: there is no such command"),
        ("train = 3", "forecast.toml: train is a command; its settings stand below a line [train]"),
        ("[[train]]\nlayers = 1", "forecast.toml: train is a command"),
        ("horizon = '3'", "forecast.toml: horizon is '3'; it must be a whole number"),
        ("horizon = 3.0", "forecast.toml: horizon is 3.0; it must be a whole number"),
        ("horizon = true", "forecast.toml: horizon is true; it must be a whole number"),
        ("horizon = [3]", "forecast.toml: horizon is '[3]'; it must be a whole number"),
        ("horizon = 0xfffffffffffffffff", "it must be a whole number"),
        ("level = [80, 'x', []]", "it must be a whole number or a list of such"),
        ("level = [80, true]", "it must be a whole number or a list of such"),
        ("l2 = 'x'", "forecast.toml: l2 is 'x'; it must be a number"),
        ("cell = 3", "forecast.toml: cell is 3; it must be one of gru, lstm, rnn, lstm-gru"),
        ("time = 1979-05-27", "forecast.toml: time is '1979-05-27'; it must be a text"),
        ("target = 2.5", "forecast.toml: target is 2.5; it must be a text or a list of such"),
        ("[evaluate]\nquiet = 1", "[evaluate]: quiet is 1; it must be true or false"),
        ("layers = 1\n[train.layers]\na = 1", "[train]: layers is \"{'a': 1}\""),
        ("hidden-size = 1\nhidden_size = 1", "hidden-size is given twice"),
        ("cell = 'gru'\nhorizon == 3", "forecast.toml, line 2: invalid value"),
        ("cell = 'gru'\nhorizon = ", "forecast.toml, line 2: invalid value"),
        ("cell = 'gru'\nlevel = [1,", "forecast.toml, line 2: "),
        ("x = '\x1b'", "forecast.toml, line 1: "),
        ('"\\u001b" = 1', "forecast.toml: \\x1b is no option here"),
        ('["\\u001b"]', "forecast.toml, [\\x1b]: there is no such command"),
        ("a = " + "[" * 100_000, "forecast.toml: has a value that is too long or too deeply"),
        ("a = " + "1" * 10_000, "forecast.toml: has a value that is too long or too deeply"),
        ("#" * 2**20 + "\n", "forecast.toml: has more than 1048576 bytes"),
        ("cell = 'cnn'", "accepted values: gru, lstm, rnn, lstm-gru; --cell is set in forecast"),
        ("horizon = 0", "--horizon is 0; it must be 1 or more; --horizon is set in forecast.toml"),
    ],
)
def test_what_is_not_accepted_is_one_line_that_names_the_file_and_the_key(
    run: Run, workflows: Workflows, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "forecast.toml").write_text(text)
    outcome = run("train", "x")
    assert (outcome.code, outcome.output, outcome.words.count("\n")) == (2, b"", 1)
    assert words in outcome.words
    assert "\x1b" not in outcome.words
    assert workflows.asked == {}


def test_help_and_the_version_do_not_mind_a_broken_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "forecast.toml").write_text("horizon ==")
    for command in ("--help", "train --help", "--version", "--man-page"):
        assert run(*command.split()).code == 0


def test_help_shows_the_defaults_of_the_program(run: Run, tmp_path: Path) -> None:
    (tmp_path / "forecast.toml").write_text("hidden-size = 3")
    assert "[default: 64]" in " ".join(run("train", "--help").text.split())


def test_only_the_working_folder_is_looked_into(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "forecast.toml").write_text("horizon = 3")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert run("predict").code == 0
    assert workflows.asked["wanted"].horizon is None


def test_another_file_can_be_named_and_is_named_in_what_is_said(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "forecast.toml").write_text("horizon = 3")
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbfhorizon = 4\r\n")
    monkeypatch.setenv("FORECAST_CONFIG", "mine.toml")
    assert "note: mine.toml: horizon = 4\n" in run("predict").words
    assert workflows.asked["wanted"].horizon == 4


@pytest.mark.parametrize("name", ["", "none", os.devnull])
def test_no_file_can_be_asked_for(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "forecast.toml").write_text("horizon = 3")
    monkeypatch.setenv("FORECAST_CONFIG", name)
    assert run("predict").code == 0
    assert workflows.asked["wanted"].horizon is None


@pytest.mark.parametrize("name", ["nowhere.toml", "x" * 5000])
def test_a_named_file_that_is_not_there_is_wrong_usage(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("FORECAST_CONFIG", name)
    outcome = run("predict")
    assert outcome.code == 2
    assert name[:20] in outcome.words


def test_a_file_that_cannot_be_read_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "forecast.toml"
    path.mkdir()
    assert "forecast.toml: cannot be read: is a directory" in run("predict").words
    path.rmdir()
    os.mkfifo(path)
    assert "forecast.toml: is a pipe, not a file" in run("predict").words
    path.unlink()
    path.write_bytes(b"\xff\xfe")
    assert "forecast.toml: is not UTF-8" in run("predict").words
