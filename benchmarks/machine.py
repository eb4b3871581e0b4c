"""The machine and the versions that a figure was measured with."""

import os
import platform
from importlib import metadata
from pathlib import Path

_CPU_FACTS = Path("/proc/cpuinfo")


def describe(threads: str) -> str:
    """One Markdown line for the head of a result; `threads` says what was set."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "pandas"))
    return (
        f"{_cpu_model()}, {os.cpu_count()} cores, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}; threads: {threads}\n"
    )


def _cpu_model() -> str:
    lines = _CPU_FACTS.read_text().splitlines() if _CPU_FACTS.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
