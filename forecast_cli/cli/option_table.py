"""The option behind every setting: its names, its help and its panel."""

import functools
from collections.abc import Callable
from typing import Any, get_args

from typer import Option
from typer.models import OptionInfo

from forecast_cli.cli.completion import complete_name, complete_names
from forecast_cli.cli.options import (
    CheckpointOptions,
    Format,
    ModelOptions,
    PictureOptions,
    ResultOptions,
    SkillOptions,
    TalkOptions,
    TextOptions,
)
from forecast_cli.compare_config import CutoffConfig, NetworkSizes
from forecast_cli.config import (
    EvaluationConfig,
    NetworkConfig,
    PredictionConfig,
    Settings,
    TrainConfig,
    WindowConfig,
)
from forecast_cli.engine_config import EngineConfig
from forecast_cli.explain_config import ExplainConfig
from forecast_cli.read_config import CALENDAR_NAMES, OutlierConfig, ReadConfig
from forecast_cli.tune_config import SearchConfig


def _panel(title: str) -> Callable[..., Any]:
    return functools.partial(Option, rich_help_panel=title)


_data, _window, _network, _training, _output = map(
    _panel, ("Data", "Window", "Network", "Training", "Output")
)
_HORIZON = _window("-H", "--horizon", metavar="N", help="Steps to forecast.")
_LEVELS = _window(
    "--level", metavar="PERCENT[,PERCENT]", help="Levels of the prediction intervals."
)
_JSON = _output(
    "--json", metavar="", help="Put the report on standard output as one JSON document."
)
_FUTURE_DATA = _data(
    "--future-data",
    metavar="FILE",
    help="The columns known ahead (--future), where DATA does not hold them.",
)
_STEP_SIZE = _window("--step-size", metavar="N", help="Steps from one cutoff to the next.")
_RESULT = _output("-o", "--output", metavar="FILE", help="Where the result goes.")
_SIZES = {
    "layers": _network("--layers", metavar="N", help="Recurrent layers."),
    "hidden_size": _network(
        "--hidden-size",
        metavar="N",
        help="Units in a layer; 64 otherwise, or 128 where the network sees many steps.",
    ),
    "segment_length": _network(
        "--segment-length", metavar="N", help="Steps that the network takes at a time."
    ),
    "dropout": _network("--dropout", metavar="SHARE", help="Share of units that is left out."),
    "bidirectional": _network(
        "--bidirectional", metavar="", help="Let every layer read the context backwards as well."
    ),
    "attention": _network(
        "--attention", metavar="", help="Look back at the states of all steps, not the last alone."
    ),
    "strategy": _network(
        "--strategy",
        help="All steps of the horizon at once, or one step after the other, each from the "
        "forecast before it.",
    ),
    "activation": _network(
        "--activation",
        help="What the head applies: the layer behind the last state (networks that take several "
        "steps at a time have none), and the one for columns known ahead.",
    ),
}

