from __future__ import annotations

import dataclasses
import typing
from typing import TYPE_CHECKING, Any

import pytest

from forecast_cli.cli.option_table import OPTIONS
from forecast_cli.compare_config import CompareConfig, CutoffConfig, NetworkSizes
from forecast_cli.config import (
    EvaluationConfig,
    NetworkConfig,
    PredictionConfig,
    Settings,
    TrainConfig,
    WindowConfig,
)
from forecast_cli.read_config import ReadConfig
from forecast_cli.tune_config import SearchConfig, TuneConfig

if TYPE_CHECKING:
    from tests.cli.conftest import Run, Workflows


def test_tune_takes_the_options_of_train_and_says_how_to_search(
    run: Run, workflows: Workflows
) -> None:
    assert run("tune", "x.csv").code == 0
    assert workflows.asked["config"] == TuneConfig()
    assert workflows.asked["resume"] is False
    options = (
        "--trials 3 --space s.toml --search random --n-windows 1 --cell lstm --seed 5 --resume"
    )
    assert run("tune", "x.csv", *options.split()).code == 0
    assert workflows.asked["config"] == TuneConfig(
        search=SearchConfig(trials=3, space="s.toml", method="random", n_windows=1),
        settings=Settings(network=NetworkConfig(cell="lstm"), optimisation=TrainConfig(seed=5)),
    )
    assert workflows.asked["resume"] is True


@pytest.mark.parametrize("record", OPTIONS, ids=lambda record: record.__name__)
def test_every_setting_has_an_option_and_every_option_a_setting(record: type[Any]) -> None:
    hints = typing.get_type_hints(record)
    fields = {f.name for f in dataclasses.fields(record)}
    leaves = {name for name in fields if not dataclasses.is_dataclass(hints[name])}
    assert set(OPTIONS[record]) == leaves


@pytest.mark.parametrize("record", OPTIONS, ids=lambda record: record.__name__)
def test_every_option_is_explained_in_a_sentence_and_has_its_panel(record: type[Any]) -> None:
    for option in OPTIONS[record].values():
        assert option.help is not None
        assert option.help[0].isupper() or option.help.startswith("table, csv")
        assert option.help.endswith((".", ","))
        assert option.rich_help_panel in {"Data", "Window", "Network", "Training", "Output"}


def test_without_options_train_uses_the_defaults_of_the_settings(
    run: Run, workflows: Workflows
) -> None:
    assert run("train", "sales.csv").code == 0
    assert workflows.asked["source"] == "sales.csv"
    assert workflows.asked["output"] == "model.forecast"
    assert workflows.asked["settings"] == Settings()


def test_help_shows_the_defaults_of_the_settings(run: Run) -> None:
    words = " ".join(run("train", "--help").text.replace("│", " ").split())
    assert f"The recurrent cell. [default: {NetworkConfig().cell}]" in words
    assert f"Recurrent layers. [default: {NetworkConfig().layers}]" in words
    assert f"How much time accuracy may cost. [default: {TrainConfig().effort}]" in words
    assert "[default: 80,95]" in words


def test_every_option_of_train_reaches_the_settings(run: Run, workflows: Workflows) -> None:
    outcome = run(
        *("train", "-", "--target", "sales", "--time", "date", "--id", 'shop,"a, b"'),
        *("--date-format", "%d.%m.%Y", "--delimiter", ";", "--decimal", ",", "--thousands", "."),
        *("--encoding", "latin-1", "--freq", "MS", "--season-length", "12", "-H", "6", "-L", "24"),
        *("--max-bytes", "1000", "--max-line-bytes", "100", "--max-columns", "10"),
        *("--cell", "lstm", "--layers", "2", "--hidden-size", "32", "--dropout", "0.2"),
        *("--segment-length", "6", "--effort", "best", "--members", "5"),
        *("--analogues", "off"),
        *("--bidirectional", "--attention", "--strategy", "recursive", "--activation", "silu"),
        *("--optimizer", "rmsprop", "--schedule", "plateau"),
        *("--epochs", "3", "--batch-size", "16", "--learning-rate", "0.01", "--l1", "0.1"),
        *("--l2", "0.2", "--clip-norm", "2", "--patience", "4", "--seed", "7", "--threads", "1"),
        *("--device", "cpu", "--time-limit", "60", "--steps-per-epoch", "5", "--level", "90,50"),
    )
    assert outcome.code == 0, outcome.words
    assert workflows.asked["settings"] == Settings(
        read=ReadConfig(
            target=("sales",),
            time="date",
            id=("shop", "a, b"),
            date_format="%d.%m.%Y",
            delimiter=";",
            decimal=",",
            thousands=".",
            encoding="latin-1",
            freq="MS",
            max_bytes=1000,
            max_line_bytes=100,
            max_columns=10,
        ),
        window=WindowConfig(horizon=6, context_length=24, season_length=12),
        network=NetworkConfig(
            cell="lstm",
            layers=2,
            hidden_size=32,
            segment_length=6,
            dropout=0.2,
            bidirectional=True,
            attention=True,
            strategy="recursive",
            activation="silu",
        ),
        optimisation=TrainConfig(
            effort="best",
            members=5,
            analogues="off",
            epochs=3,
            steps_per_epoch=5,
            batch_size=16,
            learning_rate=0.01,
            l1=0.1,
            l2=0.2,
            clip_norm=2,
            optimizer="rmsprop",
            schedule="plateau",
            patience=4,
            seed=7,
            threads=1,
            device="cpu",
            time_limit=60,
        ),
        levels=(90, 50),
    )


