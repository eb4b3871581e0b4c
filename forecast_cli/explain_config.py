"""What `forecast explain` can be told."""

from dataclasses import dataclass

from forecast_cli.checks import require_within

_MOST_WINDOWS = 10_000


@dataclass(frozen=True, kw_only=True)
class ExplainConfig:
    """How many windows of the past importance is measured on, at most, and whose shares are shown.

    `series` that is empty is chosen, and told. `future_data` is a file of what is known ahead.
    """

    windows: int = 64
    series: tuple[str, ...] = ()
    future_data: str | None = None

    def __post_init__(self) -> None:
        require_within("--windows", self.windows, 2, _MOST_WINDOWS)
