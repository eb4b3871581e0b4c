from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from forecast_cli.cli import signals
from forecast_cli.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    MissingExtraError,
    OutputError,
    SkillError,
    TrainingError,
    UserError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run, Workflows


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError, 1),
        (CheckpointError, 1),
        (TrainingError, 1),
        (OutputError, 1),
        (MissingExtraError, 1),
        (ConfigError, 2),
        (SkillError, 3),
    ],
)
def test_an_error_of_the_user_is_one_message_and_the_code_of_its_class(
    run: Run, workflows: Workflows, error: type[UserError], code: int
) -> None:
    workflows.notices = ()
    workflows.error = error("sales.csv, line 3: 'x' is no number")
    outcome = run("predict")
    assert (outcome.code, outcome.output) == (code, b"")
    assert outcome.words == "error: sales.csv, line 3: 'x' is no number\n"


@pytest.mark.parametrize("error", [ValueError("a\nbug"), EOFError("a bug"), KeyError("a bug")])
def test_a_bug_of_ours_is_one_line_without_a_traceback(
    run: Run, workflows: Workflows, error: Exception
) -> None:
    workflows.notices = ()
    workflows.error = error
    outcome = run("train", "x")
    assert (outcome.code, outcome.output) == (70, b"")
    assert outcome.words.startswith(f"internal error: {type(error).__name__}: ")
    assert outcome.words.endswith("a bug; run again with --debug to see where\n") or (
        type(error) is KeyError
    )
    assert outcome.words.count("\n") == 1


def test_debug_shows_where_a_bug_is(run: Run, workflows: Workflows) -> None:
    workflows.error = ValueError("a bug")
    words = run("train", "x", "--debug").words
    assert "Traceback" in words
    assert "raise self.error" in words
    assert "internal error: ValueError: a bug" in words


def test_debug_shows_no_traceback_for_an_error_of_the_user(run: Run, workflows: Workflows) -> None:
    workflows.error = DataError("not a number")
    assert "Traceback" not in run("train", "x", "--debug").words


def test_too_little_memory_is_told_in_words(run: Run, workflows: Workflows) -> None:
    workflows.error = MemoryError()
    outcome = run("train", "x")
    assert outcome.code == 1
    assert "not enough memory" in outcome.words


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped by SIGTERM")],
)
def test_a_signal_is_one_line_that_says_what_was_kept(
    run: Run,
    workflows: Workflows,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    code: int,
    words: str,
) -> None:
    monkeypatch.setattr(signals, "_watch", signals._Watch())
    workflows.notices = ()
    workflows.error = signals.StoppedError(number)
    workflows.error.add_note("all is kept")
    outcome = run("train", "x")
    assert (outcome.code, outcome.words) == (code, f"error: {words}; all is kept\n")


def test_an_error_that_a_library_made_of_a_signal_is_told_as_the_signal(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = signals._Watch()
    watch.error = signals.StoppedError(signal.SIGINT)
    monkeypatch.setattr(signals, "_watch", watch)
    workflows.notices = ()
    workflows.error = SystemError("returned a result with an exception set")
    outcome = run("train", "x")
    assert (outcome.code, outcome.words) == (130, "error: interrupted\n")


def test_an_error_in_markup_is_shown_as_it_is(run: Run, workflows: Workflows) -> None:
    workflows.notices = ()
    workflows.error = DataError("column [/x] [red]y[/red]")
    assert run("predict").words == "error: column [/x] [red]y[/red]\n"


def test_control_characters_in_an_error_are_escaped(run: Run, workflows: Workflows) -> None:
    workflows.notices = ()
    workflows.error = DataError("value \x1b[31m")
    assert run("predict").words == "error: value \\x1b[31m\n"


@pytest.mark.parametrize("command", ["train x", "predict", "evaluate x", "inspect x", "info"])
def test_an_output_that_cannot_be_written_is_told_before_the_work(
    run: Run, workflows: Workflows, command: str
) -> None:
    outcome = run(*command.split(), "-o", "nowhere/out")
    assert (outcome.code, outcome.output) == (1, b"")
    assert "nowhere does not exist" in outcome.words
    assert workflows.asked == {}


def test_the_data_is_never_overwritten(run: Run, workflows: Workflows, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("precious")
    outcome = run("train", "sales.csv", "-o", "./sales.csv")
    assert outcome.code == 2
    assert "which is also read" in outcome.words
    assert workflows.asked == {}


@pytest.mark.parametrize("source", ["data", "data/*.csv"])
def test_a_file_of_a_folder_that_is_read_is_not_written_over(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("t,y\n1,2\n")
    outcome = run("predict", source, "-o", "data/a.csv")
    assert outcome.code == 2
    assert "which is also read" in outcome.words
    assert run("predict", source, "-o", "data/b.forecast").code == 0


def test_the_checkpoint_is_never_overwritten_by_a_forecast(run: Run, tmp_path: Path) -> None:
    (tmp_path / "model.forecast").write_text("precious")
    assert run("predict", "-o", "model.forecast").code == 2


def test_parquet_without_its_extra_is_told_before_the_work(
    run: Run, workflows: Workflows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast_cli.writer.find_spec", lambda _: None)
    outcome = run("predict", "--format", "parquet", "-o", "out.parquet")
    assert outcome.code == 1
    assert "pip install 'forecast-cli[parquet]'" in outcome.words
    assert workflows.asked == {}


def test_the_database_of_a_query_is_never_overwritten(
    run: Run, workflows: Workflows, tmp_path: Path
) -> None:
    (tmp_path / "sales.db").write_text("precious")
    outcome = run("train", "duckdb:sales.db?select * from shop", "-o", "./sales.db")
    assert outcome.code == 2
    assert "which is also read" in outcome.words
    assert (tmp_path / "sales.db").read_text() == "precious"