def test_a_delimiter_may_be_a_blank_or_a_tab(run: Run, workflows: Workflows) -> None:
    for delimiter in (" ", "\t"):
        assert run("inspect", "x.csv", "--delimiter", delimiter).code == 0
        assert workflows.asked["settings"].read.delimiter == delimiter


@pytest.mark.parametrize(
    ("option", "accepted"),
    [
        ("--strategy", "direct|recursive"),
        ("--activation", "gelu|relu|tanh|silu|none"),
        ("--optimizer", "adamw|adam|rmsprop|sgd"),
        ("--schedule", "onecycle|cosine|plateau|none"),
    ],
)
def test_a_choice_is_helped_and_refused_with_the_values_it_accepts(
    run: Run, option: str, accepted: str
) -> None:
    row = run("train", "--help").text.partition(f"│ {option} ")[2].partition("│ --")[0]
    assert all(value in row for value in accepted.split("|"))
    outcome = run("train", "x.csv", option, "odd")
    assert outcome.code == 2
    assert all(value in outcome.words for value in (option, "odd", *accepted.split("|")))


def test_predict_without_data_asks_to_continue_the_training_data(
    run: Run, workflows: Workflows
) -> None:
    assert run("predict").code == 0
    asked = workflows.asked
    assert (asked["source"], asked["model"]) == (None, "model.forecast")
    assert (asked["read"], asked["wanted"]) == (ReadConfig(), PredictionConfig())


def test_predict_passes_on_a_file_of_what_is_known_ahead(run: Run, workflows: Workflows) -> None:
    assert run("predict", "--future-data", "plan.csv", "-H", "7").code == 0
    assert workflows.asked["wanted"] == PredictionConfig(horizon=7, future_data="plan.csv")


def test_covariates_are_passed_on_by_role(run: Run, workflows: Workflows) -> None:
    assert run("train", "x.csv", "--past", "rain,wind", "--future", "price", "--static", "kind",
               "--categorical", "wind").code == 0  # fmt: skip
    read = workflows.asked["settings"].read
    assert (read.past, read.future) == (("rain", "wind"), ("price",))
    assert (read.static, read.categorical) == (("kind",), ("wind",))


def test_a_column_in_two_roles_is_a_fault_of_the_command(run: Run) -> None:
    result = run("train", "x.csv", "--past", "price", "--future", "price")
    assert result.code == 2
    assert "column 'price' is named by --past and --future; it can have one role" in result.words


def test_evaluate_passes_on_what_is_to_be_scored(run: Run, workflows: Workflows) -> None:
    run("evaluate", "x.csv", "-m", "-", "--holdout", "8", "--step-size", "2", "--level", "50")
    asked = workflows.asked
    assert (asked["source"], asked["model"]) == ("x.csv", "-")
    assert asked["scoring"] == EvaluationConfig(holdout=8, step_size=2, levels=(50,))


