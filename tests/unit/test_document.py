import json
from typing import get_args

from forecast_cli import document
from forecast_cli.document import AnyReport, to_json
from forecast_cli.findings import PredictReport
from tests.findings import BACKTEST


def predicted() -> PredictReport:
    return PredictReport(n_series=3, horizon=12, model="gru", backtest=BACKTEST, known=None)


def test_a_document_holds_its_kind_the_schema_version_and_every_field() -> None:
    found = json.loads(to_json(predicted()))
    assert found["schema_version"] == 1
    assert found["report"] == "predict"
    assert found["known"] is None
    assert found["backtest"]["scores"][0]["mase"] == 0.8
    assert "forecast" not in found


def test_a_document_takes_the_rows_of_a_forecast_along() -> None:
    rows = [{"year": 2001, "forecast": 0.1}]
    assert json.loads(to_json(predicted(), forecast=rows))["forecast"] == rows


def test_every_kind_of_report_has_a_name() -> None:
    assert set(document._NAMES) == set(get_args(AnyReport))
