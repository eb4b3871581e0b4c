"""The command line in this process, over workflows that only record what they were asked."""

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forecast_cli
from forecast_cli import trainings
from forecast_cli.cli.app import main
from forecast_cli.errors import Notice
from forecast_cli.findings import (
    Backtest,
    Breakdown,
    CompareReport,
    DataSummary,
    EvaluateReport,
    InfoReport,
    Leaderboard,
    MemberSummary,
    ModelScores,
    PredictReport,
    Standing,
    TrainReport,
)
from forecast_cli.forecast import Forecast
from forecast_cli.inspect_findings import (
    ColumnGuess,
    CovariateFinding,
    FrequencyGroup,
    Gap,
    Gaps,
    InspectReport,
    Outlier,
    Outliers,
    PlannedBacktest,
    PlannedNetwork,
    Season,
    SeriesFinding,
    TrainingPlan,
    Understanding,
    Values,
)
from forecast_cli.panel import Columns
from forecast_cli.progress import ProgressEvent
from forecast_cli.times.calendar import Calendar
from forecast_cli.tuning_findings import TrialSummary, TuneReport

CHECKPOINT = b"\x00weights\xff"
NOTICES = (
    Notice("guess", "the target is column sales"),
    Notice("repair", "2 rows were put in order"),
    Notice("warning", "1 series is constant"),
)
GRU = ModelScores(
    model="gru",
    mae=10.0,
    rmse=12.0,
    smape=3.0,
    mase=0.8,
    mape=None,
    r2=0.9,
    coverage={"80": 0.79},
)
NAIVE = ModelScores(
    model="naive",
    mae=12.5,
    rmse=15.0,
    smape=4.0,
    mase=1.0,
    mape=None,
    r2=None,
    coverage={},
)
BACKTEST = Backtest(
    n_series=2,
    n_windows=3,
    step_size=1,
    horizon=2,
    n_points=12,
    scores=(GRU, NAIVE),
    best_simple="naive",
    best_naive="naive",
    skill=0.2,
    verdict="The model is worth using: 20 % less error than naive.",
    by_target=(),
)
DATA = DataSummary(
    source="sales.csv",
    layout="long",
    id_columns=("shop",),
    time_column="year",
    target="sales",
    freq="YS",
    n_series=2,
    n_values=40,
    n_missing=0,
    shortest=20,
    longest=20,
    first_time="1981",
    last_time="2000",
)
MEMBERS = (
    MemberSummary(
        representation="log",
        context_length=8,
        segment_length=2,
        covariates=(),
        epochs=5,
        validation_mase=0.8,
        backtest_mase=0.9,
        weight=0.75,
    ),
)
TRAINED = TrainReport(
    checkpoint="model.forecast",
    data=DATA,
    cell="gru",
    horizon=2,
    context_length=8,
    season_length=1,
    n_windows=30,
    n_parameters=12_345,
    members=MEMBERS,
    simple="naive",
    simple_weights={"naive": 0.25},
    backtest=BACKTEST,
    seconds=1.5,
)
PREDICTED = PredictReport(n_series=2, horizon=2, model="gru", backtest=BACKTEST, known=None)
EVALUATED = EvaluateReport(
    checkpoint="model.forecast",
    data=DATA,
    backtest=BACKTEST,
    n_in_sample=4,
    by_series=tuple(
        Breakdown(label=name, n_points=6, mae=10.0, smape=3.0, mase=0.8) for name in "ab"
    ),
    by_step=(),
    by_cutoff=(),
)
COMPARED = CompareReport(
    data=DATA,
    horizon=2,
    context_length=8,
    season_length=1,
    n_windows=3,
    step_size=2,
    n_series=2,
    n_points=12,
    leaderboard=Leaderboard(
        rows=(
            Standing(
                model="gru",
                mase=0.8,
                smape=3.0,
                mae=10.0,
                rmse=12.0,
                skill=0.2,
                seconds=2.5,
                n_parameters=12_345,
                network_share=0.4,
                chance=None,
                standing="best",
            ),
            Standing(
                model="naive",
                mase=1.0,
                smape=4.0,
                mae=12.5,
                rmse=15.0,
                skill=None,
                seconds=0.1,
                n_parameters=0,
                network_share=0.0,
                chance=0.25,
                standing="level",
            ),
        ),
        best_naive="naive",
        n_pairs=6,
        paired_over="forecasts",
        verdict="gru and naive are level here (p = .25 over 6 forecasts).",
    ),
    seconds=3.5,
)
TUNED = TuneReport(
    search="random",
    n_cutoffs=2,
    n_origins=1,
    span=2,
    effort="fast",
    trials=(
        TrialSummary(
            number=0, settings={}, errors=(0.9, 0.7), error=0.8, outcome="scored", seconds=3.0
        ),
        TrialSummary(
            number=1,
            settings={"layers": "2"},
            errors=(2.5,),
            error=None,
            outcome="dropped",
            seconds=1.0,
        ),
        TrialSummary(
            number=2,
            settings={"layers": "1", "l2": "0.1"},
            errors=(0.8, 0.7),
            error=0.75,
            outcome="scored",
            seconds=2.5,
        ),
        TrialSummary(
            number=3,
            settings={"learning-rate": "9.0"},
            errors=(None,),
            error=None,
            outcome="failed",
            seconds=0.5,
        ),
    ),
    winner=2,
    unseen=COMPARED.leaderboard,
    gain=0.125,
    verdict="Tuning brought 12.5 % less error.",
    command="forecast train sales.csv --l2 0.1 --output model.forecast",
    training=TRAINED,
    seconds=20.0,
)
SHOP = SeriesFinding(
    name="a",
    first_time="1990",
    last_time="2000",
    n_steps=11,
    n_missing=2,
    minimum=1.0,
    mean=2.0,
    maximum=3.0,
)
PLANNED = TrainingPlan(
    networks=(
        PlannedNetwork(
            representation="level, correction to naive",
            context_length=8,
            segment_length=1,
            covariates=("promo",),
            count=2,
        ),
    ),
    epochs=6,
    n_windows=30,
    simple="theta",
    n_short_series=1,
    backtest=PlannedBacktest(
        n_series=2,
        n_windows=3,
        span=1,
        n_held_back=6,
        first_cutoff="1997",
        last_cutoff="1999",
    ),
)
UNDERSTOOD = Understanding(
    data=DATA,
    n_repeated_rows=3,
    values=Values(
        minimum=-1.0, median=2.0, maximum=3.0, n_zero=0, n_negative=1, n_constant_series=0
    ),
    gaps=Gaps(
        n_steps=2,
        n_gaps=1,
        n_series=1,
        longest=Gap(series="a", first="1993", last="1994", n_steps=2),
    ),
    outliers=Outliers(
        n=1,
        n_series=1,
        treatment="clip",
        first=(Outlier(series="a", time="1996", place="line 8", value=900.0, usual=3.5),),
    ),
    seasons=(Season(length=4, strength=0.5), Season(length=12, strength=None)),
    season_length=1,
    season_strength=None,
    covariates=(
        CovariateFinding(
            name="promo",
            role="future",
            categories=("none", "sale", "xmas", "x", "y"),
            n_missing=1,
            fewest_ahead=0,
            most_ahead=2,
            n_lacking=1,
        ),
    ),
    series=(SHOP, replace(SHOP, name="b")),
    horizon=2,
    context_length=8,
    long_context_length=16,
    n_windows=30,
    training=PLANNED,
    command="forecast train sales.csv --target sales",
)
INSPECTED = InspectReport(
    columns=(ColumnGuess(name="sales", role="target", kind="number", example="12.5"),),
    ties={},
    problems=(),
    frequencies=(),
    notices=(),
    understood=UNDERSTOOD,
)
REFUSED = InspectReport(
    columns=INSPECTED.columns,
    ties={},
    problems=("sales.csv holds series of \x1b[31m different frequencies",),
    frequencies=(
        FrequencyGroup(freq="MS", n_series=1, series=("a",)),
        FrequencyGroup(freq="YS", n_series=9, series=("b", "c")),
    ),
    notices=(),
    understood=None,
)
DESCRIBED = InfoReport(
    checkpoint="model.forecast",
    format_version=2,
    written_by="forecast-cli 0.1.0",
    sha256="ab" * 32,
    data=DATA,
    cell="gru",
    layers=1,
    hidden_size=64,
    bidirectional=False,
    attention=False,
    strategy="direct",
    activation="gelu",
    horizon=2,
    season_length=1,
    n_parameters=12_345,
    members=MEMBERS,
    simple="naive",
    simple_weights={"naive": 0.25},
    seed=0,
    backtest=BACKTEST,
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
