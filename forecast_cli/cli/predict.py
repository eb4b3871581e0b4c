"""`forecast predict`: a checkpoint in, the next steps out."""

from functools import partial
from typing import TYPE_CHECKING

from forecast_cli.cli.options import (
    STANDARD_STREAM,
    ModelOptions,
    OptionalData,
    ResultOptions,
    TalkOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.part_results import check_parts, write_parts
from forecast_cli.cli.results import (
    check_streams,
    choose_format,
    tell_one_machine,
    write_forecast,
)
from forecast_cli.cli.row_stream import row_format, write_stream
from forecast_cli.cli.streams import Streams
from forecast_cli.config import PredictionConfig
from forecast_cli.engine_config import EngineConfig
from forecast_cli.notices import Tell
from forecast_cli.part_folder import is_part_folder
from forecast_cli.read_config import ReadConfig
from forecast_cli.wording import number, percent

if TYPE_CHECKING:
    from forecast_cli.findings import Backtest, ModelScores, PredictReport
    from forecast_cli.model import Model


@with_options
def predict(
    data: OptionalData = None,
    *,
    model: ModelOptions,
    read: ReadConfig,
    wanted: PredictionConfig,
    engine: EngineConfig,
    result: ResultOptions,
    talk: TalkOptions,
) -> None:
    """Forecast the next steps of DATA, or of the training data, from a checkpoint.

    With a folder as --output every file of DATA is forecast by itself, and gets a part there.
    """
    streams = Streams(quiet=talk.quiet)
    if is_part_folder(result.output):
        check_streams(inputs=[model.model, wanted.future_data], output=STANDARD_STREAM)
        data = check_parts(data, result.output, wanted.future_data)
        from forecast_cli.partitions import predict_parts

        report = write_parts(
            partial(predict_parts, data, model.model, wanted=wanted),
            read=read,
            engine=engine,
            result=result,
            streams=streams,
            talk=talk,
        )
    else:
        check_streams(inputs=[data, model.model, wanted.future_data], output=result.output)
        choose_format(result)
        tell_one_machine(engine, streams.tell)
        report = _predict(
            data, model.model, read=read, wanted=wanted, result=result, tell=streams.tell
        )
    streams.show_line(_describe(report))


def _predict(
    data: str | None,
    model: str,
    *,
    read: ReadConfig,
    wanted: PredictionConfig,
    result: ResultOptions,
    tell: Tell,
) -> "PredictReport":
    """Write the forecast: series by series as they arrive, or all of it at once."""
    from forecast_cli import workflows

    source: str | None = data
    trained: str | Model = model
    form = row_format(result)
    if data is not None and form is not None:
        from forecast_cli.checkpoint import open_model
        from forecast_cli.streaming import ForecastStream, ReadWholeError, find_feed

        feed = find_feed(data)
        if feed is not None:
            trained = open_model(model)
            stream = ForecastStream(data, feed, trained, read=read, wanted=wanted, tell=tell)
            try:
                write_stream(stream, form, result)
            except ReadWholeError as error:
                source = error.source
            else:
                return stream.report()
    forecast, report = workflows.predict(source, trained, read=read, wanted=wanted, tell=tell)
    write_forecast(forecast, report, result)
    return report


def _describe(report: "PredictReport") -> str:
    """The line of metrics that `forecast predict` ends with."""
    parts = [_backtest(report.backtest)]
    if report.known is not None:
        parts.append(f"known values: {_errors(report.known)}")
    return f"{report.model}: " + "; ".join(parts)


def _backtest(backtest: "Backtest | None") -> str:
    if backtest is None:
        return "no backtest, the training data was too short"
    parts = [f"backtest {_errors(backtest.scores[0])}"]
    if backtest.skill is not None and backtest.scores[0].model != backtest.best_naive:
        parts.append(f"skill {percent(backtest.skill)} against {backtest.best_naive}")
    return ", ".join(parts)


def _errors(scores: "ModelScores") -> str:
    shown = [f"sMAPE {number(scores.smape)}", f"MAE {number(scores.mae)}"]
    if scores.mase is not None:
        shown.insert(0, f"MASE {number(scores.mase)}")
    return ", ".join(shown)
