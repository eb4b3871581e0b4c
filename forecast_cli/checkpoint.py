"""Model <-> one checkpoint file: weights and contexts as tensors, all else as checked metadata."""

import sys
from pathlib import Path

from forecast_cli.errors import CheckpointError
from forecast_cli.migrations import FORMAT_VERSION, migrate
from forecast_cli.model import Model
from forecast_cli.model_record import assemble, describe_model, tensors_of
from forecast_cli.sealed import Kind, Unsealed, read_bounded, seal, unseal
from forecast_cli.times.calendar import Calendar
from forecast_cli.wording import escape

_CHECKPOINT = Kind(
    mark="forecast-checkpoint",
    version=FORMAT_VERSION,
    keys=frozenset({"model", "calendar"}),
    noun="checkpoint",
    source="give a file that `forecast train` wrote",
    remedy="restore the file or train again",
)


def dump_model(model: Model) -> bytes:
    """The checkpoint file of a model; the same model gives the same bytes."""
    content = {"model": describe_model(model), "calendar": model.panel.calendar.to_dict()}
    return seal(_CHECKPOINT, content, tensors_of(model))


def open_model(source: str | Model) -> Model:
    """The model in a checkpoint, or the one that is at hand; raises as `read_checkpoint`."""
    return source if isinstance(source, Model) else read_checkpoint(source)[0]


def read_checkpoint(source: str) -> tuple[Model, str]:
    """The model in the file `source` (`-` for standard input) and the file's SHA-256.

    Raises:
        CheckpointError: the file is missing, damaged, foreign or of another version.
    """
    name = "standard input" if source == "-" else escape(source, limit=200)
    if source == "-" and sys.stdin is None:
        raise CheckpointError(f"{name} is closed; give the checkpoint as a file with --model")
    try:
        if source == "-":
            data = read_bounded(sys.stdin.buffer)
        else:
            with Path(source).open("rb") as file:
                data = read_bounded(file)
    except OSError as error:
        advice = (
            "; train one first: forecast train DATA" if isinstance(error, FileNotFoundError) else ""
        )
        raise CheckpointError(
            f"{name}: cannot read the checkpoint: {(error.strerror or str(error)).lower()}{advice}"
        ) from error
    return load_model(data, name)


def load_model(data: bytes, name: str) -> tuple[Model, str]:
    """The model in the bytes of a checkpoint file, and their SHA-256; `name` is for messages.

    Raises:
        CheckpointError: the bytes are not exactly what `dump_model` wrote, or their content does
            not hold together.
    """
    return unseal(_CHECKPOINT, data, name, _build)


def _build(content: Unsealed) -> Model:
    calendar = Calendar.from_dict(content.metadata["calendar"])
    return assemble(migrate(content.metadata), calendar, content.tensors)
