"""Commands and their options -> a man page."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args, get_type_hints

from typer.models import ArgumentInfo

from forecast_cli.cli.signatures import Setting, settings_of

_Command = Callable[..., Any]

_EXIT_CODES = (
    ("0", "Done, also when the reader closed the pipe."),
    ("1", "A fault in data, checkpoint or training that can be mended; the message says how."),
    ("2", "Wrong usage."),
    ("3", "The skill is below --min-skill."),
    ("70", "A bug of ours; --debug shows where."),
    ("130, 143", "Interrupted by Ctrl-C or SIGTERM."),
)
_VARIABLES = (
    (
        "FORECAST_OPTION",
        "The value of an option that is not typed: the name of the option in capitals, with an "
        "underscore for each dash, such as FORECAST_HIDDEN_SIZE for --hidden-size. A flag is 1, "
        "true or yes, or else 0, false or no. An empty value is none. What a command does not "
        "have is not used.",
    ),
    ("FORECAST_CONFIG", "Another settings file; none or an empty value means no file."),
    ("NO_COLOR", "No colours."),
)
_FILES = (
    (
        "forecast.toml",
        "Settings in the working folder: keys are the names of options, such as horizon = 6. Keys "
        "above all tables hold for every command that has them, those in a table such as [train] "
        "for that command. What is typed beats variables, and these beat the file.",
    ),
    ("model.forecast", "The checkpoint."),
    ("model.forecast.state", "What train --resume goes on from."),
)
_EXAMPLES = (
    ("Train, then forecast:", "forecast train data.csv --horizon 12 && forecast predict"),
    ("Fail if the model is no better than naive:", "forecast train data.csv --min-skill 0"),
    ("In a pipeline:", "forecast train data.csv -o - | forecast predict -m - > forecast.csv"),
)


def man_page(commands: Sequence[_Command], version: str) -> str:
    """The manual in the man macros of roff: `man -l` shows it.

    Source: man(7), groff_man(7).
    """
    lines = [
        f'.TH FORECAST 1 "" "forecast {_plain(version)}" "User commands"',
        # Names of variables are not to be broken.
        ".nh",
        ".SH NAME",
        r"forecast \- forecast time series with small recurrent networks",
        ".SH SYNOPSIS",
        *(line for command in commands for line in _synopsis(command)),
        ".SH COMMANDS",
        *(line for command in commands for line in _command(command)),
    ]
    for title, entries in (
        ("EXIT STATUS", _EXIT_CODES),
        ("ENVIRONMENT", _VARIABLES),
        ("FILES", _FILES),
    ):
        lines += [f".SH {title}", *(line for entry in entries for line in _entry(*entry))]
    lines += [".SH EXAMPLES", *(line for example in _EXAMPLES for line in _example(*example))]
    return "\n".join(lines) + "\n"


def _synopsis(command: _Command) -> Iterator[str]:
    yield f".B forecast {command.__name__}"
    for argument, is_required in _arguments(command):
        name = _plain(str(argument.metavar))
        yield rf"\fI{name}\fR" if is_required else rf"[\fI{name}\fR]"
    yield r"[\fIoptions\fR]"
    yield ".br"


def _command(command: _Command) -> Iterator[str]:
    yield f".SS forecast {command.__name__}"
    yield _plain(" ".join((command.__doc__ or "").split()))
    for argument, _ in _arguments(command):
        yield from _entry(str(argument.metavar), str(argument.help))
    for setting in settings_of(command).values():
        yield from _option(setting)


def _arguments(command: _Command) -> Iterator[tuple[ArgumentInfo, bool]]:
    hints = get_type_hints(inspect.unwrap(command), include_extras=True)
    for parameter in inspect.signature(inspect.unwrap(command)).parameters.values():
        for extra in get_args(hints[parameter.name])[1:]:
            if isinstance(extra, ArgumentInfo):
                yield extra, parameter.default is inspect.Parameter.empty


def _option(setting: Setting) -> Iterator[str]:
    names = ", ".join(rf"\fB{_plain(flag)}\fR" for flag in setting.flags)
    value = "|".join(setting.choices) or str(setting.option.metavar or "")
    shown = setting.shown_default if setting.kind is not bool else None
    yield ".TP"
    yield rf"{names} \fI{_plain(value)}\fR" if value else names
    yield _plain(str(setting.option.help) + (f" Default: {shown}." if shown else ""))


def _entry(name: str, text: str) -> Iterator[str]:
    yield from (".TP", rf"\fB{_plain(name)}\fR", _plain(text))


def _example(words: str, command: str) -> Iterator[str]:
    yield from (".PP", _plain(words), ".PP", ".RS", ".EX", _plain(command), ".EE", ".RE")


def _plain(text: str) -> str:
    """Text that roff shows as it is: no escapes, and no request at the start of a line."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    escaped = escaped.replace("^", r"\(ha").replace("`", r"\(ga").replace("~", r"\(ti")
    return rf"\&{escaped}" if escaped.startswith(".") else escaped
