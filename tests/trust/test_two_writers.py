"""Whoever writes one file at the same time, a reader finds one whole file at every moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust.programs import ENVIRONMENT
from tests.trust.writers import train_twice_at_once

pytestmark = pytest.mark.slow

ROUNDS = 4


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_trainings_to_one_output_leave_one_whole_checkpoint(
    number: int, tmp_path: Path
) -> None:
    _, fault = train_twice_at_once(tmp_path / str(number))
    assert fault is None


WRITE_OFTEN = """
import sys
from forecast_cli.filesystem import check_writable, write_atomically
for number in range(300):
    check_writable("file")
    write_atomically("file", sys.argv[1].encode() * 50_000)
"""


def test_a_reader_beside_two_writers_only_ever_sees_whole_files(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"0" * 50_000)
    writers = [
        subprocess.Popen(
            [sys.executable, "-S", "-c", WRITE_OFTEN, letter],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
        )
        for letter in "ab"
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        content = file.read_bytes()
        assert content == content[:1] * 50_000
        seen.add(content[:1])
    words = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], words
    assert seen >= {b"a", b"b"}
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
