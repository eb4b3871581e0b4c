"""`forecast export`: a checkpoint in, an ONNX file out."""

from forecast_cli.cli.options import DEFAULT_MODEL, STANDARD_STREAM, Model, TalkOptions, TextOptions
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, write_document
from forecast_cli.cli.streams import Streams, is_output_terminal
from forecast_cli.errors import ConfigError
from forecast_cli.wording import counted


@with_options
def export(model: Model = DEFAULT_MODEL, *, result: TextOptions, talk: TalkOptions) -> None:
    """Write the checkpoint as an ONNX file that forecasts without this program.

    It takes the last values of series and gives forecast and intervals, as `forecast predict` does.
    """
    check_streams(inputs=[model], output=result.output)
    if result.output == STANDARD_STREAM and is_output_terminal() and not result.json:
        raise ConfigError("ONNX is not for a terminal; give --output model.onnx")
    from forecast_cli import exporting

    data, report = exporting.export(model)
    write_document(data, report, result)
    Streams(quiet=talk.quiet).show_line(
        f"checked on {counted(report.n_checked, 'context')}: the graph is at most "
        f"{report.largest_difference:.1g} away from the checkpoint"
    )
