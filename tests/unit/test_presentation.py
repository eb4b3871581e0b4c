from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.checkpoint import dump_model
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.notices import Notice
from forecast_cli.presentation import Exhibit, plot, report
from forecast_cli.presentation_findings import FullReport
from forecast_cli.read_config import ReadConfig
from forecast_cli.showcase import Wish
from tests.models import HORIZON, make_model
from tests.panels import make_panel, wave


def ignore(_: Notice) -> None:
    pass


@pytest.fixture
def checkpoint(tmp_path: Path) -> str:
    path = tmp_path / "model.forecast"
    path.write_bytes(dump_model(make_model(make_panel(wave(60), wave(50, seed=1)))))
    return str(path)


def write_data(tmp_path: Path, *, length: int) -> str:
    rows = [f"{name},{step},{value}" for name in "ab" for step, value in enumerate(wave(length))]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["name,step,value", *rows]) + "\n", encoding="utf-8")
    return str(path)


def show(
    checkpoint: str, data: str | None = None, wish: Wish | None = None
) -> tuple[Exhibit, FullReport]:
    return report(data, checkpoint, read=ReadConfig(), wish=wish or Wish(), tell=ignore)


def test_without_data_the_training_data_is_shown(checkpoint: str) -> None:
    picture, found = plot(None, checkpoint, read=ReadConfig(), wish=Wish(), tell=ignore)
    assert [series.name for series in picture.series] == ["a", "b"]
    assert (found.shown, found.n_series, found.horizon) == (("a", "b"), 2, HORIZON)


def test_how_to_read_means_nothing_without_data(checkpoint: str) -> None:
    with pytest.raises(ConfigError, match="need DATA"):
        plot(None, checkpoint, read=ReadConfig(delimiter=";"), wish=Wish(), tell=ignore)


def test_residuals_of_the_training_data_are_called_in_sample(checkpoint: str) -> None:
    found = show(checkpoint)[1].residuals
    assert found is not None
    assert found.n_in_sample == found.n_points > 0
    assert [row.label for row in found.by_step] == ["1", "2", "3", "4"]


def test_residuals_of_new_data_are_of_unseen_values_only(checkpoint: str, tmp_path: Path) -> None:
    exhibit, full = show(checkpoint, write_data(tmp_path, length=80))
    assert full.residuals is not None
    assert full.residuals.n_in_sample == 0
    assert exhibit.residuals is not None
    # a has grown by 20 steps, b by 30.
    assert np.isfinite(exhibit.residuals.values).sum(axis=1).tolist() == [20, 30]
    assert full.residuals.checks[-1].text.count("values after training") == 1


def test_a_residual_is_what_came_less_what_was_forecast(checkpoint: str) -> None:
    exhibit, _ = show(checkpoint)
    assert exhibit.residuals is not None
    panel = make_panel(wave(60), wave(50, seed=1))
    model = make_model(panel)
    context = panel.series(0)[None, :-1]
    missed = panel.series(0)[-1] - model.committee.forecast(context)[0, 0]
    scale = np.abs(np.diff(panel.series(0))).mean()
    assert exhibit.residuals.values[0, -1] == pytest.approx(missed / scale)


def test_a_series_too_short_for_residuals_has_none(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(dump_model(make_model(make_panel([1.0, 2.0, 4.0]))))
    exhibit, full = show(str(path))
    assert exhibit.residuals is None
    assert full.residuals is None


def test_series_that_the_model_never_saw_are_no_part_of_its_training(
    checkpoint: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    rows = [f"z,{step},{value}" for step, value in enumerate(wave(40))]
    path.write_text("\n".join(["name,step,value", *rows]), encoding="utf-8")
    found = show(checkpoint, str(path))[1].residuals
    assert found is not None
    assert found.n_in_sample == 0


def test_a_large_panel_is_checked_in_part(tmp_path: Path) -> None:
    panel = make_panel(*[wave(30)] * 26)
    many = replace(
        panel,
        values=np.tile(panel.values, 60),
        offsets=np.arange(26 * 60 + 1) * 30,
        starts=np.zeros(26 * 60, dtype=np.int64),
        ids=np.array([[f"{n:04}"] for n in range(26 * 60)], dtype=object),
    )
    path = tmp_path / "m"
    path.write_bytes(dump_model(make_model(many)))
    found = show(str(path))[1].residuals
    assert found is not None
    assert found.n_origins <= 8000


def test_the_commands_say_everything_that_the_checkpoint_keeps(
    checkpoint: str, tmp_path: Path
) -> None:
    data = write_data(tmp_path, length=80)
    train, predict = show(
        checkpoint, data, Wish(wanted=PredictionConfig(horizon=7, levels=(50, 90)))
    )[1].commands
    assert shlex.split(train)[:3] == ["forecast", "train", "test.csv"]
    for words in (
        "--target value",
        "--time step",
        "--id name",
        "--freq 1",
        "--season-length 1",
        "--horizon 4",
        "--hidden-size 5",
        "--level 80,95",
    ):
        assert words in train
    assert predict == f"forecast predict {data} --model {checkpoint} --horizon 7 --level 50,90"


def test_the_command_to_train_has_the_options_of_the_network(tmp_path: Path) -> None:
    model = make_model(make_panel(wave(60), wave(50, seed=1)))
    network = replace(
        model.committee.network, segment_length=3, bidirectional=True, strategy="recursive"
    )
    path = tmp_path / "m"
    path.write_bytes(
        dump_model(replace(model, committee=replace(model.committee, network=network)))
    )
    train = show(str(path))[1].commands[0]
    for words in ("--hidden-size 5", "--segment-length 3", "--bidirectional", "recursive"):
        assert words in train
    assert "--attention" not in train


def test_what_was_told_is_part_of_the_report(checkpoint: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    rows = [f"z,{step},{value}" for step, value in enumerate(wave(40))]
    path.write_text("\n".join(["name,step,value", *rows]), encoding="utf-8")
    notices = show(checkpoint, str(path))[1].notices
    assert any("not seen in training: z" in notice for notice in notices)
