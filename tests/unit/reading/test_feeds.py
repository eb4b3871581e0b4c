import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from forecast_cli.reading.feeds import FileFeed, Joined, PipeFeed, is_packed, standard_input


def test_a_pipe_gives_what_is_there_and_pauses_where_nothing_is() -> None:
    ours, theirs = os.pipe()
    feed = PipeFeed(ours)
    assert feed.is_pausing()
    os.write(theirs, b"some")
    assert not feed.is_pausing()
    assert feed.read(100) == b"some"
    os.close(theirs)
    assert not feed.is_pausing()
    assert feed.read(100) == b""
    feed.close()
    os.close(ours)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_unpacked(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(pack(b"a,b\n"))
    assert is_packed(path) == (pack is gzip.compress)
    feed = FileFeed(path)
    assert feed.read(3) + feed.read(100) == b"a,b\n"
    assert not feed.is_pausing()
    feed.close()


def test_what_was_read_comes_before_the_rest() -> None:
    joined = Joined(b"one", io.BytesIO(b"two"))
    assert [joined.read(2), joined.read(2), joined.read(2)] == [b"one", b"tw", b"o"]
    assert Joined(b"", io.BytesIO(b"two")).read() == b"two"


def test_a_stream_in_memory_is_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    assert standard_input() is None
    monkeypatch.setattr(sys, "stdin", None)
    assert standard_input() is None


def test_a_device_is_no_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Path(os.devnull).open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert standard_input() is None
    (tmp_path / "data").write_text("x")
    with (tmp_path / "data").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert standard_input() is not None
