"""Parts of a forecast -> rows on standard output or in a file, part by part."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, get_args

from forecast_cli.cli.options import STANDARD_STREAM, ResultOptions
from forecast_cli.cli.results import choose_format, harmless, is_for_terminal
from forecast_cli.cli.streams import write_output
from forecast_cli.filesystem import replacing, telling
from forecast_cli.read_config import MEBIBYTE
from forecast_cli.writer import RowFormat, render_rows

if TYPE_CHECKING:
    from forecast_cli.streaming import ForecastStream

_FOLDER = "the folder for temporary files"

Write = Callable[[bytes], None]


def row_format(options: ResultOptions) -> RowFormat | None:
    """The format in which rows can be written one after the other; None for any other."""
    chosen = None if options.json else choose_format(options)
    return next((known for known in get_args(RowFormat) if known == chosen), None)


def write_stream(stream: "ForecastStream", form: RowFormat, options: ResultOptions) -> None:
    """Write the rows of a forecast as they are made, or when none can be taken back any more.

    Raises:
        ReadWholeError: nothing was written, and the forecast is to be made as a whole.
    """
    if stream.is_final:
        with _output(options) as write:
            _render(stream, form, options, write)
        return
    with _kept() as (keep, kept):
        _render(stream, form, options, keep)
        with _output(options) as write:
            for data in kept():
                write(data)


def _render(
    stream: "ForecastStream", form: RowFormat, options: ResultOptions, write: Write
) -> None:
    for number, part in enumerate(stream):
        data = render_rows(part.forecast.rows(part.order), form, header=not number)
        write(harmless(data) if is_for_terminal(options) else data)


def _output(options: ResultOptions) -> AbstractContextManager[Write]:
    return _standard_output() if options.output == STANDARD_STREAM else replacing(options.output)


@contextmanager
def _standard_output() -> Iterator[Write]:
    yield write_output


@contextmanager
def _kept() -> Iterator[tuple[Write, Callable[[], Iterator[bytes]]]]:
    """How to keep bytes on disk, and how to get them back.

    Raises:
        OutputError: there is no room for them.
    """
    with ExitStack() as stack:
        with telling(_FOLDER):
            file = stack.enter_context(tempfile.TemporaryFile())

        def keep(data: bytes) -> None:
            with telling(_FOLDER):
                file.write(data)

        def kept() -> Iterator[bytes]:
            with telling(_FOLDER):
                file.seek(0)
            return iter(lambda: file.read(MEBIBYTE), b"")

        yield keep, kept
