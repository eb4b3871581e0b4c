"""The names of the commands -> the commands, each loaded no sooner than it is run or asked about.

The program's own help lists them all and runs none; loading them takes longer than showing it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    from forecast_cli.cli.signatures import Setting

SUMMARIES = {
    "train": "Train networks on DATA and save them as one checkpoint file.",
    "predict": "Forecast the next steps of DATA, or of the training data, from a checkpoint.",
    "evaluate": "Score a checkpoint on known values of DATA, beside simple forecasts.",
    "compare": "Rank cells and simple forecasts by how they forecast what is known of DATA.",
    "tune": (
        "Search for the best settings on DATA, and save what they train as one checkpoint file."
    ),
    "explain": "Show what the forecast rests on: lags, covariates, gates, and its parts.",
    "plot": "Draw the forecast with its history and intervals.",
    "report": "Write one page on the data, the forecast, its scores and how far to trust it.",
    "inspect": (
        "Show what is understood of DATA, and what train would do with it and these options."
    ),
    "info": "Show what a checkpoint holds.",
    "export": "Write the checkpoint as an ONNX file that forecasts without this program.",
}
"""The commands in the order of the help, each with the first line of its own help."""


class CommandGroup(TyperGroup):
    """A group that lists commands by name and summary, and loads the one that is typed."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, summary in SUMMARIES.items():
            self.add_command(TyperCommand(name, help=summary))

    def get_params(self, ctx: Any) -> list[Any]:
        """The options of the program itself: flags, which are off where nothing is typed."""
        options = super().get_params(ctx)
        for option in options:
            if option.default is None:
                # Typer's own flags have no default, and it would load pydantic to convert that.
                option.default = False
        return options

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that is listed under the name typed, with its options."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if listed is None else _build(str(listed.name)), rest


def _build(name: str) -> Any:
    alone = Typer(add_completion=False)
    alone.command(name)(load_command(name))
    return get_command(alone)


class CommandSettings(Mapping[str, Mapping[str, "Setting"]]):
    """The settings of every command by their names; to ask for those of one loads that one."""

    def __getitem__(self, name: str) -> "Mapping[str, Setting]":
        from forecast_cli.cli.signatures import settings_of

        return settings_of(load_command(name))

    def __contains__(self, name: object) -> bool:
        return name in SUMMARIES

    def __iter__(self) -> Iterator[str]:
        return iter(SUMMARIES)

    def __len__(self) -> int:
        return len(SUMMARIES)


def load_command(name: str) -> Callable[..., Any]:  # noqa: C901 - a table whose rows are imports
    """The function behind a name of `SUMMARIES`; a KeyError for any other."""
    match name:
        case "train":
            from forecast_cli.cli.train import train as command
        case "predict":
            from forecast_cli.cli.predict import predict as command
        case "evaluate":
            from forecast_cli.cli.evaluate import evaluate as command
        case "compare":
            from forecast_cli.cli.compare import compare as command
        case "tune":
            from forecast_cli.cli.tune import tune as command
        case "explain":
            from forecast_cli.cli.explain import explain as command
        case "plot":
            from forecast_cli.cli.plot import plot as command
        case "report":
            from forecast_cli.cli.report import report as command
        case "inspect":
            from forecast_cli.cli.inspect import inspect as command
        case "info":
            from forecast_cli.cli.info import info as command
        case "export":
            from forecast_cli.cli.export import export as command
        case _:
            raise KeyError(name)
    return command
