"""Text as a file, read to a panel, and what is told on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def panel_of(tmp_path: Path, notices: list[Notice]) -> Callable[..., Panel]:
    """Read text as a file with options."""

    def read(text: str, config: ReadConfig = ReadConfig()) -> Panel:
        path = tmp_path / "data.csv"
        path.write_text(text, encoding="utf-8")
        return read_panel(str(path), config, notices.append)

    return read
