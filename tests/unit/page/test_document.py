from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.checkpoint import dump_model
from forecast_cli.config import PredictionConfig
from forecast_cli.findings import Backtest, ModelScores
from forecast_cli.model import Model
from forecast_cli.page.document import render_page
from forecast_cli.panel import Columns
from forecast_cli.presentation import report
from forecast_cli.read_config import ReadConfig
from forecast_cli.showcase import Wish
from tests.models import make_model
from tests.panels import make_panel, wave
from tests.pictures import EVIL

_VOID = {"meta", "br", "img", "link", "input", "hr"}
SCORES = ModelScores(
    model="gru", mae=10, rmse=12, smape=3, mase=0.8, mape=None, r2=0.9, coverage={"80": 0.72}
)
BACKTEST = Backtest(
    n_series=2,
    n_windows=3,
    step_size=1,
    horizon=4,
    n_points=240,
    scores=(SCORES, replace(SCORES, model="naive", mase=1.0, coverage={})),
    best_simple="naive",
    best_naive="naive",
    skill=0.2,
    verdict="Worth using: gru makes 20 % less error than naive.",
    by_target=(),
)


class Tags(HTMLParser):
    """Whether every tag is closed, and which there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [v or "" for n, v in attrs if n in ("src", "href", "xlink:href", "action")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(model: Model, tmp_path: Path, wish: Wish | None = None) -> str:
    path = tmp_path / "model.forecast"
    path.write_bytes(dump_model(model))
    found = report(None, str(path), read=ReadConfig(), wish=wish or Wish(), tell=lambda _: None)
    return render_page(*found)


def with_backtest(model: Model) -> Model:
    return replace(model, training=replace(model.training, backtest=BACKTEST))


def evil_model() -> Model:
    panel = make_panel(wave(60), wave(50, seed=1))
    return make_model(
        replace(
            panel,
            ids=np.array([[EVIL], ["b"]], dtype=object),
            columns=Columns(id=(EVIL,), time=f"t{EVIL}", target=f"y{EVIL}"),
            source=f"{EVIL}.csv",
        )
    )


def test_every_section_is_there(tmp_path: Path) -> None:
    page = page_of(with_backtest(make_model()), tmp_path)
    titles = re.findall("<h2>(.*?)</h2>", page)
    assert titles == [
        "Forecast",
        "Data",
        "How good it is",
        "Residuals",
        "What it is made of",
        "Do it again",
    ]
    assert page.count("<figure>") == 3
    for words in (
        "Worth using: gru makes 20 % less error than naive.",
        "72.0 % inside",
        "too narrow: 72.0 % of 240 values held back in training lie in the 80 % interval",
        "All of them are in-sample",
        "forecast train test.csv",
    ):
        assert words in page


@pytest.mark.parametrize("model", [make_model(), with_backtest(make_model()), evil_model()])
def test_the_page_is_well_formed_and_loads_and_runs_nothing(model: Model, tmp_path: Path) -> None:
    page = page_of(model, tmp_path)
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert not tags.seen & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert all(link.startswith("#") for link in tags.links)
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\((?!#)|<[^>]+\son\w+=", page)


def test_names_from_files_are_shown_and_do_nothing(tmp_path: Path) -> None:
    page = page_of(evil_model(), tmp_path)
    assert "<title>Forecast of y&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\x1b" not in page


def test_the_same_checkpoint_gives_the_same_page(tmp_path: Path) -> None:
    assert page_of(make_model(), tmp_path) == page_of(make_model(), tmp_path)


@pytest.mark.parametrize("values", [[1.0], [5.0] * 30, [1.0, 2.0, 1.5], [0.0] * 20])
def test_a_page_is_made_of_the_poorest_data(values: list[float], tmp_path: Path) -> None:
    tags = Tags()
    tags.feed(page_of(make_model(make_panel(values)), tmp_path))
    assert not tags.open


def test_a_long_forecast_is_cut_and_that_is_said(tmp_path: Path) -> None:
    page = page_of(
        make_model(make_panel(wave(60))), tmp_path, Wish(wanted=PredictionConfig(horizon=150))
    )
    assert "30 more steps: forecast predict writes them." in page
    assert page.count("<tr>") < 150
