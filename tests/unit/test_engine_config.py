import pytest

from forecast_cli.config import Settings
from forecast_cli.engine_config import EngineConfig
from forecast_cli.errors import ConfigError


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "dask"}, "accepted values: local, ray"),
        ({"engine": "ray", "workers": 0}, "1 or more"),
        ({"workers": 2}, "--workers is for --engine ray"),
        ({"address": "a:1"}, "--address is for --engine ray"),
    ],
)
def test_what_does_not_fit_is_wrong_usage(options: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        EngineConfig(**options)  # type: ignore[arg-type]


def test_training_runs_on_this_machine_by_default() -> None:
    assert Settings().engine == EngineConfig(engine="local")
