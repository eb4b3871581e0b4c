"""`forecast plot`: a checkpoint in, a picture of its forecast out."""

from shutil import get_terminal_size
from typing import TYPE_CHECKING

from forecast_cli.cli.options import (
    STANDARD_STREAM,
    ModelOptions,
    OptionalData,
    PictureOptions,
    TalkOptions,
    TextOptions,
)
from forecast_cli.cli.parameters import with_options
from forecast_cli.cli.results import check_streams, picture_form, write_document
from forecast_cli.cli.streams import Streams, is_output_terminal, render
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig

if TYPE_CHECKING:
    from forecast_cli.drawing.canvas import ImageFormat
    from forecast_cli.picture import Picture


@with_options
def plot(
    data: OptionalData = None,
    *,
    model: ModelOptions,
    read: ReadConfig,
    wanted: PredictionConfig,
    shown: PictureOptions,
    result: TextOptions,
    talk: TalkOptions,
) -> None:
    """Draw the forecast with its history and intervals.

    As PNG or SVG by the name of --output; without it in the terminal, or as SVG into a pipe.
    """
    check_streams(inputs=[data, model.model, wanted.future_data], output=result.output)
    form = _form(result)
    if form is not None:
        from forecast_cli.drawing.canvas import check_drawing

        check_drawing(f"a picture in {form.upper()}")
    from forecast_cli import presentation
    from forecast_cli.showcase import Wish

    picture, report = presentation.plot(
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
    write_document(_draw(picture, form), report, result)


def _form(result: TextOptions) -> "ImageFormat | None":
    """The form that --output asks for; None is dots in the terminal, or no picture beside JSON."""
    if result.output == STANDARD_STREAM:
        return None if is_output_terminal() or result.json else "svg"
    form = picture_form(result.output)
    if form is None:
        raise ConfigError(
            f"--output is {result.output!r}; the name of a picture ends in .png or .svg"
        )
    return form


def _draw(picture: "Picture", form: "ImageFormat | None") -> bytes:
    if form is not None:
        from forecast_cli.drawing.forecast import draw_forecast

        return draw_forecast(picture, form)
    from forecast_cli.cli.terminal_picture import terminal_picture

    columns, lines = get_terminal_size()
    drawn = terminal_picture(picture, width=columns, height=lines)
    return render(*drawn, is_terminal=is_output_terminal()).encode()
