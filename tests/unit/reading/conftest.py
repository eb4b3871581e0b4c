"""Text as a file, read to a panel, and what is told on the way; rows as the panel takes them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.beside import Beside
from forecast_cli.reading.layout import Columns, Observations
from forecast_cli.reading.places import Places, number_rows
from forecast_cli.times.calendar import Calendar


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


@pytest.fixture(scope="session")
def observe_series() -> Callable[..., Observations]:
    """Sorted observations of series of values, each at the steps 0, 1, 2, … or at those given."""

    def observe(*series: Sequence[float], steps: Sequence[int] | None = None) -> Observations:
        sizes = [len(values) for values in series]
        n_rows = sum(sizes)
        return Observations(
            values=np.concatenate(series),
            positions=np.concatenate([np.arange(size) for size in sizes])
            if steps is None
            else np.array(steps),
            series=np.repeat(number_rows(len(series)), sizes),
            rows=number_rows(n_rows),
            beside=Beside(columns=(), values=np.empty((n_rows, 0))),
            ids=np.array([[f"s{n}"] for n in range(len(series))], dtype=np.object_),
            calendar=Calendar.steps(),
            columns=Columns(id=("id",), time="step", target="y"),
            layout="long",
            source="f.csv",
            places=Places(lines=number_rows(n_rows, first=2), files=("f.csv",)),
        )

    return observe
