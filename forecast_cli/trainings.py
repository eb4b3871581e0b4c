"""One call of train -> the trainings that it stands for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from forecast_cli.config import Settings
from forecast_cli.errors import ConfigError
from forecast_cli.reading.frequencies import read_frequencies

STANDARD_STREAM = "-"


def plan_trainings(source: str, output: str, settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Where each checkpoint goes and what it is trained with.

    With `by_frequency` and no frequency there is one for each in the file, whose name has the
    frequency before the suffix.

    Raises:
        ConfigError: Several checkpoints cannot go to standard output, or be read from there.
        DataError: The file cannot be read.
    """
    read = settings.read
    if not read.by_frequency or read.freq is not None:
        yield output, settings
        return
    for name, stream in ((source, "DATA"), (output, "--output")):
        if name == STANDARD_STREAM:
            raise ConfigError(
                f"--by-frequency trains a model for each frequency, and {stream} is -; give a "
                "file name, or one frequency with --freq"
            )
    for freq in read_frequencies(source, read):
        yield _path(output, freq), replace(settings, read=replace(read, freq=freq))


def _path(output: str, freq: str) -> str:
    """The output with a frequency before its suffix.

    >>> _path("models/sales.forecast", "MS")
    'models/sales.MS.forecast'
    """
    suffix = PurePath(output).suffix
    return f"{output.removesuffix(suffix)}.{freq}{suffix}"
