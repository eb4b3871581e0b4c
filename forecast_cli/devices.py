"""What was asked for and what this machine has -> the device to train on."""

import torch

from forecast_cli.config import TrainConfig
from forecast_cli.errors import TrainingError
from forecast_cli.notices import Notice, Tell


def choose_device(config: TrainConfig) -> str:
    """The device to train on.

    `auto` is the CPU: networks of this size train faster there than the transfers and launches of
    a GPU allow.

    Raises:
        TrainingError: the device that was asked for is not there.
    """
    available = {
        "auto": True,
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available[config.device]:
        raise TrainingError(
            f"--device {config.device}: this machine or this build of torch has none; "
            "use --device cpu"
        )
    return "cpu" if config.device == "auto" else config.device


def tell_device(config: TrainConfig, tell: Tell) -> None:
    """Say why a GPU that is there is not used, unless the user chose the device."""
    has_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    if config.device == "auto" and has_gpu:
        name = "cuda" if torch.cuda.is_available() else "mps"
        text = (
            "--device auto: training on the CPU, as networks this small would wait for the GPU at "
            f"every step; --device {name} takes it all the same"
        )
        tell(Notice("guess", text))
