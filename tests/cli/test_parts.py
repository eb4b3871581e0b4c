"""A folder as output: which commands and options go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.part_files import contents, write_model_and_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run, Workflows


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict"], "give DATA a folder"),
        (["predict", "-"], "give DATA a folder"),
        (["predict", "x", "--format", "table"], "parts are parquet"),
        (["predict", "x", "--future-data", "-"], "--future-data is read for every file"),
        (["evaluate", "-"], "give DATA a folder"),
    ],
)
def test_what_does_not_go_with_a_folder_is_wrong_usage(
    run: Run, arguments: list[str], words: str
) -> None:
    outcome = run(*arguments, "-o", "out/")
    assert outcome.code == 2
    assert words in outcome.words


def test_one_result_is_made_on_this_machine_which_is_told(run: Run, workflows: Workflows) -> None:
    outcome = run("predict", "x", "--engine", "ray")
    assert outcome.code == 0
    assert "--engine ray: one result is made on this machine" in outcome.words


@pytest.mark.parametrize("option", ["--workers", "--address"])
def test_options_of_a_cluster_without_one_are_wrong_usage(run: Run, option: str) -> None:
    outcome = run("train", "x", option, "3")
    assert outcome.code == 2
    assert f"{option} is for --engine ray" in outcome.words


def test_the_engine_reaches_training(run: Run, workflows: Workflows) -> None:
    run("train", "x", "--engine", "ray", "--workers", "3", "--address", "a:1")
    engine = workflows.asked["settings"].engine
    assert (engine.engine, engine.workers, engine.address) == ("ray", 3, "a:1")


def test_a_folder_of_files_becomes_a_folder_of_parts_and_a_report(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from forecast_cli.cli.app import main

    model, data = write_model_and_files(tmp_path, n_files=3)
    for command in ("predict", "evaluate"):
        output = tmp_path / command
        arguments = [command, data, "-m", model, "-o", f"{output}/", "--format", "csv", "--json"]
        assert main(arguments) == 0
        captured = capfd.readouterr()
        assert len(contents(output)) == 3
        assert f'"report": "{command}"' in captured.out
        assert "part 3 of 3" in captured.err
