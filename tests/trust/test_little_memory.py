"""With too little memory the program says so in a line; with enough it does its work."""

from pathlib import Path

import pytest

from forecast_cli.checkpoint import read_checkpoint
from tests.trust.memory import COMMANDS, SIZES_IN_MIB, fault_found, run_within
from tests.trust.programs import CHECKPOINT, PROGRAM, SMALL_TRAINING, run, write_small_data

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES_IN_MIB)
def test_a_training_in_little_memory_succeeds_or_says_what_it_lacks(
    size: int, tmp_path: Path
) -> None:
    write_small_data(tmp_path)
    ended = run_within(size, SMALL_TRAINING, tmp_path)
    assert fault_found(ended, tmp_path) is None
    assert (tmp_path / CHECKPOINT).exists() == (ended.code == 0)
    if ended.code == 0:
        read_checkpoint(str(tmp_path / CHECKPOINT))


def test_a_forecast_in_little_memory_succeeds_or_says_what_it_lacks(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    assert run([*PROGRAM, *SMALL_TRAINING], tmp_path).code == 0
    ended = {size: run_within(size, COMMANDS["predict"], tmp_path) for size in SIZES_IN_MIB}
    faults = {size: fault_found(one, tmp_path) for size, one in ended.items()}
    assert not any(faults.values()), faults
    assert ended[max(SIZES_IN_MIB)].code == 0
    for one in ended.values():
        assert (one.output == b"") == (one.code != 0)
