"""Commands are known by name and line, and loaded when they are meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import forecast_cli.cli
from forecast_cli.cli.command_group import SUMMARIES, CommandSettings, load_command
from forecast_cli.cli.signatures import settings_of

MODULES = {f"forecast_cli.cli.{name}" for name in SUMMARIES}


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that are loaded when a command line has been answered."""
    script = (
        "import sys; from forecast_cli.cli.start import main\n"
        "main(); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stderr.splitlines()[-1].split())


def test_a_summary_is_the_first_line_of_what_the_command_says_of_itself() -> None:
    own = {name: (load_command(name).__doc__ or "").partition("\n\n")[0] for name in SUMMARIES}
    assert own == SUMMARIES


def test_a_command_is_called_as_its_function() -> None:
    assert [load_command(name).__name__ for name in SUMMARIES] == list(SUMMARIES)


def test_no_command_is_forgotten() -> None:
    (folder,) = forecast_cli.cli.__path__
    commands = {
        path.stem
        for path in Path(folder).glob("*.py")
        if "@with_options" in path.read_text(encoding="utf-8").splitlines()
    }
    assert commands == set(SUMMARIES)


def test_a_name_of_no_command_loads_nothing() -> None:
    settings = CommandSettings()
    assert "nosuch" not in settings
    assert "streams" not in settings
    with pytest.raises(KeyError, match="streams"):
        load_command("streams")


def test_settings_are_those_of_the_command_in_the_order_of_the_help() -> None:
    settings = CommandSettings()
    assert list(settings) == list(SUMMARIES)
    assert len(settings) == len(SUMMARIES)
    assert settings["info"] is settings_of(load_command("info"))


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--help"], ["--nosuch"]),
        *(pytest.param(a, marks=pytest.mark.slow) for a in (["-h"], [], ["--version"], ["nosuch"])),
    ],
)
def test_what_is_not_about_one_command_loads_none(tmp_path: Path, arguments: list[str]) -> None:
    found = loaded(tmp_path, *arguments)
    assert "forecast_cli.cli.command_group" in found
    assert not found & MODULES


@pytest.mark.parametrize(
    "arguments",
    [["train", "--help"], pytest.param(["train", "--nosuch"], marks=pytest.mark.slow), ["train"]],
)
def test_what_is_about_one_command_loads_no_other(tmp_path: Path, arguments: list[str]) -> None:
    found = loaded(tmp_path, *arguments)
    assert found & MODULES == {"forecast_cli.cli.train"}
    assert "forecast_cli.findings" not in found


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--help"], marks=pytest.mark.slow),
        pytest.param(["train", "--help"], marks=pytest.mark.slow),
        ["train", "--nosuch"],
    ],
)
def test_help_and_an_unknown_option_convert_no_value(tmp_path: Path, arguments: list[str]) -> None:
    # Typer converts with pydantic, and loading that takes a third as long as all of the help.
    assert "pydantic" not in loaded(tmp_path, *arguments)
