"""Arguments -> one command, and its errors -> words and an exit code."""

import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from forecast_cli.cli.command_group import SUMMARIES, CommandGroup, CommandSettings, load_command
from forecast_cli.cli.completion import join_option_and_value
from forecast_cli.cli.memory import check_memory
from forecast_cli.cli.presets import is_debugging
from forecast_cli.cli.signals import StoppedError, stopped, take_last_word
from forecast_cli.cli.streams import ReaderGoneError, error_console, output_fault, say, write_output
from forecast_cli.errors import UserError

_INTERNAL_ERROR = 70

app = typer.Typer(
    name="forecast",
    cls=CommandGroup,
    help="Forecast time series with small recurrent networks.",
    epilog="Start with: forecast train data.csv, then forecast predict",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
_SETTINGS = CommandSettings()


def _show_version(wanted: bool) -> None:
    if wanted:
        write_output(f"forecast {_version()}\n".encode())
        raise typer.Exit


def _show_man_page(wanted: bool) -> None:
    if wanted:
        from forecast_cli.cli.man_page import man_page

        write_output(man_page([*map(load_command, SUMMARIES)], _version()).encode())
        raise typer.Exit


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("forecast-cli")
    except metadata.PackageNotFoundError:
        return "(not installed)"


@app.callback()
def _forecast(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
    man_page: Annotated[
        bool,
        typer.Option(
            "--man-page",
            help="Show the manual as a man page.",
            callback=_show_man_page,
            is_eager=True,
            hidden=True,
        ),
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error has become words."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    # Looked up here, so that an error while the options are read can be debugged as well.
    debug = is_debugging(typed, _SETTINGS)
    try:
        with warnings.catch_warnings():
            if not (debug or sys.warnoptions):
                # Warnings of libraries are for developers; ours are notices.
                warnings.simplefilter("ignore")
            return _run(typed)
    except (Exception, StoppedError) as error:
        if debug and _is_bug(error):
            traceback.print_exc()
        # A library may have turned the exception of a signal into one of its own.
        return _explain(stopped() or error)


def _is_bug(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(
        error, UserError | ReaderGoneError | MemoryError
    )


def _explain(error: BaseException) -> int:
    """Say what stopped the command, unless that is nobody's business, and what was kept."""
    kept = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    match error:
        case ReaderGoneError():
            return 0
        case UserError():
            return _fail(error.exit_code, f"{error}{kept}")
        case ImportError() if "map segment" in str(error):
            # So says the loader of libraries where memory ends.
            return _explain(MemoryError())
        case MemoryError():
            words = "there is not enough memory for this data and these settings"
            return _fail(1, f"{words}{kept}")
        case StoppedError():
            is_ours = take_last_word()
            return _fail(error.exit_code, f"{error}{kept}") if is_ours else error.exit_code
    return _fail(_INTERNAL_ERROR, f"{_describe_bug(error)}{kept}", label="internal error: ")


def _run(typed: list[str]) -> int:
    command = typer.main.get_command(app)
    join_option_and_value()
    try:
        work = command.main(typed, prog_name="forecast", standalone_mode=False, obj=_SETTINGS)
    except typer.TyperException as error:
        words = _describe_usage(error)
        # Without any word the help has been shown instead.
        return _fail(error.exit_code, words) if words else error.exit_code
    except OSError as error:
        raise output_fault(error) from error
    except SystemExit as left:
        # Typer leaves so when nobody reads its help any more.
        if isinstance(left.__context__, OSError):
            raise output_fault(left.__context__) from None
        raise
    if callable(work):
        check_memory()
        work()
    return 0


def _describe_usage(error: typer.TyperException) -> str:
    words = " ".join(error.format_message().split()).replace("Value error, ", "")
    if not words:
        return ""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "forecast"
    return f"{words[:1].lower()}{words[1:].rstrip('.')}; see {path} --help"


def _describe_bug(error: BaseException) -> str:
    words = " ".join(str(error).split())
    cause = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"{cause}; run again with --debug to see where"


def _fail(code: int, message: str, *, label: str = "error: ") -> int:
    say(error_console(), label, message, style="bold red")
    return code
