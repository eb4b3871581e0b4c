"""The machine and the versions that a figure was measured with."""

import os
import platform
from importlib import metadata

from forecast_cli.fingerprint import processor


def describe(threads: str) -> str:
    """One Markdown line for the head of a result; `threads` says what was set."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "pandas"))
    return (
        f"{processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}; threads: {threads}\n"
    )
