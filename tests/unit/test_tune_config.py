import pytest

from forecast_cli.errors import ConfigError
from forecast_cli.tune_config import SearchConfig


@pytest.mark.parametrize("trials", [0, -1, 1001])
def test_a_number_of_trials_outside_its_bounds_is_refused(trials: int) -> None:
    with pytest.raises(ConfigError, match=f"--trials is {trials}; it must be in 1 to 1000"):
        SearchConfig(trials=trials)


def test_a_search_without_cutoffs_is_refused() -> None:
    with pytest.raises(ConfigError, match="--n-windows is 0; it must be 1 or more"):
        SearchConfig(n_windows=0)


def test_an_unknown_method_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="accepted values: grid, random, optuna"):
        SearchConfig(method="guess")  # type: ignore[arg-type]
