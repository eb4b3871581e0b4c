"""The program with workflows that do nothing but what a test of streams and signals needs.

Run as `python fake_program.py COMMAND …`; the name of the data says what is to happen.
"""

import sys
import time
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Never

from forecast_cli.cli.start import main
from forecast_cli.errors import DataError
from forecast_cli.findings import DataSummary, PredictReport, TrainReport
from forecast_cli.notices import Notice, Tell
from forecast_cli.progress import Progress, ProgressEvent

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = DataSummary(
    source="many.csv",
    layout="long",
    id_columns=("shop",),
    time_column="step",
    target="sales",
    freq="1",
    n_series=1,
    n_values=9,
    n_missing=0,
    shortest=9,
    longest=9,
    first_time="1",
    last_time="9",
)
TRAINED = TrainReport(
    checkpoint="model.forecast",
    data=SUMMARY,
    cell="gru",
    horizon=3,
    context_length=6,
    season_length=1,
    n_windows=9,
    n_parameters=99,
    members=(),
    analogues=None,
    simple="naive",
    simple_weights={"naive": 1.0},
    backtest=None,
    seconds=1.0,
)


class FakeForecast:
    columns = types.SimpleNamespace(id=("shop",))

    def rows(self) -> dict[str, list[Any]]:
        n_rows = 50_000
        return {
            "shop": ["\x1b[31mred"] * n_rows,
            "step": list(range(n_rows)),
            "forecast": [0.1] * n_rows,
        }

    def frame(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(self.rows())


def wait() -> None:
    sys.stderr.write("ready\n")
    sys.stderr.flush()
    time.sleep(60)


def fail() -> Never:
    raise ValueError("a bug\nof ours")


def refuse() -> Never:
    raise DataError("sales.csv, line 3: '\x1b[31m' is not a number")


WHAT_HAPPENS: dict[str | None, Callable[[], Any]] = {
    "wait": wait,
    "fail": fail,
    "refuse": refuse,
    "end": lambda: (_ for _ in ()).throw(EOFError("the archive is cut off")),
}


def train(
    source: str, output: str, *, tell: Tell, progress: Progress, **_: Any
) -> tuple[bytes, TrainReport]:
    tell(Notice("guess", "a guess"))
    WHAT_HAPPENS.get(source, lambda: None)()
    for epoch in (1, 2, 3):
        progress(
            ProgressEvent(
                stage="gru [/x]",
                epoch=epoch,
                epochs=3,
                loss=0.5,
                validation=None,
                seconds_left=None,
            )
        )
    return b"\x00checkpoint\xff", TRAINED


def predict(source: str | None, model: str, *, tell: Tell, **_: Any) -> tuple[Any, PredictReport]:
    WHAT_HAPPENS.get(source, lambda: None)()
    report = PredictReport(n_series=1, horizon=3, model="gru", backtest=None, known=None)
    return FakeForecast(), report


if __name__ == "__main__":
    workflows: Any = types.ModuleType("forecast_cli.workflows")
    workflows.train = train
    workflows.predict = predict
    sys.modules["forecast_cli.workflows"] = workflows
    sys.exit(main())
