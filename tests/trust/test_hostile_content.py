"""Any single part of a checkpoint may be nonsense, under a right SHA-256: refused, or harmless."""

import copy
import io
import json
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from forecast_cli.checkpoint import dump_model, load_model
from forecast_cli.cli.app import main
from forecast_cli.errors import CheckpointError
from forecast_cli.model import Model
from tests.models import make_model, make_model_with_covariates, make_seasonal_committee
from tests.sealed_files import put_together, take_apart
from tests.trust.hostile import hostile_files, parts, stamp

pytestmark = pytest.mark.slow

NONSENSE: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 10**6, 2**62, 2**63, 10**400, 0.5, 1e308, math.nan, math.inf),
    *("", "a", "\x1b[31m[red]\n", "x" * 5000, "%Y", "%%%%", "year", "\ud800"),
    *([], [0], [""], [200], ["a", "a"], {}, {"a": 1}),
)
NUMBERS = {
    "int64": (0, 1, -1, 10**6, 10**12, 2**53, 2**62, -(2**62), 2**63 - 1, -(2**63)),
    "float64": (0, 1, -1, 5e-324, 1e300, 1.7e308, -1.7e308),
    "float32": (0, 1, 1e-45, 3e38, -3e38),
    "uint8": (0, 27, 65, 127, 194),
}
MODELS = {
    "plain": make_model(),
    "seasonal": make_model(committee=make_seasonal_committee(3)),
    "with covariates": make_model_with_covariates(ahead=9),
}
COMMANDS = (
    ["predict", "-q", "-m"],
    ["predict", "-q", "-H", "9", "--format", "json", "-m"],
    ["info"],
)


@pytest.mark.parametrize("kind", hostile_files())
def test_no_hostile_file_is_loaded(kind: str) -> None:
    with pytest.raises(CheckpointError, match=re.escape(kind)):
        load_model(hostile_files()[kind], kind)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a JSON document."""
    if path:
        yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in inner:
            yield from leaves(part, (*path, key))


def with_part(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def is_loaded(data: bytes) -> bool:
    try:
        load_model(data, "hostile.forecast")
    except CheckpointError:
        return False
    return True


def what_went_wrong(data: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """What a command did wrong with a checkpoint that is loaded."""
    path = folder / "hostile.forecast"
    path.write_bytes(data)
    for command in COMMANDS:
        output, words = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", output)
            patch.setattr(sys, "stderr", words)
            code = main([*command, str(path)])
        output.flush()
        words.flush()
        shown = output.buffer.getvalue().decode()
        said = words.buffer.getvalue().decode()
        if code not in (0, 1):
            return f"{command}: {said.strip()}"
        if command[0] == "predict" and any(word in shown for word in (",nan", ",inf", ",-inf")):
            return f"{command}: a forecast is not finite"
        if "\x1b" in said or (command[0] == "info" and "\x1b" in shown):
            return f"{command}: an escape sequence reaches the terminal"
    return None


def nonsense_in(
    paths: Iterator[tuple[Any, ...]], model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What goes wrong with nonsense at each of the paths into the metadata of a model."""
    header, metadata, body = parts(model)
    wrong = []
    for path in paths:
        for value in NONSENSE if path != ("sha256",) else ():
            text = json.dumps(with_part(metadata, path, value))
            header["__metadata__"] = {"forecast": text}
            data = stamp(json.dumps(header).encode(), body)
            found = what_went_wrong(data, folder, monkeypatch) if is_loaded(data) else None
            if found is not None:
                wrong.append(f"{path} is {value!r:.30}: {found}")
    return wrong


def test_nonsense_in_any_place_of_the_metadata_is_refused_or_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MODELS["plain"]
    wrong = nonsense_in(leaves(parts(model)[1]), model, tmp_path, monkeypatch)
    assert not wrong, "\n".join(wrong)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # The program ignores those of libraries.
def test_nonsense_in_what_is_said_of_covariates_is_refused_or_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MODELS["with covariates"]
    paths = (
        path
        for path in leaves(parts(model)[1])
        if {"covariates", "effects"} & {*path} or path[1:5] == ("members", 0, "form", "inputs")
    )
    wrong = nonsense_in(paths, model, tmp_path, monkeypatch)
    assert not wrong, "\n".join(wrong)


def with_tensor(data: bytes, name: str, value: np.ndarray[Any, Any]) -> bytes:
    metadata, tensors = take_apart(data)
    return put_together(metadata, tensors | {name: value})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # The program ignores those of libraries.
@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_nonsense_in_any_tensor_is_refused_or_harmless(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = dump_model(model)
    wrong = []
    for name, tensor in safetensors.numpy.load(good).items():
        for number in NUMBERS[str(tensor.dtype)]:
            last = tensor.copy()
            last.flat[-1:] = number
            for changed in (np.full_like(tensor, number), last):
                data = with_tensor(good, name, changed)
                found = what_went_wrong(data, tmp_path, monkeypatch) if is_loaded(data) else None
                if found is not None:
                    wrong.append(f"{name} holds {number}: {found}")
    assert not wrong, "\n".join(wrong)
