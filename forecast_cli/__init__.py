"""Forecast time series with small recurrent networks, from Python as from the command line."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast_cli.api import evaluate, load, predict, train

    __version__: str

__all__ = ["__version__", "evaluate", "load", "predict", "train"]


def __getattr__(name: str) -> Any:
    """What `__all__` names, loaded when it is first used: the command line needs none of it."""
    if name == "__version__":
        from importlib.metadata import version

        return version("forecast-cli")
    if name in __all__:
        from forecast_cli import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