OPTIONS: dict[type, dict[str, OptionInfo]] = {
    ReadConfig: {
        "target": _data(
            "--target",
            metavar="NAME[,NAME]",
            help="The column to forecast.",
            autocompletion=complete_names,
        ),
        "time": _data(
            "--time",
            metavar="NAME",
            help="The column with the times.",
            autocompletion=complete_name,
        ),
        "id": _data(
            "--id",
            metavar="NAME[,NAME]",
            help="The columns that name a series.",
            autocompletion=complete_names,
        ),
        "past": _data(
            "--past",
            metavar="NAME[,NAME]",
            help="Columns known up to the cutoff only, such as the weather that was.",
            autocompletion=complete_names,
        ),
        "future": _data(
            "--future",
            metavar="NAME[,NAME]",
            help="Columns known ahead too, such as planned promotions.",
            autocompletion=complete_names,
        ),
        "static": _data(
            "--static",
            metavar="NAME[,NAME]",
            help="Columns that are the same at all times of a series.",
            autocompletion=complete_names,
        ),
        "categorical": _data(
            "--categorical",
            metavar="NAME[,NAME]",
            help="Which of these are categories although they are numbers.",
            autocompletion=complete_names,
        ),
        "calendar": _data(
            "--calendar",
            metavar="NAME[,NAME]",
            help=f"What networks see of the calendar: {', '.join(CALENDAR_NAMES)}; what the data "
            "can show otherwise.",
        ),
        "holidays": _data(
            "--holidays",
            metavar="CC",
            help="The country whose holidays matter, as in DE, US or US-CA.",
        ),
        "freq": _data(
            "--freq", metavar="ALIAS", help="The frequency: a pandas alias or an integer step."
        ),
        "aggregate": _data(
            "--aggregate",
            help="What becomes of several values in one period of --freq.",
        ),
        "by_frequency": _data(
            "--by-frequency",
            metavar="",
            help="Keep series of different frequencies apart: train one model for each, else read "
            "those of --freq.",
        ),
        "missing": _data(
            "--missing",
            help="What to do with missing values; without it they are masked: nothing is made up.",
        ),
        "date_format": _data(
            "--date-format", metavar="FORMAT", help="How dates are written, such as %d.%m.%Y."
        ),
        "delimiter": _data("--delimiter", metavar="CHAR", help="What separates the fields."),
        "decimal": _data("--decimal", metavar="CHAR", help="The decimal mark: . or ,"),
        "thousands": _data("--thousands", metavar="CHAR", help="The thousands mark."),
        "encoding": _data("--encoding", metavar="NAME", help="The text encoding of the file."),
        "max_bytes": _data("--max-bytes", metavar="N", help="The most bytes to unpack and read."),
        "max_line_bytes": _data("--max-line-bytes", metavar="N", help="The longest line allowed."),
        "max_columns": _data("--max-columns", metavar="N", help="The most columns allowed."),
    },
    OutlierConfig: {
        "outliers": _data(
            "--outliers", help="What to do with values that stand alone, far outside the usual."
        )
    },
    WindowConfig: {
        "horizon": _HORIZON,
        "context_length": _window(
            "-L", "--context-length", metavar="N", help="Steps that the network sees."
        ),
        "season_length": _window("--season-length", metavar="N", help="Steps in one season."),
    },
    NetworkConfig: {"cell": _network("--cell", help="The recurrent cell."), **_SIZES},
    NetworkSizes: _SIZES,
    TrainConfig: {
        "effort": _training("--effort", help="How much time accuracy may cost."),
        "members": _training(
            "--members", metavar="N", help="Networks to train; the effort says how many otherwise."
        ),
        "analogues": _training(
            "--analogues",
            help="Let what followed similar windows take part, where there are enough of them.",
        ),
        "epochs": _training(
            "--epochs", metavar="N", help="The most epochs; the data say how many otherwise."
        ),
        "steps_per_epoch": _training("--steps-per-epoch", metavar="N", help="Batches in an epoch."),
        "batch_size": _training("--batch-size", metavar="N", help="Windows in a batch."),
        "learning_rate": _training("--learning-rate", metavar="RATE", help="The peak step size."),
        "l1": _training("--l1", metavar="X", help="Weight of the L1 penalty."),
        "l2": _training(
            "--l2",
            metavar="X",
            help="Weight decay of adamw; with other optimisers the weight of the L2 penalty.",
        ),
        "clip_norm": _training("--clip-norm", metavar="X", help="The largest gradient norm."),
        "optimizer": _training(
            "--optimizer",
            help="The optimiser; sgd has a momentum of 0.9 and needs a larger --learning-rate.",
        ),
        "schedule": _training(
            "--schedule",
            help="How the learning rate goes: up and down to 0, down to 0, halved when errors stop "
            "falling, constant.",
        ),
        "patience": _training(
            "--patience",
            metavar="N",
            help="Epochs without progress before training stops; without it, all are trained.",
        ),
        "seed": _training("--seed", metavar="N", help="The same seed gives the same model."),
        "threads": _training("--threads", metavar="N", help="CPU threads."),
        "device": _training("--device", help="Where to train."),
        "time_limit": _training(
            "--time-limit", metavar="SECONDS", help="Stop training after this time."
        ),
    },
    Settings: {"levels": _LEVELS},
    PredictionConfig: {
        "horizon": _HORIZON,
        "levels": _LEVELS,
        "future_data": _FUTURE_DATA,
    },
    PictureOptions: {
        "series": _data(
            "--series",
            metavar="NAME[,NAME]",
            help="The series to show; without it all of a few, or six from the best to the worst "
            "forecast one.",
        ),
        "history": _window("--history", metavar="N", help="Known steps to show."),
    },
    ExplainConfig: {
        "windows": _window(
            "--windows", metavar="N", help="The most windows of the past to look at."
        ),
        "series": _data(
            "--series",
            metavar="NAME[,NAME]",
            help="The series whose forecast is taken apart; without it all of a few, or six.",
        ),
        "future_data": _FUTURE_DATA,
    },
    EvaluationConfig: {
        "holdout": _window("--holdout", metavar="N", help="Score the last N steps."),
        "step_size": _STEP_SIZE,
        "levels": _LEVELS,
    },
    CutoffConfig: {
        "models": _network(
            "--models",
            metavar="NAME[,NAME]",
            help="The cells and simple forecasts to compare; all of them otherwise.",
        ),
        "n_windows": _window(
            "--n-windows", metavar="N", help="Cutoffs to forecast from; up to three otherwise."
        ),
        "step_size": _STEP_SIZE,
    },
    SearchConfig: {
        "trials": _training(
            "--trials", metavar="N", help="Settings to try at most, beside the defaults."
        ),
        "space": _training(
            "--space",
            metavar="FILE",
            help="A TOML file with the settings to search and their values; built in otherwise.",
        ),
        "method": _training(
            "--search", help="How to search; a grid where all of it can be tried, else random."
        ),
        "n_windows": _training(
            "--n-windows", metavar="N", help="Cutoffs to score a trial at; up to two otherwise."
        ),
    },
    EngineConfig: {
        "engine": _training("--engine", help="Where the work runs: here, or on a Ray cluster."),
        "workers": _training(
            "--workers",
            metavar="N",
            help="Work of the cluster at a time; as much as it has CPUs otherwise.",
        ),
        "address": _training(
            "--address",
            metavar="ADDRESS",
            help="The Ray cluster; one on this machine is started otherwise.",
        ),
    },
    ModelOptions: {
        "model": _data(
            "-m", "--model", metavar="FILE", help="The checkpoint, or - for standard input."
        )
    },
    CheckpointOptions: {
        "output": _output(
            "-o",
            "--output",
            metavar="FILE",
            help="Where the checkpoint goes; - is standard output.",
        ),
        "resume": _training("--resume", metavar="", help="Go on where a killed run left off."),
        "json": _JSON,
    },
    ResultOptions: {
        "output": _RESULT,
        "format": _output(
            "--format",
            metavar="FORMAT",
            help=f"{', '.join(get_args(Format))}; without it, table on a terminal, csv elsewhere.",
        ),
        "json": _JSON,
    },
    TextOptions: {"output": _RESULT, "json": _JSON},
    SkillOptions: {
        "min_skill": _output(
            "--min-skill",
            metavar="X",
            help="Exit with code 3 if the skill against the best naive forecast is below X.",
        )
    },
    TalkOptions: {
        "quiet": _output("-q", "--quiet", metavar="", help="Say nothing but warnings and errors."),
        "no_progress": _output("--no-progress", metavar="", help="Show no progress."),
        "debug": _output("--debug", metavar="", help="Show where an internal error happened."),
    },
}
"""The option of every field; a test holds this table against the dataclasses."""
