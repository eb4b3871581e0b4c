"""Settings -> the command line that says the same."""

import shlex
from dataclasses import fields, replace

from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import OutlierConfig, ReadConfig
from forecast_cli.reading.decode import source_name

_Record = ReadConfig | WindowConfig | NetworkConfig | TrainConfig | OutlierConfig


def explicit_command(panel: Panel, plan: WindowPlan, settings: Settings) -> str:
    """The command line that trains as these settings do, with nothing left to guess."""
    words = [
        "forecast",
        "train",
        path_word(panel.source),
        *option_words(_asked(panel, settings.read)),
        *option_words(settings.cleaning),
    ]
    words += ["--season-length", str(plan.season_length)]
    words += ["--horizon", str(plan.horizon)]
    if plan.long_context_length == plan.context_length:
        words += ["--context-length", str(plan.context_length)]
    words += [*option_words(settings.network), *option_words(settings.optimisation)]
    return shlex.join([*words, *_level_words(settings)])


def train_command(source: str, settings: Settings, output: str) -> str:
    """The command line that trains with these settings; what is as by default is left out."""
    words = ["forecast", "train", path_word(source)]
    for record in (
        settings.read,
        settings.window,
        settings.network,
        settings.optimisation,
        settings.cleaning,
    ):
        words += option_words(record)
    words += _level_words(settings)
    return shlex.join([*words, "--output", path_word(output)])


def _level_words(settings: Settings) -> list[str]:
    if settings.levels == Settings().levels:
        return []
    return ["--level", _typed(tuple(map(str, settings.levels)))]


def option_words(record: _Record) -> list[str]:
    """The options for those settings of a record that are not at their defaults."""
    words = []
    # How a file is read again has fields that are no options.
    kind = ReadConfig if isinstance(record, ReadConfig) else type(record)
    for field in fields(kind):
        value = getattr(record, field.name)
        if value != field.default:
            option = f"--{field.name.replace('_', '-')}"
            words += [option] if value is True else [option, _typed(value)]
    return words


def _asked(panel: Panel, config: ReadConfig) -> ReadConfig:
    """How the file was read, with nothing left to guess; what is never guessed is left out."""
    asked = read_again(panel, config)
    return replace(asked, calendar=()) if asked.calendar == ("none",) else asked


def path_word(source: str) -> str:
    """A source as an argument: standard input as `-`, and no file name taken for an option."""
    if source in ("-", source_name("-")):
        return "-"
    return f"./{source}" if source.startswith("-") else source


def _typed(value: str | float | tuple[str, ...]) -> str:
    """A setting as an option takes it: names between commas, in quotes where they hold one."""
    if not isinstance(value, tuple):
        return str(value)
    return ",".join(f'"{name}"' if "," in name else name for name in value)
