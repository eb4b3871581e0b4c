"""What one training step of another library takes. Imports nothing of ours.

    python -m benchmarks.rival_steps MODEL OUT.json

Trains a recurrent network of the sizes below on made-up series, on one thread, and writes the wall
and CPU seconds a step to OUT.json. The clock runs from the end of step `_FIRST` to that of step
`_LAST`, so that start-up and the first steps do not count. Nothing is validated, logged, shown or
stored where the library allows it, and each is given what makes its steps cheap: what that is, and
how its network differs from that of `forecast`, is said at each. `benchmarks.training` runs this.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.step_terms import (
    BATCH_SIZE,
    CONTEXT_LENGTH,
    HIDDEN_SIZE,
    HORIZON,
    N_SERIES,
    SEED,
    SERIES_LENGTH,
    Seconds,
    now,
    random_walks,
    seconds_each,
)

_FIRST, _LAST = 60, 360

Array = NDArray[np.float32]
Trainer = dict[str, Any]
"""Arguments of the trainer of Lightning, which all of them train with."""


def _neuralforecast(kind: str, series: Array, trainer: Trainer) -> None:
    """Its layer reads one number a step and has no embedding; its head forecasts from 12 states.

    A step draws its windows from 32 series, the default: with all 200 it takes longer. Windows
    are not scaled, which is not the default.
    """
    import pandas as pd
    from neuralforecast import NeuralForecast, models

    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(N_SERIES), SERIES_LENGTH),
            "ds": np.tile(np.arange(SERIES_LENGTH), N_SERIES),
            "y": series.ravel(),
        }
    )
    model = getattr(models, kind)(
        h=HORIZON,
        input_size=CONTEXT_LENGTH,
        encoder_n_layers=1,
        encoder_hidden_size=HIDDEN_SIZE,
        decoder_hidden_size=HIDDEN_SIZE,
        windows_batch_size=BATCH_SIZE,
        scaler_type="identity",
        random_seed=SEED,
        **trainer,
        # Without data of its own to validate on it would validate on nothing, at some cost.
        limit_val_batches=0,
    )
    NeuralForecast(models=[model], freq=1).fit(frame)


def _darts(kind: str, series: Array, trainer: Trainer) -> None:
    """Its layer reads one number a step and has no embedding; its head forecasts from 12 states.

    The head has the hidden layer that it has in `forecast`, which is not the default. Nothing is
    scaled.
    """
    from darts import TimeSeries
    from darts.models import BlockRNNModel

    model = BlockRNNModel(
        model=kind,
        input_chunk_length=CONTEXT_LENGTH,
        output_chunk_length=HORIZON,
        hidden_dim=HIDDEN_SIZE,
        n_rnn_layers=1,
        hidden_fc_sizes=[HIDDEN_SIZE],
        batch_size=BATCH_SIZE,
        n_epochs=_LAST,
        random_state=SEED,
        pl_trainer_kwargs={**trainer, "enable_checkpointing": False},
    )
    model.fit([TimeSeries.from_values(values) for values in series])


def _deepar(series: Array, trainer: Trainer) -> None:
    """One step ahead at a time: its LSTM reads context and horizon, 35 steps instead of 24.

    It reads one lag and no calendar, and what it prepares is kept; neither is the default. That it
    stores its weights at the end of an epoch cannot be avoided, so there is one epoch.
    """
    from gluonts.dataset.common import ListDataset
    from gluonts.torch import DeepAREstimator

    entries = [{"start": "2000-01-01", "target": values} for values in series]
    estimator = DeepAREstimator(
        freq="D",
        prediction_length=HORIZON,
        context_length=CONTEXT_LENGTH,
        num_layers=1,
        hidden_size=HIDDEN_SIZE,
        lags_seq=[1],
        time_features=[],
        batch_size=BATCH_SIZE,
        num_batches_per_epoch=_LAST,
        trainer_kwargs=trainer,
    )
    estimator.train(ListDataset(entries, freq="D"), cache_data=True)


NETWORKS: dict[str, Callable[[Array, Trainer], None]] = {
    "neuralforecast.GRU": partial(_neuralforecast, "GRU"),
    "neuralforecast.LSTM": partial(_neuralforecast, "LSTM"),
    "darts.GRU": partial(_darts, "GRU"),
    "darts.LSTM": partial(_darts, "LSTM"),
    "gluonts.DeepAR": _deepar,
}
"""The part of a name before the dot is the library."""


def main() -> None:
    """Measure the step of one network."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", choices=NETWORKS)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    seconds = _measure(options.model)
    options.output.write_text(json.dumps(asdict(seconds)), encoding="utf-8")


def _measure(model: str) -> Seconds:
    ends: list[Seconds] = []
    # GluonTS knows Lightning by its new name only, the others by its old one.
    name = "lightning.pytorch" if model.startswith("gluonts") else "pytorch_lightning"
    # A function and not a method, because neuralforecast copies what it is given.
    clock = import_module(name).callbacks.LambdaCallback(
        on_train_batch_end=lambda *_: ends.append(now())
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = {
            "max_steps": _LAST,
            "accelerator": "cpu",
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "default_root_dir": folder,
            "callbacks": [clock],
        }
        NETWORKS[model](random_walks().astype(np.float32), trainer)
    return seconds_each(_LAST - _FIRST, ends[_FIRST - 1], ends[_LAST - 1])


if __name__ == "__main__":
    main()
