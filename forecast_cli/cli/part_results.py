"""A result in parts -> a folder of files, one for each file of the data."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from forecast_cli.cli.options import STANDARD_STREAM, ResultOptions, TalkOptions
from forecast_cli.cli.results import json_document
from forecast_cli.cli.streams import Streams, write_output
from forecast_cli.engine_config import EngineConfig
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig
from forecast_cli.writer import FileFormat, check_format

if TYPE_CHECKING:
    from forecast_cli.findings import EvaluateReport, PredictReport

Made = TypeVar("Made", "PredictReport", "EvaluateReport")


def check_parts(data: str | None, output: str, future_data: str | None = None) -> str:
    """The data that a folder of parts is to be made of.

    Raises:
        ConfigError: there is none, or one stream; or what each file needs can be read only once.
    """
    if future_data == STANDARD_STREAM:
        raise ConfigError(
            "--future-data is read for every file of DATA, which standard input cannot be; give "
            "the name of a file"
        )
    if data is None or data == STANDARD_STREAM:
        raise ConfigError(
            f"--output {output!r} is a folder, which gets a part for each file of DATA; give DATA "
            "a folder or a pattern in quotes, or --output the name of a file"
        )
    return data


def write_parts(
    work: Callable[..., Made],
    *,
    read: ReadConfig,
    engine: EngineConfig,
    result: ResultOptions,
    streams: Streams,
    talk: TalkOptions,
) -> Made:
    """Let the work, a function of `partitions`, write its parts; with `--json` write the report.

    Raises:
        ConfigError: the form of the parts is for terminals only.
        MissingExtraError: the form needs an extra that is not installed.
    """
    form = _choose_format(result)
    from forecast_cli.cli.progress_bar import showing_progress
    from forecast_cli.partitions import PartsConfig

    parts = PartsConfig(read=read, output=result.output, file_format=form, engine=engine)
    with showing_progress(streams.console, talk) as progress:
        report = work(parts=parts, tell=streams.tell, progress=progress)
    if result.json:
        write_output(json_document(report))
    return report


def _choose_format(options: ResultOptions) -> FileFormat:
    """The form of parts: Parquet, or what was asked for."""
    chosen = options.format or "parquet"
    if chosen == "table":
        raise ConfigError("--format table is for people; parts are parquet, csv, tsv or jsonl")
    check_format(chosen)
    return chosen
