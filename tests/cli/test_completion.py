"""Completion of column names, as the shells ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast_cli.cli.app import main

ROOT = Path(__file__).parents[2]
REAL = (sys.executable, "-m", "forecast_cli")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
HEAVY = {"numpy", "pandas", "scipy", "sklearn", "torch", "safetensors"}
SALES = "store,date,sales\na,2020-01-01,1\n"


Ask = Callable[..., list[str]]
Offered = Callable[..., str]


def variables(line: str, shell: str) -> dict[str, str]:
    """What a shell puts into the environment when Tab is pressed at the end of a line."""
    words = line.split(" ")
    return {
        "_FORECAST_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ask:
    """What the program tells a shell, line by line."""
    monkeypatch.chdir(tmp_path)

    def press_tab(line: str, shell: str = "bash") -> list[str]:
        for name, value in variables(line, shell).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main([])
        told = capfd.readouterr()
        assert (left.value.code, told.err) == (0, "")
        return told.out.split("\n")[:-1] if told.out.strip() else []

    return press_tab


@pytest.fixture
def offered(tmp_path: Path, ask: Ask) -> Offered:
    """The names that bash is offered for a file, between commas."""

    def press_tab(header: str | bytes, *, option: str = "--target", word: str = "") -> str:
        data = header if isinstance(header, bytes) else header.encode()
        (tmp_path / "data.csv").write_bytes(data)
        return ",".join(ask(f"forecast train data.csv {option} {word}"))

    return press_tab


@pytest.mark.parametrize(
    ("shell", "told"),
    [
        ("bash", "Total\\ sales\nGröße\nSales\\ \\(EUR\\)\nx\n"),
        pytest.param(
            "zsh",
            '_arguments \'*: :(("Total sales"\n"Größe"\n"Sales (EUR)"\n"x"))\'\n',
            marks=pytest.mark.slow,
        ),
        pytest.param("fish", "Total sales\nGröße\nSales (EUR)\nx\n", marks=pytest.mark.slow),
    ],
)
def test_a_shell_is_told_the_columns_in_its_own_way_and_no_heavy_library_is_loaded(
    tmp_path: Path, shell: str, told: str
) -> None:
    (tmp_path / "data.csv").write_text('"Total sales";Größe;Sales (EUR);x\n', encoding="utf-8")
    script = (
        "import sys; from forecast_cli.cli.start import main\n"
        "try: main()\n"
        f"finally: print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=ENVIRONMENT | variables("forecast train data.csv --target ", shell),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.decode(), done.stderr.strip()) == (told, b"")


@pytest.mark.parametrize("option", ["--target", "--time", "--id"])
@pytest.mark.parametrize("command", ["train", "predict", "evaluate", "inspect"])
def test_the_three_options_of_columns_are_completed(
    tmp_path: Path, ask: Ask, command: str, option: str
) -> None:
    (tmp_path / "data.csv").write_text(SALES)
    assert ask(f"forecast {command} -q data.csv {option} s") == ["store", "sales"]


def test_the_items_of_a_list_are_completed_one_by_one(offered: Offered) -> None:
    assert offered(SALES, option="--id", word="date,s") == "date,store,date,sales"
    assert offered(SALES, option="--id", word="store,s") == "store,sales"
    assert offered(SALES, option="--time", word="store,s") == ""


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,b\n1,2\n", "a,b"),
        ("a;b,c;d\n1;2;3\n", "a,d"),
        ("a\tb\n", "a,b"),
        ("a|b\n", "a,b"),
        ("alone\n1\n", "alone"),
        (b"\xef\xbb\xbfa,b\n", "a,b"),
        ("a,b\n".encode("utf-16"), "a,b"),
        ('"a;b;c",d\n', "d"),
        ("\n\na,b\n", "a,b"),
        ('"a\nb",c\n', "c"),
        ("a,,b\n", "a,b"),
    ],
)
def test_the_header_is_read_as_the_program_would_read_it(
    offered: Offered, header: str | bytes, names: str
) -> None:
    assert offered(header) == names


def test_the_delimiter_that_was_typed_is_used(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "data.csv").write_text("a b,c\n")
    assert ask("forecast train data.csv --delimiter , --target a") == ["a\\ b"]


@pytest.mark.parametrize(
    "name",
    ["$(touch x)", "`x`", "a'b", 'a""b', "a\\$(x)", "a&b", "a>b", "x*", "-x", "~x", "a!b", "\x1bx"],
)
def test_a_name_that_a_shell_might_act_on_is_not_offered(offered: Offered, name: str) -> None:
    assert offered(f'good,"{name}"\n') == "good"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 100, b"\x1f\x8b\x08\x00\xff\xfe", b"x" * 100_000, b"\xff\xfe\x00", b'"a,b\n'],
    ids=["empty", "zeros", "gzip", "endless line", "half a character", "open quote"],
)
def test_trouble_is_silent(offered: Offered, content: bytes) -> None:
    assert offered(content) == ""


def test_what_is_no_file_is_not_waited_for(tmp_path: Path, ask: Ask) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero", ".", "nowhere.csv", "-"):
        assert ask(f"forecast train {name} --target ") == []
    assert ask("forecast predict --target ") == []


def test_only_the_beginning_of_a_file_is_read(tmp_path: Path, ask: Ask) -> None:
    with (tmp_path / "data.csv").open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(2**36)
    started = time.monotonic()
    assert ask("forecast train data.csv --target ") == ["a", "b"]
    assert time.monotonic() - started < 30


def test_choices_are_completed_and_files_are_left_to_the_shell(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "data.csv").write_text(SALES)
    assert ask("forecast train data.csv --cell l") == ["lstm", "lstm-gru"]
    for line in ("forecast train ", "forecast train data.csv -o ", "forecast predict -m "):
        assert ask(line) == []
        assert ask(line, "zsh") == ["_files"]


def test_a_broken_settings_file_does_not_matter(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "data.csv").write_text(SALES)
    (tmp_path / "forecast.toml").write_text("horizon ==")
    assert ask("forecast train data.csv --time d") == ["date"]


@pytest.fixture
def bash(tmp_path: Path) -> dict[str, str]:
    """The variables of a bash that finds the program."""
    if shutil.which("bash") is None:
        pytest.skip("this system has no bash")
    program = tmp_path / "bin" / "forecast"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {" ".join(REAL)} "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return ENVIRONMENT | {"PATH": path, "HOME": str(tmp_path)}


def in_bash(script: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "reply"),
    [
        (["train", "data.csv", "--target", "To"], "<Total\\ sales>"),
        (["train", "data.csv", "--target", "Total\\ s"], "<Total\\ sales>"),
        (["train", "data.csv", "--target", '"To'], "<Total sales>"),
        (["train", "data.csv", "--id", "a\\[b\\],x"], "<a\\[b\\],x>"),
        (["train", "data.csv", "--target", "a"], "<a\\[b\\]>"),
        (["train", "data.csv", "--cell", "g"], "<gru>"),
        (["train", "data.csv", "--cell", "=", "g"], "<gru>"),
        (["train", "data.csv", "--target", "="], "<Total\\ sales><a\\[b\\]><x>"),
        (["train", "data.csv", "--target", "=", "To"], "<Total\\ sales>"),
        (["train", "da"], "<>"),
    ],
)
def test_bash_completes_with_the_script_that_it_is_given(
    tmp_path: Path, bash: dict[str, str], words: list[str], reply: str
) -> None:
    (tmp_path / "data.csv").write_text("Total sales,a[b],x\n")
    # A name is no pattern, even where it fits a file.
    (tmp_path / "ab").touch()
    quoted = " ".join("'" + word + "'" for word in ("forecast", *words))
    script = (
        'eval "$(_FORECAST_COMPLETE=source_bash forecast)"\n'
        f"COMP_WORDS=({quoted}) COMP_CWORD={len(words)}\n"
        '_forecast_completion forecast\nprintf "<%s>" "${COMPREPLY[@]}"'
    )
    assert in_bash(script, tmp_path, bash) == reply


def test_completion_is_shown_and_installed_for_the_shell_that_asks(
    tmp_path: Path, bash: dict[str, str]
) -> None:
    shown = in_bash("forecast --show-completion; true", tmp_path, bash)
    assert "complete -o default -F _forecast_completion forecast" in shown
    in_bash("forecast --install-completion; true", tmp_path, bash)
    assert (tmp_path / ".bash_completions" / "forecast.sh").read_text().strip() == shown.strip()
    assert ".bash_completions/forecast.sh" in (tmp_path / ".bashrc").read_text()
