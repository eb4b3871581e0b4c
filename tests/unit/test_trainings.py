"""What one call of train stands for."""

from dataclasses import replace
from pathlib import Path

import pytest

from forecast_cli.config import Settings
from forecast_cli.errors import ConfigError
from forecast_cli.read_config import ReadConfig
from forecast_cli.trainings import plan_trainings

SPLIT = Settings(read=ReadConfig(by_frequency=True))


def test_without_the_option_it_is_one_training() -> None:
    assert list(plan_trainings("-", "-", Settings())) == [("-", Settings())]


def test_each_frequency_has_a_training_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    rows = [f"a,2024-01-{day:02d},{day}" for day in range(1, 29)]
    rows += [f"m,{2010 + i // 12}-{i % 12 + 1:02d}-01,{i}" for i in range(30)]
    path.write_text("\n".join(["id,date,y", *rows]))
    planned = list(plan_trainings(str(path), "out.d/model", SPLIT))
    assert [output for output, _ in planned] == ["out.d/model.D", "out.d/model.MS"]
    assert [settings.read for _, settings in planned] == [
        replace(SPLIT.read, freq="D"),
        replace(SPLIT.read, freq="MS"),
    ]


@pytest.mark.parametrize(("source", "output"), [("-", "m.forecast"), ("data.csv", "-")])
def test_several_checkpoints_need_names(source: str, output: str) -> None:
    with pytest.raises(ConfigError, match="give a file name"):
        list(plan_trainings(source, output, SPLIT))
