import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from forecast_cli.errors import OutputError
from forecast_cli.filesystem import OwnedFile, check_writable, replacing, write_atomically

OTHERS_TOO = 0o664


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_holds_the_data_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "model.forecast", b"\x00\xff")
    assert (tmp_path / "model.forecast").read_bytes() == b"\x00\xff"
    assert names_in(tmp_path) == ["model.forecast"]


def test_a_new_file_gets_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o640


def test_an_existing_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(OTHERS_TOO)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert mode(path) == OTHERS_TOO


def test_a_symbolic_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there" / "file")
    write_atomically(link, b"x")
    assert link.is_symlink()
    assert (tmp_path / "there" / "file").read_bytes() == b"x"
    assert names_in(tmp_path / "there") == ["file"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    check_writable(pipe)
    write_atomically(pipe, b"through")
    reader.join(timeout=10)
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_the_null_device_takes_anything() -> None:
    check_writable(os.devnull)
    write_atomically(os.devnull, b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize("call", ["os.write", "os.fsync", "pathlib.Path.replace"])
def test_when_a_step_fails_the_old_file_stands_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "model.forecast"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(call, fail)
    with pytest.raises(OutputError, match=r"model\.forecast: cannot be written: no space left"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["model.forecast"]


def test_data_that_is_taken_in_pieces_arrives_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: whole_write(fd, data[:3]))
    write_atomically(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".model.forecast.0123456789ab.part").write_bytes(b"half")
    (tmp_path / ".other.forecast.0123456789ab.part").write_bytes(b"not ours")
    write_atomically(tmp_path / "model.forecast", b"x")
    assert names_in(tmp_path) == [".other.forecast.0123456789ab.part", "model.forecast"]


def test_what_another_run_is_still_writing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.forecast"
    sync = os.fsync
    listed: list[list[str]] = []

    def write_the_other(descriptor: int) -> None:
        sync(descriptor)
        if not listed:
            listed.append(names_in(tmp_path))
            write_atomically(path, b"other")
            listed.append(names_in(tmp_path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", write_the_other)
        write_atomically(path, b"one")
    (half_written,) = listed[0]
    assert half_written in listed[1]
    assert path.read_bytes() == b"one"
    assert names_in(tmp_path) == ["model.forecast"]


def test_a_save_is_synced_before_it_gets_its_name_and_its_folder_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.forecast"
    steps: list[str] = []
    sync, rename = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        whole = is_folder or os.fstat(descriptor).st_size == len(b"whole")
        steps.append(f"sync {'folder' if is_folder else 'file'}{'' if whole else ' in part'}")
        sync(descriptor)

    def note_rename(source: Path, target: Path) -> Path:
        steps.append("rename" if source.parent == target.parent else "move")
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_rename)
    write_atomically(path, b"whole")
    assert steps == ["sync file", "rename", "sync folder"]


def test_a_folder_that_may_not_be_listed_takes_a_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    write_atomically(tmp_path / "model.forecast", b"x")
    assert (tmp_path / "model.forecast").read_bytes() == b"x"


def test_what_cannot_be_cleared_away_does_not_make_a_save_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "unlink", fail)
    write_atomically(tmp_path / "model.forecast", b"x")
    assert (tmp_path / "model.forecast").read_bytes() == b"x"


def test_a_folder_in_which_nothing_can_be_renamed_is_found_out_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="cannot be written: operation not permitted"):
        check_writable(tmp_path / "model.forecast")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_a_working_folder_that_was_deleted_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for write in (check_writable, lambda path: write_atomically(path, b"x")):
        with pytest.raises(OutputError, match=r"model\.forecast: cannot be written: no such file"):
            write("model.forecast")


def test_a_long_name_still_has_room_for_a_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    check_writable(path)
    write_atomically(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"the folder .*/nowhere does not exist"):
        check_writable(tmp_path / "nowhere" / "model.forecast")


def test_a_name_that_is_too_long_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="file name too long"):
        check_writable(tmp_path / ("x" * 300))


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="this is a folder"):
        check_writable(tmp_path)


def test_a_folder_that_takes_no_file_is_named_with_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match=f"{tmp_path.name}: cannot be written: permission denied"):
        check_writable(tmp_path / "model.forecast")


def test_a_write_protected_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine"
    path.write_bytes(b"precious")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="write-protected"):
        check_writable(path)


def test_trying_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "model.forecast")
    assert names_in(tmp_path) == []


def test_control_characters_in_a_name_are_shown_escaped(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\\x1b\[31m"):
        check_writable(tmp_path / "\x1b[31m" / "file")


def test_an_owned_file_is_there_from_the_beginning_and_keeps_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "state"
    file = OwnedFile(path, "taken")
    assert file.read() == b""
    file.close(remove=False)
    path.write_bytes(b"before")
    again = OwnedFile(path, "taken")
    assert again.read() == b"before"
    again.write(b"after")
    assert path.read_bytes() == b"after"
    again.close(remove=True)
    assert names_in(tmp_path) == []


def test_an_owned_file_has_one_owner_whatever_its_content(tmp_path: Path) -> None:
    path = tmp_path / "state"
    owner = OwnedFile(path, "taken")
    for content in (b"one", b"two"):
        with pytest.raises(OutputError, match="taken"):
            OwnedFile(path, "taken")
        owner.write(content)
    owner.close(remove=False)
    OwnedFile(path, "taken").close(remove=True)


def test_an_owned_file_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "state"
    script = (
        "import os, pathlib, sys; from forecast_cli.filesystem import OwnedFile\n"
        "file = OwnedFile(pathlib.Path(sys.argv[1]), 'taken'); file.write(b'kept')\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -9
    file = OwnedFile(path, "taken")
    assert file.read() == b"kept"
    file.close(remove=True)


def test_a_device_is_nobodys_file() -> None:
    with pytest.raises(OutputError, match="/dev/null: this is no regular file"):
        OwnedFile(Path("/dev/null"), "taken")


def test_an_owned_file_in_a_folder_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: no such file or directory"):
        OwnedFile(tmp_path / "nowhere" / "state", "taken")


def test_a_file_written_piece_by_piece_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")
    with replacing(path) as write:
        write(b"one")
        write(b"two")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"onetwo"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_whose_pieces_end_early_is_not_there(tmp_path: Path) -> None:
    with suppress(KeyError), replacing(tmp_path / "rows.csv") as write:
        write(b"one")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_device_takes_pieces_as_they_come(tmp_path: Path) -> None:
    with replacing(os.devnull) as write:
        write(b"one")
    with pytest.raises(OutputError, match="not-there"), replacing(tmp_path / "not-there" / "x"):
        pass
