from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.analogues import Analogues
from forecast_cli.analogues_record import (
    ANALOGUES_TENSORS,
    analogues_tensors,
    assemble_analogues,
    describe_analogues,
)
from forecast_cli.sealed import Tensors
from tests.panels import wave

ANALOGUES = Analogues(
    log=True,
    horizon=2,
    stride=3,
    values=np.array([*wave(60), *wave(40, seed=1)]),
    offsets=np.array([0, 60, 100]),
    test_error=0.8,
    weight=0.4,
)


def assemble(known: Analogues = ANALOGUES, tensors: Tensors | None = None) -> Analogues:
    tensors = analogues_tensors(known) if tensors is None else tensors
    return assemble_analogues(describe_analogues(known), known.horizon, tensors)


def test_a_record_and_its_tensors_give_the_same_analogues() -> None:
    again = assemble()
    assert set(analogues_tensors(ANALOGUES)) == ANALOGUES_TENSORS
    assert describe_analogues(again) == describe_analogues(ANALOGUES)
    context = np.array([wave(8, seed=2)])
    np.testing.assert_array_equal(again.forecast(context), ANALOGUES.forecast(context))


@pytest.mark.parametrize("stride", [0, 1_000_001])
def test_a_stride_that_no_analogues_have_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="stride of the analogues is outside 1 to 1000000"):
        assemble(replace(ANALOGUES, stride=stride))


@pytest.mark.parametrize("values", [np.full(100, np.inf), np.zeros(100, np.float32)])
def test_values_that_are_no_numbers_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"'analogues\.values' is not a list of finite numbers"):
        assemble(tensors=analogues_tensors(ANALOGUES) | {"analogues.values": values})


def test_series_that_do_not_fill_the_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"'analogues\.offsets' does not ascend from 0 to 100"):
        assemble(tensors=analogues_tensors(ANALOGUES) | {"analogues.offsets": np.array([0, 60])})
