import pytest
import torch

from forecast_cli.config import TrainConfig
from forecast_cli.devices import choose_device, tell_device
from forecast_cli.errors import TrainingError
from forecast_cli.notices import Notice


def test_a_device_that_is_not_there_is_refused() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(TrainingError, match="--device cuda"):
            choose_device(TrainConfig(device="cuda"))
    assert choose_device(TrainConfig()) == "cpu"


def test_a_gpu_that_is_there_and_not_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Notice] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    tell_device(TrainConfig(), told.append)
    assert told == []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    tell_device(TrainConfig(device="cpu"), told.append)
    assert told == []
    tell_device(TrainConfig(), told.append)
    assert "training on the CPU" in told[0].text
    assert "--device cuda" in told[0].text
