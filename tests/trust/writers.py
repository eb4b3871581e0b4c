"""Two trainings that write one checkpoint at the same time."""

import shutil
from pathlib import Path

from forecast_cli.checkpoint import read_checkpoint
from forecast_cli.errors import CheckpointError
from tests.trust.programs import CHECKPOINT, PROGRAM, SMALL_TRAINING, Ended, start, write_small_data


def train_twice_at_once(folder: Path) -> tuple[list[Ended], str | None]:
    """How both trainings ended, and what was wrong; None if one whole checkpoint lies there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_small_data(folder)
    # Different seeds make different files, so that a mixture of the two could not pass.
    endings = [start([*PROGRAM, *SMALL_TRAINING, "--seed", seed], folder) for seed in ("1", "2")]
    ended = [end() for end in endings]
    return ended, _fault(folder, ended)


def _fault(folder: Path, ended: list[Ended]) -> str | None:
    for one in ended:
        is_refusal = one.code == 1 and one.words.count("\n") == 1 and CHECKPOINT in one.words
        if one.code != 0 and not is_refusal:
            return f"a training ended with {one.code} and {one.words[-300:]!r}"
    if all(one.code for one in ended):
        return "both trainings were refused"
    names = sorted(path.name for path in folder.iterdir())
    if names != [CHECKPOINT, "small.csv"]:
        return f"the folder holds {names}"
    try:
        model, _ = read_checkpoint(str(folder / CHECKPOINT))
    except CheckpointError as error:
        return str(error)
    seeds = {seed for seed, one in zip((1, 2), ended, strict=True) if one.code == 0}
    return None if model.training.seed in seeds else "the checkpoint is that of a refused training"
