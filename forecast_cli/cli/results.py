"""A result -> standard output or a file: checked before the work, rendered before it is written."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from forecast_cli.cli.frame_table import frame_table
from forecast_cli.cli.options import STANDARD_STREAM, Format, ResultOptions, TextOptions
from forecast_cli.cli.streams import is_output_terminal, render, write_output
from forecast_cli.engine_config import EngineConfig
from forecast_cli.errors import ConfigError, SkillError
from forecast_cli.filesystem import check_writable, write_atomically
from forecast_cli.notices import Notice, Tell
from forecast_cli.report import leaderboard_table
from forecast_cli.schema import to_plain
from forecast_cli.writer import check_format, records, render_frame, render_rows

if TYPE_CHECKING:
    from forecast_cli.document import AnyReport
    from forecast_cli.drawing.canvas import ImageFormat
    from forecast_cli.findings import Backtest, CompareReport, EvaluateReport, PredictReport
    from forecast_cli.forecast import Forecast


def check_streams(*, inputs: Sequence[str | None], output: str) -> None:
    """Refuse what could only fail, or do harm, after the work.

    Raises:
        ConfigError: two inputs are standard input, or the output is one of the inputs.
        OutputError: the output cannot be written.
    """
    if inputs.count(STANDARD_STREAM) > 1:
        raise ConfigError("DATA and --model are both -; standard input can be only one of them")
    if output == STANDARD_STREAM:
        return
    if any(_is_same_file(path, Path(output)) for name in inputs for path in _files(name)):
        raise ConfigError(f"--output is {output!r}, which is also read; choose another name")
    check_writable(output)


def _files(name: str | None) -> Sequence[Path]:
    """The files that are read where an input has this name, those of a folder or a pattern too."""
    if name in (None, STANDARD_STREAM):
        return ()
    from forecast_cli.reading.database import database_file
    from forecast_cli.reading.datafiles import data_files

    name = name or ""
    return data_files(name, lambda _: None) or (database_file(name) or Path(name),)


def picture_form(output: str) -> "ImageFormat | None":
    """The form of a picture that the name of an output asks for; None for any other name."""
    forms: dict[str, ImageFormat] = {".png": "png", ".svg": "svg"}
    return forms.get(PurePath(output).suffix.lower())


def _is_same_file(one: Path, other: Path) -> bool:
    # A name that is too long for a file is told where the file is opened.
    with suppress(OSError):
        return one.is_file() and other.is_file() and one.samefile(other)
    return False


def tell_one_machine(engine: EngineConfig, tell: Tell) -> None:
    """Tell that one result is one piece of work."""
    if engine.engine != "local":
        words = "one result is made on this machine; a folder as --output shares the files out"
        tell(Notice("guess", f"--engine {engine.engine}: {words}"))


def choose_format(options: ResultOptions) -> Format:
    """The form of a forecast: what was asked for, else a table on a terminal, else CSV.

    Raises:
        ConfigError: bytes that are no text would go to a terminal.
        MissingExtraError: the form needs an extra that is not installed.
    """
    to_terminal = options.output == STANDARD_STREAM and is_output_terminal()
    chosen = options.format or ("table" if to_terminal else "csv")
    if chosen == "parquet":
        check_format(chosen)
        if to_terminal:
            raise ConfigError("--format parquet is not for a terminal; give --output FILE")
    return chosen


def write_forecast(
    forecast: "Forecast", report: "PredictReport | EvaluateReport", options: ResultOptions
) -> None:
    """Write the rows, and with `--json` the report; both are complete before a byte is written."""
    if options.json and options.output == STANDARD_STREAM:
        write_output(json_document(report, forecast=records(forecast.frame())))
        return
    chosen = choose_format(options)
    if chosen == "table":
        width = get_terminal_size().columns if is_for_terminal(options) else None
        data = frame_table(forecast.frame(), forecast.columns.id, width=width).encode()
    elif chosen in ("csv", "tsv", "jsonl"):
        # Loading pandas would take longer than writing most forecasts.
        data = render_rows(forecast.rows(), chosen)
    else:
        data = render_frame(forecast.frame(), chosen)
    _write(harmless(data) if is_for_terminal(options) else data, report, options)


def write_leaderboard(report: "CompareReport", options: ResultOptions) -> None:
    """Write the rows, and with `--json` the report, of which they are a part."""
    import pandas as pd

    if options.json and options.output == STANDARD_STREAM:
        write_output(json_document(report))
        return
    rows = report.leaderboard.rows
    chosen = choose_format(options)
    if chosen == "table":
        shown = leaderboard_table(rows)
        data = render(shown, is_terminal=is_for_terminal(options)).encode()
    else:
        data = render_frame(pd.DataFrame(to_plain(rows)), chosen, name="leaderboard")
    _write(data, report, options)


def _write(data: bytes, report: "AnyReport", options: ResultOptions | TextOptions) -> None:
    document = json_document(report)
    if options.output == STANDARD_STREAM:
        write_output(data)
    else:
        write_atomically(options.output, data)
    if options.json:
        write_output(document)


def is_for_terminal(options: ResultOptions) -> bool:
    """Whether a result is shown and not kept."""
    return options.output == STANDARD_STREAM and is_output_terminal()


def write_report(
    report: "AnyReport", parts: Sequence[RenderableType], options: TextOptions
) -> None:
    """Write a report that is itself the result: text for people, or JSON."""
    to_output = options.output == STANDARD_STREAM
    if not to_output:
        write_atomically(options.output, render(*parts, is_terminal=False).encode())
    if options.json:
        write_output(json_document(report))
    elif to_output:
        write_output(render(*parts, is_terminal=is_output_terminal()).encode())


def write_document(data: bytes, report: "AnyReport", options: TextOptions) -> None:
    """Write a picture, a page or a graph; with `--json` the report too, or alone."""
    if options.json and options.output == STANDARD_STREAM:
        write_output(json_document(report))
        return
    _write(data, report, options)


def json_document(report: "AnyReport", *, forecast: list[dict[str, Any]] | None = None) -> bytes:
    """The report, with the rows of a `forecast`, as `--json` puts it on standard output."""
    # It knows all reports there are, and help and wrong usage need none of them.
    from forecast_cli.document import to_json

    return to_json(report, forecast=forecast).encode()


def check_skill(backtest: "Backtest | None", least: float | None) -> None:
    """Hold the skill against `--min-skill`.

    Raises:
        SkillError: it is lower, or there is none.
    """
    if least is None:
        return
    if backtest is None:
        raise SkillError(f"--min-skill is {least:g}, but there is too little data to score a model")
    if backtest.skill is None:
        raise SkillError(
            f"--min-skill is {least:g}, but {backtest.best_naive} makes no error that could be "
            "improved on"
        )
    if backtest.skill < least:
        raise SkillError(
            f"the skill is {backtest.skill:.4f} (1 would be no error, 0 the error of "
            f"{backtest.best_naive}), below --min-skill {least:g}"
        )


def harmless(data: bytes) -> bytes:
    """Text for a terminal that would act on control characters."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode()
        for c in data.decode()
    ).encode()
