from pathlib import Path

import pytest

from forecast_cli.errors import ConfigError
from forecast_cli.toml_file import read_toml


def test_a_document_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + b"a = 1\n")
        assert read_toml(str(path), "a = 1") == {"a": 1}


def test_a_fault_has_its_line_and_an_example(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\nb\n")
    with pytest.raises(ConfigError, match=r"a\.toml, line 2: .*; a line reads: a = 1"):
        read_toml(str(path), "a = 1")


def test_whether_a_file_must_be_there_is_left_to_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_toml(str(tmp_path / "a.toml"), "a = 1")
