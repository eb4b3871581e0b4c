"""The command line in this process, over workflows that only record what they were asked."""

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forecast_cli
from forecast_cli import trainings
from forecast_cli.cli.app import main
from forecast_cli.findings import (
    CompareReport,
    EvaluateReport,
    InfoReport,
    PredictReport,
    TrainReport,
)
from forecast_cli.forecast import Forecast
from forecast_cli.inspect_findings import (
    InspectReport,
)
from forecast_cli.notices import Notice
from forecast_cli.panel import Columns
from forecast_cli.progress import ProgressEvent
from forecast_cli.times.calendar import Calendar
from forecast_cli.tuning_findings import TuneReport
from tests.findings import (
    COMPARED,
    DESCRIBED,
    EVALUATED,
    INSPECTED,
    PREDICTED,
    TRAINED,
    TUNED,
)

CHECKPOINT = b"\x00weights\xff"
NOTICES = (
    Notice("guess", "the target is column sales"),
    Notice("repair", "2 rows were put in order"),
    Notice("warning", "1 series is constant"),
)
FORECAST = Forecast(
    columns=Columns(id=("shop",), time="year", target="sales"),
    calendar=Calendar.years(),
    ids=np.array([["a"], ["b"]], dtype=np.object_),
    cutoffs=Calendar.years().positions(np.array([2000, 2000])),
    mean=np.array([[1.5, 2.0], [1e6 / 3, 7.0]]),
)
CSV = "shop,year,forecast\na,2001,1.5\na,2002,2.0\nb,2001,333333.3333333333\nb,2002,7.0\n"


@dataclass
class Workflows:
    """Stands in for `forecast_cli.workflows`: keeps the arguments, returns what is put in."""

    trained: TrainReport = TRAINED
    predicted: PredictReport = PREDICTED
    evaluated: EvaluateReport = EVALUATED
    compared: CompareReport = COMPARED
    tuned: TuneReport = TUNED
    inspected: InspectReport = INSPECTED
    forecast: Forecast = FORECAST
    error: BaseException | None = None
    notices: tuple[Notice, ...] = NOTICES
    asked: dict[str, Any] = field(default_factory=dict)

    def _work(self, **asked: Any) -> None:
        self.asked = asked
        for notice in self.notices:
            asked["tell"](notice)
        if self.error is not None:
            raise self.error

    def train(self, source: str, output: str, **asked: Any) -> tuple[bytes, TrainReport]:
        self._work(source=source, output=output, **asked)
        for epoch in range(1, 13):
            asked["progress"](
                ProgressEvent(
                    stage="gru",
                    epoch=epoch,
                    epochs=12,
                    loss=1 / epoch,
                    validation=0.5,
                    seconds_left=float(12 - epoch),
                )
            )
        return CHECKPOINT, self.trained

    def predict(self, source: str | None, model: str, **asked: Any) -> tuple[Any, Any]:
        self._work(source=source, model=model, **asked)
        return self.forecast, self.predicted

    def evaluate(self, source: str, model: str, **asked: Any) -> tuple[Any, Any]:
        self._work(source=source, model=model, **asked)
        return self.forecast, self.evaluated

    def compare(self, source: str, **asked: Any) -> CompareReport:
        self._work(source=source, **asked)
        return self.compared

    def tune(self, source: str, output: str, **asked: Any) -> tuple[bytes, TuneReport]:
        self._work(source=source, output=output, **asked)
        return CHECKPOINT, self.tuned

    def inspect(self, source: str, **asked: Any) -> InspectReport:
        self._work(source=source, **asked)
        return self.inspected

    def info(self, model: str) -> InfoReport:
        self.asked = {"model": model}
        return DESCRIBED


@dataclass(frozen=True)
class Outcome:
    code: int
    output: bytes
    words: str

    @property
    def text(self) -> str:
        return self.output.decode()


Run = Callable[..., Outcome]


@pytest.fixture
def workflows(monkeypatch: pytest.MonkeyPatch) -> Workflows:
    fake = Workflows()
    module: Any = types.ModuleType("forecast_cli.workflows")
    for name in ("train", "predict", "evaluate", "compare", "info"):
        setattr(module, name, getattr(fake, name))
    monkeypatch.setitem(sys.modules, "forecast_cli.workflows", module)
    monkeypatch.setattr(forecast_cli, "workflows", module, raising=False)
    monkeypatch.setattr(trainings, "read_frequencies", lambda *_: ("D", "MS"))
    inspecting: Any = types.ModuleType("forecast_cli.inspecting")
    inspecting.inspect = fake.inspect
    monkeypatch.setitem(sys.modules, "forecast_cli.inspecting", inspecting)
    monkeypatch.setattr(forecast_cli, "inspecting", inspecting, raising=False)
    tuning: Any = types.ModuleType("forecast_cli.tune_workflow")
    tuning.tune = fake.tune
    monkeypatch.setitem(sys.modules, "forecast_cli.tune_workflow", tuning)
    monkeypatch.setattr(forecast_cli, "tune_workflow", tuning, raising=False)
    return fake


@pytest.fixture
def run(
    workflows: Workflows,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Run:
    """Run one command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run_command(*arguments: str) -> Outcome:
        code = main(arguments)
        captured = capfdbinary.readouterr()
        return Outcome(code, captured.out, captured.err.decode())

    return run_command
