"""`forecast explain`: a checkpoint in, what its forecast rests on out."""

from forecast_cli.cli.options import (
    ModelOptions,
    OptionalData,
    TalkOptions,
    TextOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, picture_form, write_document, write_report
from forecast_cli.cli.streams import Streams
from forecast_cli.explain_config import ExplainConfig
from forecast_cli.read_config import ReadConfig


@with_options
def explain(
    data: OptionalData = None,
    *,
    model: ModelOptions,
    read: ReadConfig,
    config: ExplainConfig,
    result: TextOptions,
    talk: TalkOptions,
) -> None:
    """Show what the forecast rests on: lags, covariates, gates, and its parts.

    As text, or as a picture where the name of --output ends in .png or .svg.
    """
    check_streams(inputs=[data, model.model, config.future_data], output=result.output)
    form = picture_form(result.output)
    if form is not None:
        from forecast_cli.drawing.canvas import check_drawing

        check_drawing(f"a picture in {form.upper()}")
    from forecast_cli import explain_workflow

    report = explain_workflow.explain(
        data, model.model, read=read, config=config, tell=Streams(quiet=talk.quiet).tell
    )
    if form is None:
        from forecast_cli.cli.explained import describe_explanation

        write_report(report, list(describe_explanation(report)), result)
        return
    from forecast_cli.drawing.explanation import draw_explanation

    write_document(draw_explanation(report, form), report, result)
