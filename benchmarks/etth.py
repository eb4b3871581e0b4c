"""How accurate segments make long forecasts of hourly data, in the protocol of the ETT sets.

    python -m benchmarks.etth ETTh1.csv [ETTh2.csv] [--horizon 96 192 336 720] [--threads 2]

The first 8640 hours train, the next 2880 say how long to train, the next 2880 are the test part,
whose contexts reach back across its start. All seven columns are standardised by the training part
and forecast by one committee; errors are means over all columns, all windows of the test part (none
is left out at the end) and all steps. The networks are trained on the training part alone. What
`_FORMS` and `_PACES` say was chosen on the validation part of ETTh1.

The references are the best published ones for ETTh1 with the whole test part: SegRNN (Lin et al.
2023) up to 336 steps and FITS (Xu et al. 2024) for 720. Needs Linux or macOS; the data are no part
of this project (Zhou et al. 2021, Electricity Transformer Dataset).
"""

import argparse
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from forecast_cli.committee import Committee, Form
from forecast_cli.config import NetworkConfig, TrainConfig
from forecast_cli.engines.threads import Threads
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.remembering import remember
from forecast_cli.representation import Representation
from forecast_cli.splits import Origins
from forecast_cli.training import Workshop, train_all
from forecast_cli.training_run import Task
from forecast_cli.windows import futures, histories

Array = NDArray[np.float64]

_COLUMNS = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")
_MONTH = 30 * 24
_TRAIN, _VALIDATION, _TEST = 12 * _MONTH, 16 * _MONTH, 20 * _MONTH
"""The hours at which the parts end."""

_DAY = 24
_VALIDATION_STRIDE = 12
_BLOCK = 512
_PUBLISHED = {"ETTh1": {96: 0.351, 192: 0.392, 336: 0.423, 720: 0.424}}


@dataclass(frozen=True, kw_only=True)
class _Pace:
    """How fast and how long to learn: the farther ahead, the less there is to learn.

    `analogues` is the weight of what followed like windows of the training part.
    """

    learning_rate: float
    dropout: float
    epochs: int
    steps_per_epoch: int
    analogues: float = 0.0


_PACES = {
    96: _Pace(learning_rate=1e-3, dropout=0.3, epochs=8, steps_per_epoch=80, analogues=0.2),
    192: _Pace(learning_rate=3e-4, dropout=0.5, epochs=8, steps_per_epoch=80),
    336: _Pace(learning_rate=3e-4, dropout=0.5, epochs=6, steps_per_epoch=60),
    720: _Pace(learning_rate=3e-4, dropout=0.5, epochs=6, steps_per_epoch=60),
}

_FORMS = ((False, 14 * _DAY, _DAY), (True, 14 * _DAY, _DAY), (False, 30 * _DAY, 2 * _DAY))
"""Whether the season is taken out before, the context and the segments of each member, in hours."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One row of the table."""

    source: Path
    horizon: int
    seed: int
    threads: int


def main() -> None:
    """Measure every file and horizon, each in a process of its own, and print a table."""
    options = _parse()
    print(describe(str(options.threads)))
    print("| set | horizon | windows | MSE | MAE | best published MSE | seconds | peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    runs = [
        _Run(source=source, horizon=horizon, seed=options.seed, threads=options.threads)
        for source in options.files
        for horizon in options.horizon
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for row in pool.map(_row, runs):
            print(f"| {' | '.join(row)} |", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="e.g. ETTh1.csv")
    horizons = sorted(_PACES)
    parser.add_argument("--horizon", nargs="+", type=int, choices=horizons, default=horizons)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="members trained side by side")
    return parser.parse_args()


