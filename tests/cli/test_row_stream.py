"""`forecast predict` as a process that is fed slowly, or with more than it holds at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from forecast_cli.checkpoint import dump_model
from tests.cli.test_process import ENVIRONMENT, REAL, SECONDS
from tests.interruptions import hear_interrupts
from tests.models import make_model
from tests.panels import wave

HEADER = "name,step,value\n"


def rows(name: str, length: int = 20) -> str:
    return "".join(f"{name},{i},{float(value)!r}\n" for i, value in enumerate(wave(length)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.forecast").write_bytes(dump_model(make_model()))
    return tmp_path


class Program:
    """A running `forecast predict -`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*REAL, "predict", "-", *options],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=hear_interrupts,  # noqa: PLW1509
        )

    def feed(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def lines(self, count: int) -> list[str]:
        assert self.process.stdout is not None
        return [self.process.stdout.readline().decode() for _ in range(count)]

    def end(self) -> tuple[str, str, int]:
        out, err = self.process.communicate(timeout=SECONDS)
        return (out or b"").decode(), err.decode(), self.process.returncode


def test_the_first_series_is_out_before_the_second_has_ended(folder: Path) -> None:
    program = Program(folder, "--format", "jsonl")
    program.feed(HEADER + rows("a") + rows("b", 3))
    first = [json.loads(line) for line in program.lines(4)]
    assert [row["name"] for row in first] == ["a"] * 4
    program.feed("".join(rows("b").splitlines(keepends=True)[3:]) + rows("c", 1))
    assert [json.loads(line)["name"] for line in program.lines(4)] == ["b"] * 4
    out, err, code = program.end()
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["c"] * 4
    assert code == 0
    assert err.splitlines()[-1].startswith("gru: no backtest")


@pytest.mark.slow
def test_csv_has_one_header(folder: Path) -> None:
    program = Program(folder, "-q")
    program.feed(HEADER + rows("a") + rows("b", 3))
    head = program.lines(5)
    out, _, _ = program.end()
    assert head[0].startswith("name,step,forecast,")
    assert [line[0] for line in [*head[1:], *out.splitlines()]] == [*"aaaabbbb"]


@pytest.mark.slow
def test_a_reader_that_leaves_ends_it_quietly(folder: Path) -> None:
    program = Program(folder)
    program.feed(HEADER + rows("a") + rows("b"))
    program.lines(1)
    assert program.process.stdout is not None
    program.process.stdout.close()
    program.process.stdout = None
    program.feed(rows("c") + rows("d"))
    _, err, code = program.end()
    assert code == 0
    assert "error" not in err


def has_rows(folder: Path) -> bool:
    """Whether an unfinished file holds anything; the one that only tries the folder soon goes."""
    for path in folder.glob(".rows*"):
        with suppress(FileNotFoundError):
            if path.stat().st_size:
                return True
    return False


def test_an_interrupted_stream_leaves_no_file(folder: Path) -> None:
    program = Program(folder, "-o", "rows.csv")
    program.feed(HEADER + rows("a") + rows("b", 3))
    while not has_rows(folder):
        pass
    program.process.send_signal(signal.SIGINT)
    # Before its input ends, as that would end it too.
    program.process.wait(SECONDS)
    _, err, code = program.end()
    assert (code, err.splitlines()[-1]) == (130, "error: interrupted")
    assert [path.name for path in folder.iterdir()] == ["model.forecast"]


@pytest.mark.slow
def test_a_stream_into_a_file_is_there_as_a_whole_in_the_end(folder: Path) -> None:
    program = Program(folder, "-o", "rows.tsv", "--format", "tsv")
    program.feed(HEADER + rows("a") + rows("b", 3))
    assert program.end()[2] == 0
    assert len((folder / "rows.tsv").read_text().splitlines()) == 9


@pytest.mark.slow
def test_a_series_that_comes_back_ends_the_stream(folder: Path) -> None:
    program = Program(folder)
    program.feed(HEADER + rows("a") + rows("b"))
    program.lines(5)
    program.feed(rows("c", 2) + "a,20,1\n")
    _, err, code = program.end()
    assert code == 1
    assert "standard input, line 44: series a comes back after others" in err


@pytest.mark.slow
def test_a_file_larger_than_a_block_is_forecast_in_blocks(folder: Path) -> None:
    names = [f"series {n:05d}" for n in range(700)]
    text = HEADER + "".join(rows(name, 400) for name in names)
    assert len(text) > 2**23
    (folder / "large.csv").write_text(text)
    by_name = subprocess.run(
        [*REAL, "predict", "large.csv"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    with (folder / "large.csv").open("rb") as stream:
        by_stream = subprocess.run(
            [*REAL, "predict", "-"],
            cwd=folder,
            env=ENVIRONMENT,
            capture_output=True,
            check=True,
            stdin=stream,
        )
    assert by_name.stdout == by_stream.stdout
    assert by_name.stdout.count(os.linesep.encode()) == 2801
    assert by_name.stderr.replace(b"large.csv", b"standard input") == by_stream.stderr
