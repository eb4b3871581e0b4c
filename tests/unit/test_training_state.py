import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forecast_cli.errors import CheckpointError
from forecast_cli.fingerprint import Fingerprint
from forecast_cli.snapshot import Snapshot, Trained, Weights
from forecast_cli.training_state import dump_state, load_state
from tests.sealed_files import put_together, take_apart

HERE = Fingerprint(
    data="ab" * 32, options={"--cell": "gru"}, versions={"torch": "2.13"}, machine="an abacus"
)


def weights(seed: int) -> Weights:
    random = np.random.default_rng(seed)
    shapes = {"embed.weight": (3, 2), "bias": (4,), "0.counts.1": ()}
    return {
        name: np.asarray(random.normal(size=shape), np.float32) for name, shape in shapes.items()
    }


def trained(seed: int = 0, error: float = 0.5) -> Trained:
    return Trained(weights=weights(seed), epochs=3, validation_error=error)


def snapshot() -> Snapshot:
    return Snapshot(
        epoch=5,
        seconds=1.25,
        weights=weights(1),
        moments=weights(2),
        draws=dict(np.random.default_rng(7).bit_generator.state),
        dropout=np.arange(16, dtype=np.uint8),
        best=replace(trained(3), is_cut_short=True),
    )


def changed(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> bytes:
    """A state whose content was changed, with a right SHA-256 again."""
    metadata, tensors = take_apart(dump_state(HERE, {"training.0": snapshot()}))
    change(metadata["state"], tensors)
    return put_together(metadata, tensors)


def assert_same_weights(one: Weights, other: Weights) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert one[name].shape == other[name].shape
        np.testing.assert_array_equal(one[name], other[name])


def assert_same_result(one: Trained, other: Trained) -> None:
    assert_same_weights(one.weights, other.weights)
    assert (one.epochs, one.is_cut_short) == (other.epochs, other.is_cut_short)
    np.testing.assert_equal(one.validation_error, other.validation_error)


def test_networks_that_are_trained_and_that_are_in_training_come_back() -> None:
    states: dict[str, Snapshot | Trained] = {
        "a.1": trained(),
        "a.10": snapshot(),
        "b": trained(9, error=math.nan),
    }
    fingerprint, back = load_state(dump_state(HERE, states), "s")
    assert fingerprint == HERE
    assert list(back) == sorted(states)
    for name in ("a.1", "b"):
        one, other = back[name], states[name]
        assert isinstance(one, Trained)
        assert isinstance(other, Trained)
        assert_same_result(one, other)
    one = back["a.10"]
    assert isinstance(one, Snapshot)
    assert (one.epoch, one.seconds) == (5, 1.25)
    assert one.draws == snapshot().draws
    assert_same_weights(one.weights, snapshot().weights)
    assert_same_weights(one.moments, snapshot().moments)
    np.testing.assert_array_equal(one.dropout, snapshot().dropout)
    assert_same_result(one.best, snapshot().best)


def test_the_generator_goes_on_from_where_it_stood() -> None:
    generator = np.random.default_rng(3)
    generator.integers(100, size=7)
    states = {"a": replace(snapshot(), draws=dict(generator.bit_generator.state))}
    _, back = load_state(dump_state(HERE, states), "s")
    again = np.random.default_rng()
    state = back["a"]
    assert isinstance(state, Snapshot)
    again.bit_generator.state = state.draws
    np.testing.assert_array_equal(again.integers(100, size=9), generator.integers(100, size=9))


def test_no_byte_can_change_unnoticed() -> None:
    data = bytearray(dump_state(HERE, {"a": snapshot()}))
    for position in np.random.default_rng(0).choice(len(data), size=200, replace=False):
        data[position] ^= 1
        with pytest.raises(CheckpointError, match=r"train without --resume|train again"):
            load_state(bytes(data), "s")
        data[position] ^= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda state, _: state.update(more=1),
        lambda state, _: state["networks"]["training.0"].update(epochs="3"),
        lambda state, _: state["networks"]["training.0"]["underway"].pop("draws"),
        lambda state, _: state["networks"]["training.0"]["underway"]["draws"].update(uinteger=0.5),
        lambda state, _: state["fingerprint"].update(machine=None),
        lambda _, tensors: tensors.pop("training.0/dropout"),
        lambda _, tensors: tensors.update({"training.0/best/bias": np.zeros(4)}),
        lambda _, tensors: tensors.update(
            {"training.0/moments/bias": np.full(4, np.inf, np.float32)}
        ),
    ],
)
def test_content_that_no_training_leaves_is_refused_despite_a_right_digest(
    change: Callable[[dict[str, Any], dict[str, Any]], None],
) -> None:
    with pytest.raises(CheckpointError, match="s: not a usable training state"):
        load_state(changed(change), "s")