def _row(run: _Run) -> list[str]:
    started = time.perf_counter()
    panel = _read(run.source)
    committee = _train(panel, run)
    test = _origins(panel, _VALIDATION, _TEST, run.horizon)
    blocks = (test.rows(slice(at, at + _BLOCK)) for at in range(0, len(test), _BLOCK))
    forecast = np.concatenate([committee.forecast(histories(panel, part)) for part in blocks])
    error = forecast - futures(panel, test, run.horizon)
    seconds = time.perf_counter() - started
    name = run.source.name.partition(".")[0]
    published = _PUBLISHED.get(name, {}).get(run.horizon)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [
        name,
        str(run.horizon),
        str(len(test) // panel.n_series),
        f"{(error**2).mean():.4f}",
        f"{np.abs(error).mean():.4f}",
        "" if published is None else f"{published:.3f}",
        f"{seconds:.0f}",
        f"{peak / (2**20 if sys.platform == 'darwin' else 2**10):.0f}",
    ]


def _read(source: Path) -> Panel:
    """The columns up to the end of the test part, standardised by the training part."""
    panel = read_panel(str(source), ReadConfig(target=_COLUMNS), lambda _: None)
    if (panel.lengths < _TEST).any():
        raise SystemExit(f"{source} has fewer than {_TEST} hours")
    values = np.array([panel.series(index)[:_TEST] for index in range(panel.n_series)])
    train = values[:, :_TRAIN]
    scaled = (values - train.mean(axis=1, keepdims=True)) / train.std(axis=1, keepdims=True)
    return replace(
        panel, values=scaled.ravel(), offsets=np.arange(panel.n_series + 1, dtype=np.int64) * _TEST
    )


def _origins(panel: Panel, first: int, end: int, horizon: int, stride: int = 1) -> Origins:
    """The origins of every column from the hour `first` on whose horizon lies before `end`."""
    stops = np.arange(first, end - horizon + 1, stride)
    starts = panel.offsets[:-1]
    return Origins(
        series=np.repeat(np.arange(panel.n_series), len(stops)),
        stops=(starts[:, None] + stops).ravel(),
        limits=np.repeat(starts + end, len(stops)),
    )


def _train(panel: Panel, run: _Run) -> Committee:
    """Members with equal weights, each as it was best on the validation part, and analogues."""
    tasks = [_task(panel, run, number) for number in range(len(_FORMS))]
    trained = train_all(tasks, Workshop(Threads(run.threads)), lambda _: None)
    weight = _PACES[run.horizon].analogues
    members = tuple(
        network.member(task.form, weight=(1 - weight) / len(tasks))
        for task, network in zip(tasks, trained, strict=True)
    )
    analogues = None
    if weight:
        known = remember(panel, panel.offsets[:-1] + _TRAIN, run.horizon, log=False)
        analogues = replace(known, weight=weight)
    return Committee(
        network=tasks[0].form.network,
        members=members,
        simple_weights={},
        simple="naive",
        horizon=run.horizon,
        season_length=_DAY,
        analogues=analogues,
    )


def _task(panel: Panel, run: _Run, number: int) -> Task:
    pace = _PACES[run.horizon]
    deseasonalised, context_length, segment_length = _FORMS[number]
    form = Form(
        representation=Representation(
            log=False, base="naive", season_length=_DAY, deseasonalised=deseasonalised
        ),
        context_length=context_length,
        network=NetworkConfig(
            cell="lstm", hidden_size=128, segment_length=segment_length, dropout=pace.dropout
        ),
    )
    return Task(
        name=f"etth.{number}",
        panel=panel,
        limits=panel.offsets[:-1] + _TRAIN,
        validation=_origins(panel, _TRAIN, _VALIDATION, run.horizon, _VALIDATION_STRIDE),
        form=form,
        horizon=run.horizon,
        season_length=_DAY,
        optimisation=TrainConfig(
            learning_rate=pace.learning_rate,
            steps_per_epoch=pace.steps_per_epoch,
            batch_size=256,
            patience=pace.epochs,
        ),
        seed=run.seed + number,
        epochs=pace.epochs,
        stage=str(form),
    )


if __name__ == "__main__":
    main()
