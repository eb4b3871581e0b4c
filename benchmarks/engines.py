"""What an engine costs, and the constants behind `docs/scale.md`.

    python -m benchmarks.engines [--series 2000] [--tasks 200]

Measures how long a cluster of this machine takes to start, what a task that does nothing costs on
each engine, and what the panel of a training costs to share; then bytes and seconds for 1 000
series of 60 months through one file of `predict`. Without ray only the local engine is measured.
Linux or macOS.
"""

import argparse
import pickle
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.machine import describe
from forecast_cli import workflows
from forecast_cli.checkpoint import open_model
from forecast_cli.config import PredictionConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.engine_config import ENGINES, EngineConfig, EngineName
from forecast_cli.engines.opening import opened
from forecast_cli.engines.work import IsStopped
from forecast_cli.inference import forecast_from
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.splits import origins_at_end
from forecast_cli.writer import FileFormat, render_frame

_N_STEPS = 60
_HORIZON = 12
_ROUNDS = 3


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, default=2000, help="(default: %(default)s)")
    parser.add_argument("--tasks", type=int, default=200, help="(default: %(default)s)")
    options = parser.parse_args()
    print(describe("1 a worker"))
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data.csv"
        data.write_text(_panel_text(options.series), encoding="utf-8")
        panel = read_panel(str(data), ReadConfig(), _ignore)
        _print_engines(panel, options.tasks)
        _print_constants(data, panel, Path(name) / "model.forecast")


def _print_engines(panel: Panel, n_tasks: int) -> None:
    size = len(pickle.dumps(panel)) / 1e6
    print(f"| engine | start, s | task, ms | share {size:.1f} MB, ms | 1 000 messages, ms |")
    print("|---|---|---|---|---|")
    for name in ENGINES:
        if name == "local" or find_spec("ray") is not None:
            print(f"| {name} | {' | '.join(_engine_costs(name, panel, n_tasks))} |")


def _engine_costs(name: EngineName, panel: Panel, n_tasks: int) -> Iterator[str]:
    config = EngineConfig(engine=name, workers=None if name == "local" else 1)
    started = time.perf_counter()
    with opened(config) as engine:
        yield f"{time.perf_counter() - started:.2f}"
        engine.run(_nothing, None, 1, hear=_ignore)
        run = partial(engine.run, _nothing, hear=_ignore)
        one = _seconds(lambda: run(None, 1))
        yield f"{1000 * (_seconds(lambda: run(None, n_tasks)) - one) / (n_tasks - 1):.2f}"
        yield f"{1000 * max(0.0, _seconds(lambda: run(panel, 1)) - one):.1f}"
        talk = _seconds(lambda: engine.run(_talking, None, 1, hear=_ignore))
        yield f"{1000 * max(0.0, talk - one):.1f}"


def _nothing(_: object, number: int, __: IsStopped) -> Generator[None, None, int]:
    yield from ()
    return number


def _talking(_: object, number: int, __: IsStopped) -> Generator[int, None, int]:
    yield from range(1000)
    return number


def _print_constants(data: Path, panel: Panel, output: Path) -> None:
    thousands = panel.n_series / 1000
    print(f"\n| for 1 000 series of {_N_STEPS} months, {_HORIZON} steps ahead | MB | s |")
    print("|---|---|---|")

    def row(what: str, n_bytes: int | None, seconds: float | None) -> None:
        size = "" if n_bytes is None else f"{n_bytes / thousands / 1e6:.3f}"
        took = "" if seconds is None else f"{seconds / thousands:.3f}"
        print(f"| {what} | {size} | {took} |")

    read = _seconds(lambda: read_panel(str(data), ReadConfig(), _ignore))
    row("CSV file, read", data.stat().st_size, read)
    row("panel in memory", len(pickle.dumps(panel)), None)
    checkpoint, _ = workflows.train(
        str(data), str(output), settings=_SETTINGS, tell=_ignore, progress=_ignore
    )
    row("checkpoint", len(checkpoint), None)
    model = open_model(str(output))
    origins = origins_at_end(panel)
    forecast = forecast_from(model, panel, origins, horizon=_HORIZON, levels=(80, 95))
    spent = _seconds(
        lambda: forecast_from(model, panel, origins, horizon=_HORIZON, levels=(80, 95))
    )
    row("forecast", None, spent)
    frame = forecast.frame()
    forms: tuple[FileFormat, ...] = ("csv", "parquet")
    for form in forms[: 1 + (find_spec("pyarrow") is not None)]:
        with _timing() as took:
            size = len(render_frame(frame, form))
        row(f"forecast as {form}, written", size, took[0])
    wanted, reading = PredictionConfig(), ReadConfig()
    whole = _seconds(
        lambda: workflows.predict(str(data), str(output), read=reading, wanted=wanted, tell=_ignore)
    )
    row("`predict` of the file, from reading it to the forecast", None, whole)


_SETTINGS = Settings(
    window=WindowConfig(horizon=_HORIZON, season_length=12),
    optimisation=TrainConfig(effort="fast", epochs=2, steps_per_epoch=20, members=2, threads=1),
)


def _panel_text(n_series: int) -> str:
    random = np.random.default_rng(0)
    season = 20 * np.sin(2 * np.pi * np.arange(_N_STEPS) / 12)
    times = [f"{2020 + month // 12}-{month % 12 + 1:02}-01" for month in range(_N_STEPS)]
    lines = ["id,month,y"]
    for number in range(n_series):
        values = 100 + season + random.normal(0, 5, _N_STEPS)
        pairs = zip(times, values, strict=True)
        lines += [f"series-{number:06},{month},{value:.2f}" for month, value in pairs]
    return "\n".join([*lines, ""])


def _seconds(work: Callable[[], object]) -> float:
    """The median of a few rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        with _timing() as took:
            work()
        rounds += took
    return statistics.median(rounds)


@contextmanager
def _timing() -> Iterator[list[float]]:
    took: list[float] = []
    started = time.perf_counter()
    yield took
    took.append(time.perf_counter() - started)


def _ignore(*_: object) -> None:
    pass


if __name__ == "__main__":
    main()
