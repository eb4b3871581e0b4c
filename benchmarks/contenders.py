"""A test set and one forecaster -> how far its forecast is off, and what making it cost.

`forecast` and every rival run as processes of their own, measured the same way, and none of them
sees the test part.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.processes import FORECAST, Cost, run
from benchmarks.testsets import Scores, TestSet


@dataclass(frozen=True, kw_only=True)
class Result:
    """Scores, and the cost of fitting and forecasting together, with start-up and reading."""

    scores: Scores
    cost: Cost


def run_ours(testset: TestSet, more: Sequence[str] = ()) -> Result:
    """`forecast train` with `more` options, then `forecast predict`.

    Raises:
        SystemExit: one of them failed.
        ValueError: a forecast is missing or not finite.
    """
    frame, cost = forecast_ours(testset, more)
    return Result(scores=testset.score(frame, "time"), cost=cost)


def forecast_ours(testset: TestSet, more: Sequence[str] = ()) -> tuple[pd.DataFrame, Cost]:
    """The frame of `forecast predict` with the columns id and time, and what both commands cost.

    Raises:
        SystemExit: `forecast train` or `forecast predict` failed.
    """
    form = testset.form
    columns = ("--id", form.id, "--time", form.time, "--target", form.target)
    sizes = ("--season-length", str(form.season_length), "--horizon", str(form.horizon))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out.csv"
        trained = run((*FORECAST, "train", str(testset.source), *columns, *sizes, *more), folder)
        predicted = run((*FORECAST, "predict", "--format", "csv"), folder, out)
        frame = pd.read_csv(out, dtype={form.id: str, form.time: str}, keep_default_na=False)
    frame = frame.rename(columns={form.id: "id", form.time: "time"})
    return frame, trained.then(predicted)


def run_rival(testset: TestSet, model: str, python: Path) -> Result:
    """A model of `benchmarks.rivals`, run by the interpreter that has its library.

    Raises:
        SystemExit: it failed.
        ValueError: a forecast is missing or not finite.
    """
    form = testset.form
    sizes = ("--season-length", str(form.season_length), "--horizon", str(form.horizon))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_plainly(testset, folder / "train.csv")
        files = ("train.csv", "out.csv")
        cost = run((*_command(python), model, *files, *sizes, "--freq", form.calendar), folder)
        frame = pd.read_csv(folder / "out.csv", dtype={"unique_id": str}, keep_default_na=False)
    return Result(
        scores=testset.score(frame.rename(columns={"unique_id": "id"}), "step"),
        cost=cost,
    )


def installed_libraries(python: Path) -> dict[str, str]:
    """The versions of the libraries that an interpreter has."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out.json"
        run(_command(python), Path(name), out)
        versions: dict[str, str] = json.loads(out.read_text())
    return versions


def _command(python: Path) -> tuple[str, ...]:
    # Not resolved: the link in a virtual environment is what makes it one.
    return (str(python.absolute()), "-m", "benchmarks.rivals")


def _write_plainly(testset: TestSet, path: Path) -> None:
    """The training part with whole-number steps, which every library understands alike."""
    train = testset.train
    steps = train.groupby("id").cumcount()
    pd.DataFrame({"unique_id": train.id, "ds": steps, "y": train.y}).to_csv(path, index=False)
