"""Panel and settings -> what a training rests on, and how two of them differ."""

import hashlib
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from forecast_cli.config import Settings
from forecast_cli.covariates import Covariate
from forecast_cli.panel import Panel
from forecast_cli.reading.missing import treatment

_WITHOUT_EFFECT = {"threads"}
"""A network computes on one thread, however many there are."""

_PACKAGES = ("forecast-cli", "torch", "numpy")


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What must be the same for a training to go on to the same bits.

    `data` is a SHA-256 of all that was understood of the file, `options` are the settings by the
    name of their option, `versions` those of what computes, and `machine` names the processor.
    """

    data: str
    options: dict[str, str]
    versions: dict[str, str]
    machine: str

    @property
    def task(self) -> str:
        """One SHA-256 for what is trained, on whatever machine."""
        return _digest(json.dumps([self.data, self.options], sort_keys=True).encode())


def take_fingerprint(panel: Panel, settings: Settings) -> Fingerprint:
    """The fingerprint of training with these settings on this panel, here and now."""
    return Fingerprint(
        data=_digest(*_content(panel)),
        options=dict(_options(settings)),
        versions={name: _version(name) for name in _PACKAGES},
        machine=f"{platform.machine()} {processor()}",
    )


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """What is no longer the same, in words; the machine is left out, because work can move."""
    found = ["the data differ"] if before.data != now.data else []
    for old, new in ((before.options, now.options), (before.versions, now.versions)):
        for name in sorted(old.keys() | new.keys()):
            was, is_now = old.get(name, "unknown"), new.get(name, "unknown")
            if was != is_now:
                found.append(f"{name} was {was} and is {is_now}")
    return found


def _content(panel: Panel) -> Iterator[bytes]:
    for numbers in (panel.values, panel.offsets, panel.starts):
        yield np.ascontiguousarray(numbers).tobytes()
    columns: tuple[Covariate, ...] = ()
    if panel.covariates is not None:
        known = panel.covariates
        columns = known.columns
        for part in (known.values, known.offsets, known.starts, known.static):
            yield np.ascontiguousarray(part).tobytes()
    record = [panel.ids.tolist(), panel.calendar.to_dict(), asdict(panel.columns), panel.layout]
    record += [asdict(column) for column in columns]
    yield json.dumps(record, sort_keys=True).encode()


def _options(settings: Settings) -> Iterator[tuple[str, str]]:
    for record in (settings.cleaning, settings.window, settings.network, settings.optimisation):
        for name, value in asdict(record).items():
            if name not in _WITHOUT_EFFECT:
                yield f"--{name.replace('_', '-')}", _shown(value)
    yield "--level", _shown(settings.levels)
    if settings.read.aggregate is not None:
        yield "--aggregate", settings.read.aggregate
    if settings.read.by_frequency:
        yield "--by-frequency", "given"
    yield "--missing", treatment(settings.read)


def _shown(value: Any) -> str:
    """As a user would type it.

    >>> _shown((80, 95)), _shown(None), _shown(0.002)
    ('80,95', 'not given', '0.002')
    """
    if value is None:
        return "not given"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _digest(*parts: bytes) -> str:
    """A SHA-256 that also tells where one part ends and the next begins."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little"))
        total.update(part)
    return total.hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def processor() -> str:
    """The processor's name: kernels, and with them the last bits, are chosen by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
