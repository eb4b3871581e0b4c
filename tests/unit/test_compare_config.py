from dataclasses import fields
from typing import Any

import pytest

from forecast_cli.compare_config import CompareConfig, NetworkSizes
from forecast_cli.config import CELLS, Cell, NetworkConfig, Settings


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_is_compared_is_trained_as_train_would(cell: Cell) -> None:
    assert CompareConfig().training(cell, n_fits=3) == Settings(network=NetworkConfig(cell=cell))
    options: dict[str, Any] = {
        "layers": 2,
        "hidden_size": 8,
        "segment_length": 3,
        "dropout": 0.2,
        "bidirectional": True,
        "attention": True,
        "strategy": "recursive",
        "activation": "tanh",
    }
    assert NetworkSizes(**options).of(cell) == NetworkConfig(cell=cell, **options)


def test_networks_that_are_compared_have_all_options_but_the_cell() -> None:
    names = {field.name for field in fields(NetworkConfig)}
    assert {field.name for field in fields(NetworkSizes)} == names - {"cell"}
