"""What `forecast tune` can be told beside what `forecast train` can be told."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from forecast_cli.config import Settings
from forecast_cli.errors import ConfigError

Method = Literal["grid", "random", "optuna"]
METHODS: tuple[Method, ...] = get_args(Method)

_MOST_TRIALS = 1000


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """How settings are searched for.

    `method` None is a grid where all of it fits into `trials`, else random; `n_windows` None is
    chosen from the data. `space` is a file, None for the space that is built in.
    """

    trials: int = 20
    space: str | None = None
    method: Method | None = None
    n_windows: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= _MOST_TRIALS:
            raise ConfigError(f"--trials is {self.trials}; it must be in 1 to {_MOST_TRIALS}")
        if self.n_windows is not None and self.n_windows < 1:
            raise ConfigError(f"--n-windows is {self.n_windows}; it must be 1 or more")
        if self.method not in (None, *METHODS):
            raise ConfigError(f"--search is {self.method!r}; accepted values: {', '.join(METHODS)}")


@dataclass(frozen=True, kw_only=True)
class TuneConfig:
    """Everything that `forecast tune` can be told; `settings` are the defaults of the search."""

    search: SearchConfig = SearchConfig()
    settings: Settings = field(default_factory=Settings)
