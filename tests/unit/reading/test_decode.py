"""Sources that cannot be read, and the words for it."""

import gzip
import sys
from pathlib import Path

import pytest

from forecast_cli.errors import DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.decode import read_source


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "the name of the file is empty; name a file"),
        ("none.csv", "none.csv cannot be read: no such file or directory; check the name"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_a_remedy(source: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_source(source, ReadConfig())


def test_gzip_data_that_is_cut_short_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "short.csv.gz"
    path.write_bytes(gzip.compress(b"date,y\n2024-01-01,1\n" * 50)[:-12])
    with pytest.raises(DataError, match="the gzip data ends too early"):
        read_source(str(path), ReadConfig())


def test_standard_input_that_is_closed_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="standard input is closed; name a file"):
        read_source("-", ReadConfig())
