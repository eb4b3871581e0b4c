"""`forecast report`: a checkpoint in, a page out that says everything of it."""

from pathlib import PurePath

from forecast_cli.cli.options import (
    STANDARD_STREAM,
    ModelOptions,
    OptionalData,
    PictureOptions,
    TalkOptions,
    TextOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, write_document
from forecast_cli.cli.streams import Streams, is_output_terminal
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig

_SUFFIXES = (".html", ".htm")


@with_options
def report(
    data: OptionalData = None,
    *,
    model: ModelOptions,
    read: ReadConfig,
    wanted: PredictionConfig,
    shown: PictureOptions,
    result: TextOptions,
    talk: TalkOptions,
) -> None:
    """Write one page on the data, the forecast, its scores and how far to trust it.

    The page is HTML that needs nothing beside itself: it can be sent, kept and printed.
    """
    check_streams(inputs=[data, model.model, wanted.future_data], output=result.output)
    _check_output(result)
    from forecast_cli import presentation
    from forecast_cli.drawing.canvas import check_drawing
    from forecast_cli.showcase import Wish

    if not _is_only_json(result):
        check_drawing("forecast report")
    exhibit, full = presentation.report(
        data,
        model.model,
        read=read,
        wish=Wish(
            wanted=wanted,
            series=shown.series,
            history=shown.history,
        ),
        tell=Streams(quiet=talk.quiet).tell,
    )
    page = b""
    if not _is_only_json(result):
        from forecast_cli.page.document import render_page

        page = render_page(exhibit, full).encode()
    write_document(page, full, result)


def _check_output(result: TextOptions) -> None:
    if result.output == STANDARD_STREAM:
        if is_output_terminal() and not result.json:
            raise ConfigError(
                "a report is an HTML page, which is not for a terminal; give --output report.html"
            )
    elif PurePath(result.output).suffix.lower() not in _SUFFIXES:
        raise ConfigError(
            f"--output is {result.output!r}; the name of a report ends in {' or '.join(_SUFFIXES)}"
        )


def _is_only_json(result: TextOptions) -> bool:
    return result.json and result.output == STANDARD_STREAM
