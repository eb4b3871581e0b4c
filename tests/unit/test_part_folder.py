from pathlib import Path

import pytest

from forecast_cli.errors import OutputError
from forecast_cli.part_folder import is_part_folder, writing_parts
from tests.part_files import contents


def write(output: Path, *parts: bytes) -> None:
    with writing_parts(f"{output}/", "csv") as folder:
        for number, part in enumerate(parts):
            folder.write(number, part)


def test_parts_are_there_when_all_are_written(tmp_path: Path) -> None:
    with writing_parts(str(tmp_path / "out"), "csv") as folder:
        folder.write(0, b"a")
        folder.write(12, b"b")
        assert not (tmp_path / "out").exists()
    assert contents(tmp_path / "out") == {"part-00000.csv": b"a", "part-00012.csv": b"b"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_parts_of_before_are_replaced_all_together(tmp_path: Path) -> None:
    write(tmp_path / "out", b"a", b"b", b"c")
    write(tmp_path / "out", b"d")
    assert contents(tmp_path / "out") == {"part-00000.csv": b"d"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def fail_halfway(output: Path) -> None:
    with writing_parts(str(output), "csv") as folder:
        folder.write(0, b"b")
        raise ValueError("halfway")


def test_work_that_fails_leaves_the_parts_of_before(tmp_path: Path) -> None:
    write(tmp_path / "out", b"a")
    with pytest.raises(ValueError, match="halfway"):
        fail_halfway(tmp_path / "out")
    assert contents(tmp_path / "out") == {"part-00000.csv": b"a"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_no_part_of_the_result(tmp_path: Path) -> None:
    (tmp_path / ".out.unfinished").mkdir()
    (tmp_path / ".out.unfinished" / "part-00007.csv").write_bytes(b"old")
    write(tmp_path / "out", b"a")
    assert contents(tmp_path / "out") == {"part-00000.csv": b"a"}


def test_a_folder_with_anything_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds notes\.txt, which is no part"):
        write(tmp_path, b"a")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_is_being_written_is_left_to_who_writes_it(tmp_path: Path) -> None:
    with writing_parts(str(tmp_path / "out"), "csv") as folder:
        folder.write(0, b"a")
        with pytest.raises(OutputError, match="other work on this folder is going on"):
            write(tmp_path / "out", b"b")
    assert contents(tmp_path / "out") == {"part-00000.csv": b"a"}


def test_a_folder_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist; make it"):
        write(tmp_path / "no" / "out", b"a")


def test_an_output_is_a_folder_by_its_name_or_if_it_is_one(tmp_path: Path) -> None:
    assert is_part_folder("new/")
    assert is_part_folder(str(tmp_path))
    assert not is_part_folder("new.csv")
