"""Forecasts of other libraries, made by an interpreter that has them. Imports nothing of ours.

    python -m benchmarks.rivals
    python -m benchmarks.rivals MODEL TRAIN.csv OUT.csv --season-length 4 --horizon 8 --freq Q

Without arguments, prints the version of each library that is installed, as JSON. TRAIN.csv has the
columns unique_id, ds (whole-number steps, no gaps) and y; OUT.csv gets unique_id, step (1 for the
first after the training part) and forecast. Every model has the defaults of its library, and what
that leaves open is said at each. `benchmarks.accuracy` and `benchmarks.time_to_error` run this.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LIBRARIES = ("statsforecast", "neuralforecast", "darts", "gluonts", "torch")
_SEED = 0


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be forecast: a frame sorted by unique_id and ds, and how far ahead."""

    frame: pd.DataFrame
    season_length: int
    horizon: int
    freq: str

    def series(self) -> list[Array]:
        """The values of each series."""
        groups = self.frame.groupby("unique_id").y
        return [values.to_numpy(dtype=np.float64) for _, values in groups]


Model = Callable[[Job], Array]
"""Forecasts [N, H] of the series in the order of their ids."""


def _statsforecast(kind: str, job: Job) -> Array:
    """A statistical model of each series by itself, on one core."""
    from statsforecast import StatsForecast, models

    model = getattr(models, kind)(season_length=job.season_length, alias="forecast")
    frame = StatsForecast(models=[model], freq=1).forecast(df=job.frame, h=job.horizon)
    return _rows(frame, job)


def _neuralforecast(kind: str, job: Job) -> Array:
    """One recurrent network for all series.

    Its default input is three horizons; a shorter series is refused unless it may be padded.
    """
    from neuralforecast import NeuralForecast, models

    short = min(map(len, job.series())) < 3 * job.horizon
    model = getattr(models, kind)(h=job.horizon, start_padding_enabled=short, alias="forecast")
    networks = NeuralForecast(models=[model], freq=1)
    networks.fit(job.frame)
    return _rows(networks.predict(), job)


def _darts(kind: str, job: Job) -> Array:
    """One recurrent network for all series, each scaled to 0 … 1 as in the guides of Darts.

    Darts has no default for the length of the input: it is two horizons, or what the shortest
    series leaves.
    """
    from darts import TimeSeries
    from darts.dataprocessing.transformers import Scaler
    from darts.models import BlockRNNModel

    values = job.series()
    scaler = Scaler()
    series = scaler.fit_transform([TimeSeries.from_values(v.astype(np.float32)) for v in values])
    model = BlockRNNModel(
        model=kind,
        input_chunk_length=min(2 * job.horizon, min(map(len, values)) - job.horizon),
        output_chunk_length=job.horizon,
        random_state=_SEED,
    )
    model.fit(series)
    predicted = scaler.inverse_transform(model.predict(job.horizon, series=series))
    return np.array([steps.values()[:, 0] for steps in predicted], dtype=np.float64)


def _deepar(job: Job) -> Array:
    """One autoregressive LSTM for all series; the forecast is the median of its samples.

    GluonTS asks for a calendar, which the lags depend on: every series begins in 1900.
    """
    from gluonts.dataset.common import ListDataset
    from gluonts.torch import DeepAREstimator
    from lightning import seed_everything

    seed_everything(_SEED)
    start = pd.Period("1900-01-01", freq=job.freq)
    entries = [{"start": start, "target": values} for values in job.series()]
    data = ListDataset(entries, freq=job.freq)
    estimator = DeepAREstimator(freq=job.freq, prediction_length=job.horizon)
    forecasts = estimator.train(data).predict(data)
    return np.array([forecast.quantile(0.5) for forecast in forecasts], dtype=np.float64)


def _rows(frame: pd.DataFrame, job: Job) -> Array:
    ordered = frame.sort_values(["unique_id", "ds"]).forecast
    return ordered.to_numpy(dtype=np.float64).reshape(-1, job.horizon)


_STATISTICAL = (
    "AutoETS",
    "AutoTheta",
    "DynamicOptimizedTheta",
    "AutoCES",
    "SeasonalNaive",
    "AutoARIMA",
)

MODELS: dict[str, Model] = {
    **{f"statsforecast.{kind}": partial(_statsforecast, kind) for kind in _STATISTICAL},
    "neuralforecast.GRU": partial(_neuralforecast, "GRU"),
    "neuralforecast.LSTM": partial(_neuralforecast, "LSTM"),
    "darts.GRU": partial(_darts, "GRU"),
    "darts.LSTM": partial(_darts, "LSTM"),
    "gluonts.DeepAR": _deepar,
}
"""The part of a name before the dot is the library."""


def main() -> None:
    """Make one forecast, or tell what is installed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", nargs="?", choices=MODELS)
    parser.add_argument("train", nargs="?", type=Path)
    parser.add_argument("output", nargs="?", type=Path)
    parser.add_argument("--season-length", type=int, default=1)
    parser.add_argument("--horizon", type=int, default=1)
    parser.add_argument("--freq", default="D")
    options = parser.parse_args()
    if options.model is None:
        print(json.dumps(_installed()))
    else:
        _forecast(options)


def _installed() -> dict[str, str]:
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _forecast(options: argparse.Namespace) -> None:
    frame = pd.read_csv(options.train, dtype={"unique_id": str}, keep_default_na=False)
    job = Job(
        frame=frame.sort_values(["unique_id", "ds"], ignore_index=True),
        season_length=options.season_length,
        horizon=options.horizon,
        freq=options.freq,
    )
    forecast = MODELS[options.model](job)
    ids = job.frame.unique_id.unique()
    steps = np.arange(1, job.horizon + 1)
    pd.DataFrame(
        {
            "unique_id": np.repeat(ids, job.horizon),
            "step": np.tile(steps, len(ids)),
            "forecast": forecast.ravel(),
        }
    ).to_csv(options.output, index=False)


if __name__ == "__main__":
    main()
