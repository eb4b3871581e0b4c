"""Folders of files that are predicted one by one."""

from pathlib import Path

import numpy as np

from forecast_cli import workflows
from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.engine_config import EngineConfig
from forecast_cli.partitions import PartsConfig
from forecast_cli.read_config import ReadConfig

SETTINGS = Settings(
    window=WindowConfig(horizon=4, season_length=4),
    network=NetworkConfig(hidden_size=8),
    optimisation=TrainConfig(
        effort="fast", epochs=2, steps_per_epoch=4, batch_size=32, members=3, threads=1
    ),
)
N_STEPS = 60


def ignore(*_: object) -> None:
    pass


def write_files(folder: Path, n_files: int, *, n_steps: int = N_STEPS) -> list[Path]:
    """Files with two series each."""
    (folder / "data").mkdir(exist_ok=True)
    random = np.random.default_rng(0)
    return [_write_file(folder / "data" / f"f{n}.csv", n, n_steps, random) for n in range(n_files)]


def _write_file(path: Path, number: int, n_steps: int, random: np.random.Generator) -> Path:
    lines = ["shop,day,sales"]
    for name in "ab":
        noise = random.normal(size=N_STEPS)
        for day in range(n_steps):
            value = 20 + 5 * np.sin(day * np.pi / 2) + noise[day]
            lines.append(f"{name}{number},{day + 1},{value:.3f}")
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def write_model_and_files(folder: Path, *, n_files: int) -> tuple[str, str]:
    """A checkpoint, trained on the beginning of two files, and the folder of all files."""
    model = str(folder / "model.forecast")
    write_files(folder, 2, n_steps=N_STEPS - 3)
    workflows.train(str(folder / "data"), model, settings=SETTINGS, tell=ignore, progress=ignore)
    write_files(folder, n_files)
    return model, str(folder / "data")


def parts_config(output: Path, engine: EngineConfig | None = None) -> PartsConfig:
    return PartsConfig(
        read=ReadConfig(),
        output=str(output),
        file_format="csv",
        engine=engine or EngineConfig(),
    )


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
