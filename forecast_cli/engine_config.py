"""Where the work runs: on this machine, or on a Ray cluster."""

from dataclasses import dataclass
from typing import Literal, get_args

from forecast_cli.checks import require, require_at_least, require_one_of

EngineName = Literal["local", "ray"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """The engine, which changes no bit of a result.

    Of Ray, `workers` work at a time, None: as many as the cluster has CPUs. `address` None is a
    cluster of this machine, which starts and ends with the command.
    """

    engine: EngineName = "local"
    workers: int | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        require_one_of("--engine", self.engine, ENGINES)
        require_at_least("--workers", self.workers, 1)
        for option, value in (("--workers", self.workers), ("--address", self.address)):
            require(
                value is None or self.engine == "ray",
                f"{option} is for --engine ray; on one machine --threads says how many networks "
                "are trained at a time",
            )
