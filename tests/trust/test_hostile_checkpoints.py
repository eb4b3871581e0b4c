"""Hostile files are refused in one line, with no process, connection or file besides."""

from pathlib import Path

import pytest

from tests.trust.hostile import hostile_files
from tests.trust.opening import COMMANDS, open_traced
from tests.trust.programs import (
    CHECKPOINT,
    ENVIRONMENT,
    PROGRAM,
    ROOT,
    SMALL_TRAINING,
    run,
    write_small_data,
)
from tests.trust.system_calls import why_not

REASON = why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(REASON is not None, reason=REASON or "")]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", hostile_files())
def test_a_hostile_checkpoint_is_refused_and_nothing_else_happens(
    kind: str, command: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / f"{kind.replace(' ', '-')}.forecast"
    path.write_bytes(hostile_files()[kind])
    assert open_traced(command, path).fault(path.name) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_far_too_large_is_refused_without_reading_it(
    command: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "sparse.forecast"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert open_traced(command, path).fault(path.name) is None


def test_a_file_without_an_end_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "endless.forecast"
    path.symlink_to("/dev/zero")
    assert open_traced("info", path).fault(path.name) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_a_good_checkpoint_is_only_read_as_well(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write_small_data(folder)
    assert run([*PROGRAM, *SMALL_TRAINING], folder).code == 0
    opened = open_traced(command, folder / CHECKPOINT)
    assert opened.ended.code == 0
    assert opened.deeds == ()


def test_the_trace_sees_a_file_a_connection_and_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A trace that saw nothing would prove nothing.
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import socket, subprocess\n"
        "open('PWNED', 'w').close()\n"
        "subprocess.run(['true'])\n"
        "socket.socket().connect_ex(('127.0.0.1', 9))\n"
    )
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", f"{folder}:{ROOT}")
    path = folder / "empty.forecast"
    path.write_bytes(b"")
    deeds = " ".join(open_traced("info", path).deeds)
    for deed in ("PWNED", "connect(", "execve(", "a new file PWNED"):
        assert deed in deeds
