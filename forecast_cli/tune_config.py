"""What `forecast tune` can be told beside what `forecast train` can be told."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from forecast_cli.checks import require_at_least, require_one_of, require_within
from forecast_cli.config import Settings

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
        require_within("--trials", self.trials, 1, _MOST_TRIALS)
        require_at_least("--n-windows", self.n_windows, 1)
        if self.method is not None:
            require_one_of("--search", self.method, METHODS)


@dataclass(frozen=True, kw_only=True)
class TuneConfig:
    """Everything that `forecast tune` can be told; `settings` are the defaults of the search."""

    search: SearchConfig = SearchConfig()
    settings: Settings = field(default_factory=Settings)
