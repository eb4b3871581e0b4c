from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from forecast_cli import workflows
from forecast_cli.config import EvaluationConfig, PredictionConfig
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice
from forecast_cli.partitions import evaluate_parts, predict_parts
from forecast_cli.read_config import ReadConfig
from forecast_cli.schema import to_plain
from tests.part_files import SETTINGS, contents, ignore, parts_config, write_model_and_files

QUIETLY: Any = {"tell": ignore, "progress": ignore}
FORECASTS: Any = {"wanted": PredictionConfig(), **QUIETLY}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A checkpoint, and a folder with three files of two series each, one of them unseen."""
    return write_model_and_files(tmp_path_factory.mktemp("trained"), n_files=3)


def rows(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_csv(path) for path in sorted(folder.iterdir())], ignore_index=True)


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """The numbers and texts inside a plain value, by their path."""
    if isinstance(value, dict):
        value = list(value.items())
    elif isinstance(value, list):
        value = list(enumerate(value))
    else:
        return {name: value}
    return {k: v for key, inner in value for k, v in flat(inner, f"{name}/{key}").items()}


def test_parts_hold_what_all_files_read_as_one_give(
    trained: tuple[str, str], tmp_path: Path
) -> None:
    model, data = trained
    report = predict_parts(data, model, parts=parts_config(tmp_path / "out"), **FORECASTS)
    forecast, whole = workflows.predict(
        data, model, read=ReadConfig(), wanted=PredictionConfig(), tell=ignore
    )
    assert sorted(contents(tmp_path / "out")) == [f"part-0000{n}.csv" for n in range(3)]
    pd.testing.assert_frame_equal(rows(tmp_path / "out"), as_read(forecast.frame(), tmp_path))
    assert report.known is not None
    assert whole.known is not None
    assert replace(report, known=None) == replace(whole, known=None)
    assert report.known.mae == pytest.approx(whole.known.mae, rel=1e-6)


def as_read(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A frame as it comes back from a file, sorted as the files are."""
    frame.to_csv(folder / "whole.csv", index=False)
    frame = pd.read_csv(folder / "whole.csv")
    order = frame["shop"].str[1:] + frame["shop"].str[:1]
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


@pytest.mark.parametrize("scoring", [EvaluationConfig(), EvaluationConfig(holdout=6, step_size=2)])
def test_scores_of_parts_are_those_of_all_files_read_as_one(
    trained: tuple[str, str], tmp_path: Path, scoring: EvaluationConfig
) -> None:
    model, data = trained
    report = evaluate_parts(
        data, model, scoring=scoring, parts=parts_config(tmp_path / "out"), **QUIETLY
    )
    forecast, whole = workflows.evaluate(
        data, model, read=ReadConfig(), scoring=scoring, tell=ignore
    )
    found, expected = (flat(to_plain(replace(each, by_series=()))) for each in (report, whole))
    assert found.keys() == expected.keys()
    # In single precision a network's product depends a little on how many series it is made for.
    for name, value in found.items():
        is_number = isinstance(value, float)
        assert value == (pytest.approx(expected[name], rel=1e-6) if is_number else expected[name])
    assert len(rows(tmp_path / "out")) == len(forecast.frame())
    assert asdict(report)["by_series"] == ()


def test_a_series_in_two_files_is_refused_and_nothing_is_written(
    trained: tuple[str, str], tmp_path: Path
) -> None:
    model, data = trained
    (tmp_path / "halves").mkdir()
    lines = (Path(data) / "f0.csv").read_text(encoding="utf-8").splitlines()
    for name, part in (("early", lines[1:51]), ("late", lines[51:])):
        text = "\n".join([lines[0], *part, ""])
        (tmp_path / "halves" / f"{name}.csv").write_text(text, encoding="utf-8")
    # The first file has the one series and the beginning of the other.
    (tmp_path / "halves" / "late.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(DataError, match=r"early\.csv and .*late\.csv hold values of the same"):
        predict_parts(
            str(tmp_path / "halves"), model, parts=parts_config(tmp_path / "out"), **FORECASTS
        )
    assert [path.name for path in tmp_path.iterdir()] == ["halves"]


def test_a_fault_in_one_file_names_it_and_leaves_nothing(
    trained: tuple[str, str], tmp_path: Path
) -> None:
    model, data = trained
    (tmp_path / "data").mkdir()
    for path in Path(data).iterdir():
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "data" / "f1.csv").write_text("shop,day,sales\na,1,many\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"f1\.csv"):
        predict_parts(
            str(tmp_path / "data"), model, parts=parts_config(tmp_path / "out"), **FORECASTS
        )
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_one_file_is_no_folder_of_parts(trained: tuple[str, str], tmp_path: Path) -> None:
    model, data = trained
    with pytest.raises(ConfigError, match="must be a folder or a pattern"):
        predict_parts(f"{data}/f0.csv", model, parts=parts_config(tmp_path / "out"), **FORECASTS)


def test_files_that_are_one_series_each_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for number, name in enumerate(("north", "south")):
        values = [f"{day},{20 + (day + number) % 4}" for day in range(1, 61)]
        text = "\n".join(["day,sales", *values, ""])
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    model, data = str(tmp_path / "model.forecast"), str(tmp_path / "data")
    workflows.train(data, model, settings=SETTINGS, **QUIETLY)
    told: list[Notice] = []
    predict_parts(
        data, model, parts=parts_config(tmp_path / "out"), **FORECASTS | {"tell": told.append}
    )
    forecast, _ = workflows.predict(
        data, model, read=ReadConfig(), wanted=PredictionConfig(), tell=ignore
    )
    forecast.frame().to_csv(tmp_path / "whole.csv", index=False)
    pd.testing.assert_frame_equal(rows(tmp_path / "out"), pd.read_csv(tmp_path / "whole.csv"))
    assert not [notice for notice in told if "not seen in training" in notice.text]
