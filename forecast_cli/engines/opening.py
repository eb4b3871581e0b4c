"""Engine settings -> the engine, for as long as it is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from forecast_cli.engine_config import EngineConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.engines.work import Engine
from forecast_cli.errors import MissingExtraError


@contextmanager
def opened(config: EngineConfig, *, threads: int = 1) -> Iterator[Engine]:
    """The engine that is asked for; on this machine it has so many threads.

    Raises:
        MissingExtraError: Ray, which is not installed.
        EngineError: the cluster does not start, or does not answer.
    """
    if config.engine == "local":
        yield Threads(threads)
        return
    if find_spec("ray") is None:
        raise MissingExtraError(
            "--engine ray needs ray; install it: pip install 'forecast-cli[ray]'"
        )
    from forecast_cli.engines.cluster import connected

    with connected(config) as cluster:
        yield cluster
