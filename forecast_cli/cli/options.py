"""What the command line can be told beside the settings of a command: files, forms and words."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from typer import Argument

from forecast_cli.checks import require_at_least
from forecast_cli.errors import ConfigError

STANDARD_STREAM = "-"
DEFAULT_MODEL = "model.forecast"

Format = Literal["table", "csv", "tsv", "json", "jsonl", "parquet"]

Data = Annotated[
    str,
    Argument(
        metavar="DATA",
        help="The data: a file (CSV, TSV, JSON lines, Parquet), a folder or a pattern in quotes "
        "for several as one, a query as in 'duckdb:FILE?QUERY', or - for standard input.",
    ),
]
Model = Annotated[str, Argument(metavar="MODEL", help="The checkpoint, or - for standard input.")]
OptionalData = Annotated[
    str | None,
    Argument(
        metavar="DATA",
        help="The data to continue: a file, a folder, a pattern in quotes, or - for standard "
        "input. Without it, the training data is continued.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class TalkOptions:
    """What is said on standard error. `debug` is read by `app` when an error is ours."""

    quiet: bool = False
    no_progress: bool = False
    debug: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """The checkpoint that is read."""

    model: str = DEFAULT_MODEL


@dataclass(frozen=True, kw_only=True)
class CheckpointOptions:
    """Where the checkpoint goes that is written."""

    output: str = DEFAULT_MODEL
    resume: bool = False
    json: bool = False

    def __post_init__(self) -> None:
        if self.resume and self.output == STANDARD_STREAM:
            raise ConfigError(
                "--resume needs a file to go on from beside the checkpoint, and --output is "
                "standard output; give --output a file name"
            )


@dataclass(frozen=True, kw_only=True)
class ResultOptions:
    """Where a forecast goes and in which form."""

    output: str = STANDARD_STREAM
    format: Format | None = None
    json: bool = False

    def __post_init__(self) -> None:
        if self.json and self.output == STANDARD_STREAM and self.format not in (None, "json"):
            raise ConfigError(
                f"--json puts one JSON document on standard output; give --output FILE to have "
                f"the forecast as {self.format} as well"
            )


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """Where a report goes that is itself the result, and in which form."""

    output: str = STANDARD_STREAM
    json: bool = False


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    """What a picture shows; empty or None means: chosen, and told."""

    series: tuple[str, ...] = ()
    history: int | None = None

    def __post_init__(self) -> None:
        require_at_least("--history", self.history, 1)


@dataclass(frozen=True, kw_only=True)
class SkillOptions:
    """The skill that is asked for."""

    min_skill: float | None = None

    def __post_init__(self) -> None:
        if self.min_skill is not None and not -math.inf < self.min_skill < 1:
            raise ConfigError(f"--min-skill is {self.min_skill}; it must be below 1 (no error)")