def test_compare_takes_the_options_of_train_and_says_what_is_compared(
    run: Run, workflows: Workflows
) -> None:
    assert run("compare", "x.csv").code == 0
    assert (workflows.asked["source"], workflows.asked["config"]) == ("x.csv", CompareConfig())
    outcome = run(
        *("compare", "x.csv", "--target", "y", "-H", "3", "--hidden-size", "4", "--epochs", "1"),
        *("--models", "gru, theta", "--n-windows", "5", "--step-size", "2"),
    )
    assert outcome.code == 0, outcome.words
    assert workflows.asked["config"] == CompareConfig(
        read=ReadConfig(target=("y",)),
        window=WindowConfig(horizon=3),
        sizes=NetworkSizes(hidden_size=4),
        optimisation=TrainConfig(epochs=1),
        cutoffs=CutoffConfig(models=("gru", "theta"), n_windows=5, step_size=2),
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("train x --cell cnn", "'--cell': 'cnn' is not one of 'gru', 'lstm', 'rnn'"),
        ("train x --device tpu", "'tpu' is not one of 'auto', 'cpu', 'cuda', 'mps'"),
        ("predict --format xml", "'csv', 'tsv', 'json', 'jsonl', 'parquet'"),
        ("train x --epochs many", "--epochs is 'many'; it must be a whole number"),
        ("train x -H 1.5", "--horizon is '1.5'; it must be a whole number"),
        ("train x --l2 1,5", "--l2 is '1,5'; it must be a number"),
        ("train x -H 0", "--horizon is 0; it must be 1 or more"),
        ("predict -H 0", "--horizon is 0; it must be 1 or more"),
        ("train x --level 80,high", "--level is 'high'; it must be a whole number"),
        ("predict --level 100", "--level is 100; it must lie between 0 and 100"),
        ("evaluate x --level 0", "--level is 0"),
        ("evaluate x --holdout 0", "--holdout is 0; it must be 1 or more"),
        ("evaluate x --step-size -1", "--step-size is -1"),
        ("compare x --step-size 0", "--step-size is 0; it must be 1 or more"),
        ("compare x --n-windows 0", "--n-windows is 0; it must be 1 or more"),
        ("compare x --models gru,,lstm", "--models is ''; it must be a text that is not empty"),
        ("compare x --cell gru", "no such option: --cell"),
        ("tune x --trials 0", "--trials is 0; it must be in 1 to 1000"),
        ("tune x --trials many", "--trials is 'many'; it must be a whole number"),
        ("tune x --n-windows 0", "--n-windows is 0; it must be 1 or more"),
        ("tune x --search guess", "'guess' is not one of 'grid', 'random', 'optuna'"),
        ("compare x --json --format csv", "give --output FILE"),
        ("train x --target a,,b", "--target is ''; it must be a text that is not empty"),
        ("train x --min-skill nan", "--min-skill is nan; it must be below 1 (no error)"),
        ("train x --horizn 3", "no such option: --horizn (Possible options: --horizon)"),
        ("train x --hor 3", "no such option: --hor"),
        ("train x -o", "option '-o' requires an argument"),
        ("train", "missing argument 'DATA'; see forecast train --help"),
        ("train x y", "unexpected extra argument"),
        ("forcast", "no such command 'forcast'"),
        ("train x --json -o -", "--json and --output - both want standard output"),
        ("predict - -m -", "DATA and --model are both -"),
        ("evaluate - -m -", "DATA and --model are both -"),
        ("predict --json --format csv", "give --output FILE"),
    ],
)
def test_wrong_usage_exits_with_2_and_one_line_that_says_what_is_accepted(
    run: Run, workflows: Workflows, arguments: str, words: str
) -> None:
    outcome = run(*arguments.split())
    assert (outcome.code, outcome.output) == (2, b"")
    assert outcome.words.startswith("error: ")
    assert words in outcome.words
    assert outcome.words.count("\n") == 1
    assert workflows.asked == {}


def test_what_was_typed_cannot_drive_the_terminal(run: Run) -> None:
    for arguments in (("train", "x", "--epochs", "\x1b[31m"), ("train", "x", "--\x1b[31m")):
        outcome = run(*arguments)
        assert outcome.code == 2
        assert "\\x1b[31m" in outcome.words


def test_a_bare_forecast_shows_help_and_is_wrong_usage(run: Run) -> None:
    outcome = run()
    assert outcome.code == 2
    assert "Usage: forecast" in outcome.text
    assert outcome.words == ""


def test_the_version_is_one_line(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.code, outcome.words) == (0, "")
    assert outcome.text.startswith("forecast ")
    assert outcome.text.count("\n") == 1
