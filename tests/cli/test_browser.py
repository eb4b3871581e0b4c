"""Pages and pictures in a real browser: nothing is loaded, nothing fails, something is seen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import matplotlib.image as mpl_image
import numpy as np
import pytest

from forecast_cli.checkpoint import dump_model
from forecast_cli.cli.app import main
from tests.unit.page.test_document import evil_model, with_backtest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="chromium is not installed"),
]


def browse(folder: Path, page: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    return subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            # What the browser would like to have of its maker, it does not get here.
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            *arguments,
            (folder / page).as_uri(),
        ],
        cwd=folder,
        env={name: v for name, v in os.environ.items() if not name.startswith("DBUS")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page and a picture of data whose names try to run something."""
    path = tmp_path_factory.mktemp("pages")
    checkpoint = str(path / "model.forecast")
    Path(checkpoint).write_bytes(dump_model(with_backtest(evil_model())))
    assert main(["report", "-m", checkpoint, "-o", str(path / "report.html"), "-q"]) == 0
    assert main(["plot", "-m", checkpoint, "-o", str(path / "plot.svg"), "-q"]) == 0
    return path


@pytest.mark.parametrize("width", [400, 1000])
def test_a_page_is_seen_in_full_width_on_a_screen_and_on_a_phone(folder: Path, width: int) -> None:
    shot = folder / f"shot-{width}.png"
    done = browse(folder, "report.html", [f"--window-size={width},4000", f"--screenshot={shot}"])
    assert shot.exists(), done.stderr
    image = mpl_image.imread(shot)[:, :, :3]
    assert image.shape[1] == width
    dark = (image.mean(axis=2) < 0.5).mean(axis=1)
    # Text and lines in every part, and the blue of the forecast somewhere.
    assert all(part.any() for part in np.array_split(dark[:1500] > 0, 10))
    blue = np.abs(image - np.array([0, 0x72, 0xB2]) / 255).max(axis=2) < 0.02
    assert blue.sum() > 200


def test_a_page_runs_nothing_and_says_nothing_on_the_console(folder: Path) -> None:
    done = browse(folder, "report.html", ["--dump-dom"])
    assert done.returncode == 0, done.stderr
    assert "CONSOLE" not in done.stderr
    assert "<script" not in done.stdout
    assert done.stdout.count("<figure>") == 3
    assert "Do it again" in done.stdout


def asked_for(folder: Path, name: str) -> set[str]:
    """The addresses that the browser asks for while it shows a page."""
    log = folder / f"{name}.json"
    browse(folder, name, [f"--log-net-log={log}", "--dump-dom"])
    addresses = {part.split('"')[0] for part in log.read_text(encoding="utf-8").split('"url":"')}
    return {address for address in addresses if address.startswith(("http", "ws"))}


@pytest.fixture(scope="module")
def own_wishes(folder: Path) -> set[str]:
    """What the browser asks for with an empty page, for itself."""
    (folder / "empty.html").write_text("<!DOCTYPE html><title>empty</title>", encoding="utf-8")
    return asked_for(folder, "empty.html")


@pytest.mark.parametrize("name", ["report.html", "plot.svg"])
def test_nothing_is_asked_for_beside_the_file_itself(
    folder: Path, name: str, own_wishes: set[str]
) -> None:
    asked = asked_for(folder, name)
    hosts = {urlsplit(address).hostname for address in own_wishes}
    assert not {address for address in asked if urlsplit(address).hostname not in hosts}


def test_what_a_page_asks_for_and_says_is_seen(folder: Path) -> None:
    page = '<img src="http://example.invalid/x.png"><script>console.log("hello")</script>'
    (folder / "other.html").write_text(page, encoding="utf-8")
    assert "http://example.invalid/x.png" in asked_for(folder, "other.html")
    assert "CONSOLE" in browse(folder, "other.html", ["--dump-dom"]).stderr
