from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import numpy as np
import pytest

from forecast_cli.config import EvaluationConfig, PredictionConfig, Settings
from forecast_cli.errors import ConfigError
from forecast_cli.keywords import (
    EvaluateOptions,
    PredictOptions,
    ReadOptions,
    TrainOptions,
    build,
    check_keywords,
)
from forecast_cli.read_config import ReadConfig


def settings_in(record: Any) -> set[str]:
    hints = get_type_hints(record)
    names = set()
    for item in fields(record):
        hint = hints[item.name]
        names |= settings_in(hint) if is_dataclass(hint) else {item.name}
    return names


@pytest.mark.parametrize(
    ("keywords", "records"),
    [
        (ReadOptions, [ReadConfig]),
        (TrainOptions, [Settings]),
        (PredictOptions, [ReadConfig, PredictionConfig]),
        (EvaluateOptions, [ReadConfig, EvaluationConfig]),
    ],
)
def test_keywords_are_typed_for_every_setting_and_no_other(
    keywords: type, records: list[type]
) -> None:
    # What is known ahead is an argument of its own.
    expected = set().union(*map(settings_in, records)) - {"future_data"}
    assert set(get_type_hints(keywords)) == expected


def test_no_options_are_the_defaults() -> None:
    assert build(Settings, {}) == Settings()


def test_one_name_and_several_names_are_names() -> None:
    assert build(ReadConfig, {"target": "a,b"}).target == ("a,b",)
    assert build(ReadConfig, {"target": ["a", "b"]}).target == ("a", "b")


def test_numbers_of_numpy_are_plain_numbers() -> None:
    settings = build(Settings, {"horizon": np.int64(3), "dropout": np.float32(0.5)})
    assert type(settings.window.horizon) is int
    assert type(settings.network.dropout) is float


def test_none_leaves_a_choice_to_the_program() -> None:
    assert build(Settings, {"horizon": None}).window.horizon is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("horizon", "12", "horizon is '12'; it must be a whole number"),
        ("horizon", 1.5, "horizon is 1.5; it must be a whole number"),
        ("horizon", True, "horizon is True; it must be a whole number"),
        ("dropout", "0.1", "dropout is '0.1'; it must be a number"),
        ("layers", None, "layers is None; it must be a whole number"),
        ("time", 3, "time is 3; it must be a text"),
        ("target", [3], "target is 3; it must be a text"),
        ("by_frequency", "yes", "by_frequency is 'yes'; it must be True or False"),
        ("cell", "tcn", "--cell is 'tcn'; accepted values: gru, lstm, rnn, lstm-gru"),
    ],
)
def test_a_value_that_is_not_accepted_is_refused_by_name(
    name: str, value: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        build(Settings, {name: value})


def test_an_unknown_keyword_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(TypeError, match="'hidden_sizes' is no option; did you mean hidden_size"):
        check_keywords({"hidden_sizes": 3}, Settings)


def test_an_unknown_keyword_near_none_is_refused_with_all_names() -> None:
    with pytest.raises(TypeError, match=r"'qqq' is no option; known: holdout, step_size, levels"):
        check_keywords({"qqq": 3}, EvaluationConfig)
