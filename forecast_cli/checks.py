"""What a setting must be, and the words where it is not."""

from collections.abc import Sequence

from forecast_cli.errors import ConfigError


def require(holds: bool, message: str) -> None:
    """Refuse a setting of which something does not hold.

    Raises:
        ConfigError: with this message.
    """
    if not holds:
        raise ConfigError(message)


def require_one_of(option: str, value: str, accepted: Sequence[str]) -> None:
    """Refuse a value that is none of those accepted."""
    require(value in accepted, f"{option} is {value!r}; accepted values: {', '.join(accepted)}")


def require_at_least(option: str, value: float | None, lowest: float) -> None:
    """Refuse a number below the lowest; None is a number that is chosen later."""
    require(value is None or value >= lowest, f"{option} is {value}; it must be {lowest} or more")


def require_within(option: str, value: int, lowest: int, highest: int) -> None:
    """Refuse a number outside these bounds."""
    require(lowest <= value <= highest, f"{option} is {value}; it must be in {lowest} to {highest}")
