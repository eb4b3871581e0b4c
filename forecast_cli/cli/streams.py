"""The standard streams: data on standard output, words for people on standard error."""

import os
import sys
from contextlib import suppress
from io import StringIO, TextIOBase
from typing import IO, cast

from rich.console import Console, RenderableType
from rich.text import Text

from forecast_cli.errors import OutputError
from forecast_cli.notices import Notice
from forecast_cli.wording import printable

_OFF_TERMINAL_WIDTH = 80


class ReaderGoneError(Exception):
    """Whoever read our standard output has closed it; that is no fault."""


class Streams:
    """What one command says and where; `quiet` keeps back everything but warnings and errors."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.console = error_console()

    def tell(self, notice: Notice) -> None:
        """Say one line: `note:` for a guess, `warning:` for what was changed or may harm."""
        if notice.kind == "guess":
            if not self.quiet:
                say(self.console, "note: ", notice.text, style="dim")
        else:
            say(self.console, "warning: ", notice.text, style="yellow")

    def show(self, *report: RenderableType) -> None:
        """Show a report, or a part of one, unless quiet."""
        if not self.quiet:
            self.console.file.write(render(*report, is_terminal=self.console.is_terminal))

    def show_line(self, line: str) -> None:
        """Show one line, however long, unless quiet."""
        if not self.quiet:
            self.console.print(Text(printable(line)), soft_wrap=True)


def say(console: Console, label: str, text: str, *, style: str) -> None:
    """Print one message; a terminal wraps it between words, a log gets it as one line."""
    words = Text.assemble((label, style), printable(text))
    console.print(words, soft_wrap=not console.is_terminal)


def error_console() -> Console:
    """A console on standard error that neither marks up, nor colours off a terminal, nor fails."""
    stream = _Patient(sys.stderr)
    return _console(cast("IO[str]", stream), is_terminal=stream.isatty())


def render(*parts: RenderableType, is_terminal: bool) -> str:
    """A report as text: for a terminal in its width and with styles, else 80 columns, plain."""
    buffer = StringIO()
    console = _console(buffer, is_terminal=is_terminal)
    for part in parts:
        console.print(part, crop=False)
    # Rich fills the last column of a table with blanks.
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def _console(stream: IO[str], *, is_terminal: bool) -> Console:
    width = None if is_terminal or "COLUMNS" in os.environ else _OFF_TERMINAL_WIDTH
    return Console(
        file=stream,
        # Rich would also obey FORCE_COLOR and the like, and send escapes into a log.
        force_terminal=is_terminal,
        width=width,
        markup=False,
        highlight=False,
        emoji=False,
    )


def is_output_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_output(data: bytes) -> None:
    """Write to standard output, and make sure that it arrived.

    Raises:
        ReaderGoneError: the reader closed the pipe.
        OutputError: the data cannot be written, for instance because the disk is full.
    """
    if sys.stdout is None:
        raise OutputError("standard output: it is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise output_fault(error) from error


def output_fault(error: OSError) -> ReaderGoneError | OutputError:
    """What it means that standard output took no more; nothing is written to it afterwards."""
    _silence(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError()
    cause = (error.strerror or str(error)).lower()
    return OutputError(f"standard output: cannot be written: {cause}")


def _silence(stream: IO[str]) -> None:
    """Let what is still in the buffer go nowhere; Python would fail on it again at its end."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


class _Patient(TextIOBase):
    """A text stream that may be closed or full: what cannot be said does not stop the work."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if self._stream is not None:
            try:
                self._stream.write(text)
            except (OSError, ValueError):
                self._give_up(self._stream)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._give_up(self._stream)

    def _give_up(self, stream: IO[str]) -> None:
        _silence(stream)
        self._stream = None

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()
