from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forecast_cli.cli.option_table import OPTIONS
from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.fingerprint import Fingerprint, differences, take_fingerprint
from forecast_cli.panel import Panel
from forecast_cli.read_config import OutlierConfig, ReadConfig
from tests.panels import covariates_of, make_panel, wave, with_covariates


def panel() -> Panel:
    return make_panel(wave(20), wave(12, seed=1))


def fingerprint(settings: Settings | None = None, of: Panel | None = None) -> Fingerprint:
    return take_fingerprint(of or panel(), settings or Settings())


def test_the_same_data_and_settings_have_the_same_fingerprint() -> None:
    assert fingerprint() == fingerprint()
    assert differences(fingerprint(), fingerprint()) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(network=NetworkConfig(cell="lstm")), "--cell was gru and is lstm"),
        (
            Settings(cleaning=OutlierConfig(outliers="keep")),
            "--outliers was clip and is keep",
        ),
        (Settings(read=ReadConfig(missing="zero")), "--missing was mask and is zero"),
        (Settings(window=WindowConfig(horizon=7)), "--horizon was not given and is 7"),
        (Settings(optimisation=TrainConfig(seed=5)), "--seed was 0 and is 5"),
        (Settings(levels=(50, 90)), "--level was 80,95 and is 50,90"),
    ],
)
def test_an_option_that_differs_is_named_with_both_values(settings: Settings, words: str) -> None:
    assert differences(fingerprint(), fingerprint(settings)) == [words]
    assert fingerprint().task != fingerprint(settings).task


def test_what_changes_no_bit_makes_no_difference() -> None:
    other = Settings(
        read=ReadConfig(target=("y",), missing="mask"),
        optimisation=TrainConfig(threads=TrainConfig().threads + 1),
    )
    assert fingerprint(other) == fingerprint()


def test_every_setting_is_named_as_its_option_is() -> None:
    declared = {
        str(name)
        for record in (OutlierConfig, WindowConfig, NetworkConfig, TrainConfig, Settings)
        for option in OPTIONS[record].values()
        # Typer takes the first name of an annotated option for its default.
        for name in (option.default, *(option.param_decls or ()))
    }
    options = {name for name in declared if name.startswith("--")}
    assert set(fingerprint().options) == options - {"--threads"} | {"--missing"}


def other_values() -> Panel:
    values = panel().values.copy()
    values[3] += 1
    return replace(panel(), values=values)


def other_covariates(**changes: Any) -> Panel:
    known = with_covariates(panel())
    return replace(known, covariates=replace(covariates_of(known), **changes))


COVARIATES = covariates_of(with_covariates(panel()))


@pytest.mark.parametrize(
    "other",
    [
        panel(),
        other_covariates(values=COVARIATES.values + 1),
        other_covariates(static=COVARIATES.static + 1),
        other_covariates(starts=COVARIATES.starts - 1),
        other_covariates(offsets=COVARIATES.offsets + np.array([0, 1, 0])),
        other_covariates(columns=tuple(replace(c, role="past") for c in COVARIATES.columns)),
        other_covariates(columns=tuple(replace(c, categories=None) for c in COVARIATES.columns)),
    ],
)
def test_other_covariates_are_other_data(other: Panel) -> None:
    before = fingerprint(of=with_covariates(panel()))
    assert before == fingerprint(of=with_covariates(panel()))
    assert differences(before, fingerprint(of=other)) == ["the data differ"]


@pytest.mark.parametrize(
    "other",
    [
        other_values(),
        replace(panel(), ids=np.array([["a"], ["c"]], dtype=object)),
        replace(panel(), starts=panel().starts + 1),
        make_panel(wave(12), wave(20)),
        replace(panel(), layout="wide"),
    ],
)
def test_other_data_are_told(other: Panel) -> None:
    assert differences(fingerprint(), fingerprint(of=other)) == ["the data differ"]
    assert fingerprint().task != fingerprint(of=other).task


def test_the_name_of_the_file_makes_no_difference() -> None:
    assert fingerprint(of=replace(panel(), source="moved.csv")) == fingerprint()


def test_another_version_is_named_and_another_machine_is_not() -> None:
    now = fingerprint()
    before = replace(now, versions={**now.versions, "torch": "1.0"}, machine="an abacus")
    assert differences(before, now) == [f"torch was 1.0 and is {now.versions['torch']}"]
    assert before.task == now.task
