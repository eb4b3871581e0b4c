"""What is typed beats FORECAST_* variables, and these beat forecast.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from forecast_cli.cli.evaluate import evaluate
from forecast_cli.cli.info import info
from forecast_cli.cli.inspect import inspect as inspect_command
from forecast_cli.cli.predict import predict
from forecast_cli.cli.signatures import Setting, settings_of
from forecast_cli.cli.train import train
from forecast_cli.config import Settings
from forecast_cli.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run, Workflows

COMMANDS = (train, predict, evaluate, inspect_command, info)
# A value that differs from the default and is accepted, where the type does not give one.
VALUES = {
    "analogues": "off",
    "aggregate": "sum",
    "calendar": "month",
    "decimal": ",",
    "thousands": "'",
    "cell": "lstm",
    "effort": "best",
    "engine": "ray",
    "device": "cpu",
    "format": "csv",
    "delimiter": ";",
    "min-skill": "-9",
    "missing": "zero",
    "outliers": "keep",
    "strategy": "recursive",
    "activation": "relu",
    "optimizer": "adam",
    "schedule": "cosine",
}
NOT_FOR_WORKFLOWS = {"output", "format", "json", "min_skill", "quiet", "no_progress", "debug"}
FOR_A_CLUSTER = {"workers", "address"}
FOR_PARTS = {"engine", *FOR_A_CLUSTER}


def value_for(setting: Setting) -> str:
    by_kind = {bool: "yes", int: "3", float: "0.5", str: "word"}
    return VALUES.get(setting.name) or by_kind[setting.item_kind]


def write(folder: Path, text: str) -> None:
    (folder / "forecast.toml").write_text(text, encoding="utf-8")


def horizon(workflows: Workflows) -> int | None:
    settings: Settings = workflows.asked["settings"]
    return settings.window.horizon


def test_flags_beat_variables_and_variables_beat_the_file_and_the_file_beats_the_default(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("train", "x")
    assert horizon(workflows) is None
    write(tmp_path, "horizon = 2")
    run("train", "x")
    assert horizon(workflows) == 2
    monkeypatch.setenv("FORECAST_HORIZON", "3")
    run("train", "x")
    assert horizon(workflows) == 3
    run("train", "x", "-H", "4")
    assert horizon(workflows) == 4


def test_the_order_holds_for_each_option_by_itself(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, "horizon = 2\nlayers = 2\nhidden-size = 2")
    monkeypatch.setenv("FORECAST_LAYERS", "3")
    monkeypatch.setenv("FORECAST_HIDDEN_SIZE", "3")
    run("train", "x", "--hidden-size", "4")
    network = workflows.asked["settings"].network
    assert (horizon(workflows), network.layers, network.hidden_size) == (2, 3, 4)


def test_a_flag_that_repeats_the_default_is_typed_all_the_same(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_CELL", "lstm")
    run("train", "x", "--cell", "gru")
    assert workflows.asked["settings"].network.cell == "gru"


every_command = pytest.mark.parametrize(
    "command",
    [
        # Most of their options are those of the others.
        pytest.param(c, marks=pytest.mark.slow if c.__name__ in ("evaluate", "inspect") else ())
        for c in COMMANDS
    ],
    ids=lambda command: command.__name__,
)


@every_command
def test_every_option_of_every_command_has_a_variable(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any]
) -> None:
    arguments = (command.__name__, *([] if command is info else ["x"]))
    assert run(*arguments).code == 0
    defaults = seen(workflows)
    for setting in settings_of(command).values():
        monkeypatch.setenv(setting.variable, value_for(setting))
        if setting.field in FOR_A_CLUSTER:
            monkeypatch.setenv("FORECAST_ENGINE", "ray")
        outcome = run(*arguments)
        assert outcome.code == 0, outcome.words
        assert "names no option" not in outcome.words
        is_for_parts = command in (predict, evaluate) and setting.field in FOR_PARTS
        is_seen = is_for_parts or setting.field in NOT_FOR_WORKFLOWS
        assert is_seen or seen(workflows) != defaults, setting.name
        monkeypatch.delenv(setting.variable)
        monkeypatch.delenv("FORECAST_ENGINE", raising=False)


@every_command
def test_a_number_or_a_flag_that_is_none_is_refused_with_the_name_of_its_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any]
) -> None:
    arguments = (command.__name__, *([] if command is info else ["x"]))
    for setting in settings_of(command).values():
        if setting.item_kind in (int, float, bool):
            monkeypatch.setenv(setting.variable, "broken")
            outcome = run(*arguments)
            assert outcome.code == 2
            assert setting.variable in outcome.words
            monkeypatch.delenv(setting.variable)


def seen(workflows: Workflows) -> dict[str, Any]:
    return {k: v for k, v in workflows.asked.items() if k not in ("tell", "progress")}


def test_an_empty_variable_is_none(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, "horizon = 2")
    for name in ("FORECAST_HORIZON", "FORECAST_CELL", "FORECAST_QUIET"):
        monkeypatch.setenv(name, "")
    assert run("train", "x").code == 0
    assert horizon(workflows) == 2


def test_a_variable_holds_a_list_as_it_would_be_typed(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_TARGET", 'a,"b, c"')
    monkeypatch.setenv("FORECAST_LEVEL", "50,90")
    run("train", "x")
    settings = workflows.asked["settings"]
    assert (settings.read.target, settings.levels) == (("a", "b, c"), (50, 90))


@pytest.mark.parametrize("word", ["1", "true", "yes", "TRUE"])
def test_a_flag_is_set_by_a_variable(run: Run, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("FORECAST_QUIET", word)
    assert "note:" not in run("predict").words


@pytest.mark.parametrize("word", ["0", "false", "no"])
def test_a_variable_takes_back_a_flag_of_the_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
) -> None:
    write(tmp_path, "quiet = true")
    assert "note:" not in run("predict").words
    monkeypatch.setenv("FORECAST_QUIET", word)
    assert "note:" in run("predict").words


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("CELL", "cnn", "--cell is 'cnn'; accepted values: gru, lstm, rnn, lstm-gru"),
        ("HORIZON", "many", "--horizon is 'many'; it must be a whole number"),
        ("HORIZON", "0", "--horizon is 0; it must be 1 or more"),
        ("LEVEL", "80,x", "--level is 'x'; it must be a whole number"),
        ("MIN_SKILL", "2", "--min-skill is 2.0; it must be below 1"),
        ("QUIET", "maybe", "FORECAST_QUIET is 'maybe'; accepted values: 1, true, yes, 0, false"),
        ("HORIZON", "\x1b[31m", "[31m'; it must be a whole number"),
    ],
)
def test_a_bad_variable_is_wrong_usage_that_names_it_and_what_is_accepted(
    run: Run,
    workflows: Workflows,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(f"FORECAST_{variable}", value)
    outcome = run("train", "x")
    assert (outcome.code, outcome.output, outcome.words.count("\n")) == (2, b"", 1)
    assert words in outcome.words
    assert f"FORECAST_{variable}" in outcome.words
    assert workflows.asked == {}


def test_a_bad_choice_that_a_record_does_not_check_is_refused_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_FORMAT", "xml")
    outcome = run("predict")
    assert outcome.code == 2
    assert "accepted values: table, csv" in outcome.words
    assert "--format is set by FORECAST_FORMAT" in outcome.words


def test_an_error_of_the_work_says_where_the_option_it_names_was_set(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflows.notices = ()
    workflows.error = DataError("column y (--target) is not in x")
    monkeypatch.setenv("FORECAST_TARGET", "y")
    monkeypatch.setenv("FORECAST_TIME", "t")
    words = "error: column y (--target) is not in x"
    assert run("train", "x").words == f"{words}; --target is set by FORECAST_TARGET\n"
    workflows.error = DataError("column y (--target) is not in x")
    assert run("train", "x", "--target", "y").words == f"{words}\n"


def test_a_bad_variable_does_not_matter_where_its_option_is_typed_or_lacking(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_CELL", "cnn")
    for command in ("train x --cell gru", "predict", "info", "--help", "train --help"):
        assert run(*command.split()).code == 0


def test_a_variable_that_names_no_option_is_told_once_with_the_nearest_name(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_HORIZN", "3")
    monkeypatch.setenv("FORECAST_HELP", "1")
    outcome = run("predict", "-q")
    assert outcome.code == 0
    assert outcome.words.count("FORECAST_HORIZN") == 1
    assert (
        "warning: the variable FORECAST_HORIZN names no option; did you mean FORECAST_HORIZON?\n"
        in outcome.words
    )
    assert "FORECAST_HELP names no option" in outcome.words


def test_a_variable_of_the_completion_is_no_variable_of_ours(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_FORECAST_COMPLETEX", "1")
    assert "names no option" not in run("predict").words


def test_data_cannot_be_set(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORECAST_DATA", "x.csv")
    assert "missing argument 'DATA'" in run("train").words
    write(tmp_path, 'data = "x.csv"')
    assert "forecast.toml: data is no option" in run("predict").words


@pytest.mark.parametrize("where", ["typed", "variable", "file", "table"])
def test_debug_may_stand_anywhere(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    workflows.error = ValueError("a bug")
    assert "Traceback" not in run("predict").words
    if where == "variable":
        monkeypatch.setenv("FORECAST_DEBUG", "1")
    elif where != "typed":
        write(tmp_path, "[predict]\ndebug = true" if where == "table" else "debug = true")
    assert "Traceback" in run("predict", *(["--debug"] if where == "typed" else [])).words


def test_a_variable_takes_back_the_debug_of_the_file(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workflows.error = ValueError("a bug")
    write(tmp_path, "debug = true")
    monkeypatch.setenv("FORECAST_DEBUG", "0")
    assert "Traceback" not in run("predict").words


def test_what_the_file_sets_is_said_once_unless_quiet(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, 'cell = "lstm"\nhorizon = 6\nlayers = 2\nl1 = 0.5\njson = true')
    monkeypatch.setenv("FORECAST_LAYERS", "3")
    outcome = run("train", "x", "--l1", "0.1")
    assert "note: forecast.toml: horizon = 6, cell = lstm, json = true\n" in outcome.words
    assert outcome.words.count("forecast.toml") == 1
    assert outcome.text.startswith("{")
    assert "forecast.toml" not in run("train", "x", "-q").words


def test_a_file_that_sets_nothing_here_is_not_mentioned(run: Run, tmp_path: Path) -> None:
    write(tmp_path, '[train]\ncell = "lstm"')
    assert "forecast.toml" not in run("predict").words


def test_the_settings_of_a_command_are_found_in_order_by_the_name_of_their_option() -> None:
    settings = settings_of(train)
    assert list(settings)[:3] == ["target", "time", "id"]
    assert settings["level"].field == "levels"
    assert settings["horizon"].flags == ("-H", "--horizon")
