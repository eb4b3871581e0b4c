"""The program itself, when what it is to write cannot be written."""

import os
import resource
import time
from pathlib import Path

import pytest

from tests.trust.programs import CHECKPOINT, PROGRAM, SMALL_TRAINING, run, write_small_data

pytestmark = pytest.mark.slow

OLD = b"the file of yesterday"
BYTES = 4096


def no_large_file() -> None:
    """Stands for a full disk: Python ignores the signal, and a write beyond the limit fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, BYTES))


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    (tmp_path / CHECKPOINT).write_bytes(OLD)
    ended = run([*PROGRAM, *SMALL_TRAINING], tmp_path, limit=no_large_file)
    assert ended.code == 1
    assert ended.words.endswith("cannot be written: file too large\n")
    assert "Traceback" not in ended.words
    assert (tmp_path / CHECKPOINT).read_bytes() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == [CHECKPOINT, "small.csv"]


def test_a_forecast_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    assert run([*PROGRAM, *SMALL_TRAINING], tmp_path).code == 0
    result = tmp_path / "result.csv"
    result.write_bytes(OLD)
    command = [*PROGRAM, "predict", "-q", "--horizon", "500", "--output", result.name]
    ended = run(command, tmp_path, limit=no_large_file)
    assert ended.code == 1
    assert ended.words.endswith("result.csv: cannot be written: file too large\n")
    assert result.read_bytes() == OLD
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [CHECKPOINT, "result.csv", "small.csv"]


def test_a_folder_that_takes_no_file_is_refused_before_training(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    started = time.monotonic()
    command = [*PROGRAM, *SMALL_TRAINING, "--epochs", "1000000", "-o", "nowhere/m.forecast"]
    ended = run(command, tmp_path)
    assert time.monotonic() - started < 60
    assert ended.code == 1
    assert "nowhere does not exist" in ended.words


def test_a_file_whose_name_is_no_text_trains_a_checkpoint_that_can_be_used(tmp_path: Path) -> None:
    data = write_small_data(tmp_path).rename(tmp_path / os.fsdecode(b"caf\xe9.csv"))
    name = os.fsdecode(b"mod\xe8le.forecast")
    options = [part for part in SMALL_TRAINING if part != "small.csv"]
    trained = run([*PROGRAM, *options, data.name, "-o", name], tmp_path)
    assert (trained.code, trained.output) == (0, b"mod\xe8le.forecast\n")
    assert run([*PROGRAM, "predict", "-q", "-m", name], tmp_path).code == 0
    shown = run([*PROGRAM, "info", name], tmp_path)
    assert shown.code == 0
    assert b"caf\\udce9.csv" in shown.output
