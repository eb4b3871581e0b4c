import pytest

from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines import opening
from forecast_cli.engines.opening import opened
from forecast_cli.engines.threads import Threads
from forecast_cli.errors import MissingExtraError


def test_one_machine_works_in_threads() -> None:
    with opened(EngineConfig(), threads=3) as engine:
        assert engine == Threads(3)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda name: None)
    with (
        pytest.raises(MissingExtraError, match=r"forecast-cli\[ray\]"),
        opened(EngineConfig(engine="ray")),
    ):
        pass
