import pytest

from forecast_cli.errors import ConfigError
from forecast_cli.explain_config import ExplainConfig


@pytest.mark.parametrize("windows", [1, 0, 10_001])
def test_too_few_and_too_many_windows_are_refused(windows: int) -> None:
    with pytest.raises(ConfigError, match=f"--windows is {windows}; it must be in 2 to 10000"):
        ExplainConfig(windows=windows)
