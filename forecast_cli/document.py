"""Report of a command -> one JSON document."""

from typing import Any

from forecast_cli.explanation_findings import ExplainReport
from forecast_cli.export_findings import ExportReport
from forecast_cli.findings import (
    CompareReport,
    EvaluateReport,
    InfoReport,
    PredictReport,
    TrainReport,
    TrainReports,
)
from forecast_cli.inspect_findings import InspectReport
from forecast_cli.presentation_findings import FullReport, PlotReport
from forecast_cli.schema import to_plain
from forecast_cli.tuning_findings import TuneReport
from forecast_cli.writer import SCHEMA_VERSION, dump_json

AnyReport = (
    TrainReport
    | TrainReports
    | PredictReport
    | EvaluateReport
    | CompareReport
    | InspectReport
    | InfoReport
    | PlotReport
    | FullReport
    | TuneReport
    | ExplainReport
    | ExportReport
)

_NAMES: dict[type, str] = {
    TrainReport: "train",
    TrainReports: "train",
    PredictReport: "predict",
    EvaluateReport: "evaluate",
    CompareReport: "compare",
    InspectReport: "inspect",
    InfoReport: "info",
    PlotReport: "plot",
    FullReport: "report",
    TuneReport: "tune",
    ExplainReport: "explain",
    ExportReport: "export",
}


def to_json(report: AnyReport, *, forecast: list[dict[str, Any]] | None = None) -> str:
    """One JSON document: `schema_version`, which `report` it is, and its fields.

    `forecast` adds the rows of a forecast frame under that name. What is not defined is null.
    """
    document = {"schema_version": SCHEMA_VERSION, "report": _NAMES[type(report)]}
    document |= to_plain(report)
    if forecast is not None:
        document["forecast"] = forecast
    return dump_json(document, indent=2)
