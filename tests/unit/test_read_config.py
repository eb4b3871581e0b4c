from typing import Any

import pytest

from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig


def test_the_thousands_and_decimal_marks_must_differ() -> None:
    with pytest.raises(ConfigError, match="--thousands and --decimal must differ"):
        ReadConfig(thousands=",", decimal=",")
    assert ReadConfig(thousands=".", decimal=",").decimal == ","


def test_any_single_mark_separates_thousands_but_what_numbers_are_made_of() -> None:
    for mark in (" ", "'", ".", "\u00a0", "\u066c"):
        assert ReadConfig(thousands=mark).thousands == mark
    for mark in ("0", "\u0661", "\u00b2", "e", "+", "-"):
        with pytest.raises(ConfigError, match=r"--thousands must be .* no letter, digit or sign"):
            ReadConfig(thousands=mark)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"past": ("rain",), "future": ("rain",)}, "'rain' is named by --past and --future"),
        ({"future": ("y",), "target": ("y",)}, "'y' is named by --future and --target"),
        ({"static": ("shop",), "id": ("shop",)}, "'shop' is named by --static and --id"),
        ({"past": ("day",), "time": "day"}, "'day' is named by --past and --time"),
        ({"future": ("a", "b", "a")}, "--future names column 'a' twice"),
    ],
)
def test_a_column_can_have_one_role(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ReadConfig(**given)


def test_covariates_are_all_columns_beside_the_target_that_are_named() -> None:
    read = ReadConfig(past=("a",), future=("b", "c"), static=("d",), id=("e",), target=("f",))
    assert read.covariates == ("a", "b", "c", "d")


def test_an_unknown_treatment_of_missing_values_is_refused_with_those_there_are() -> None:
    words = r"--missing is 'drop'; accepted values: mask, interpolate, zero, error$"
    with pytest.raises(ConfigError, match=words):
        ReadConfig(missing="drop")  # type: ignore[arg-type]
