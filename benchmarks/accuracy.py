"""How accurate `forecast` is on test sets with known answers, beside simple forecasts.

    python -m benchmarks.accuracy DATA m3_yearly population [--seeds 1] [--train-args "…"]
    python -m benchmarks.accuracy DATA mine --season-length 7 --horizon 14 --id shop --time day

DATA holds SET_train.csv and SET_test.csv (or .csv.gz) for each set: long files, each series without
gaps and its test part right behind its training part. Trains and predicts with default settings, as
processes; training sees the training file alone. The scores are sMAPE (0 to 200) and MASE of the M4
competition (Makridakis et al. 2020): over the steps of a series first, then over series. Needs
Linux or macOS. The test sets are no part of this project; see `benchmarks/README.md`.
"""

import argparse
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.machine import describe
from benchmarks.processes import FORECAST, run
from forecast_cli.baselines import SIMPLE

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Form:
    """What has to be known of a set: its season, its horizon and the names of its columns."""

    season_length: int
    horizon: int
    id: str = "unique_id"
    time: str = "ds"
    target: str = "y"


FORMS = {
    "m3_yearly": Form(season_length=1, horizon=6),
    "m3_quarterly": Form(season_length=4, horizon=8),
    "m3_monthly": Form(season_length=12, horizon=18),
    "m3_other": Form(season_length=1, horizon=8),
    "m4_weekly": Form(season_length=1, horizon=13),
    "population": Form(season_length=1, horizon=5, id="Country Name", time="Year", target="Value"),
}


def main() -> None:
    """Measure every set and print a table."""
    options = _parse()
    print(describe("as the program chooses"))
    print("| set | model | sMAPE | MASE | train s | predict s | train peak MiB |")
    print("|---|---|---|---|---|---|---|")
    for name in options.sets:
        for row in _rows(name, _form(name, options), options):
            print(f"| {name} | {' | '.join(row)} |", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with the sets")
    parser.add_argument("sets", nargs="+", metavar="SET", help="e.g. m3_yearly")
    for option, kind in (("season-length", int), ("horizon", int), ("id", str), ("time", str)):
        parser.add_argument(f"--{option}", type=kind, help="where a set's own is not meant")
    parser.add_argument("--target", help="where a set's own is not meant")
    parser.add_argument("--seeds", type=int, default=1, help="runs, with seeds 0, 1, …")
    parser.add_argument("--train-args", default="", help="more options for `forecast train`")
    return parser.parse_args()


def _form(name: str, options: argparse.Namespace) -> Form:
    known = FORMS.get(name)
    fields = {} if known is None else dict(vars(known))
    given = {field: getattr(options, field) for field in Form.__dataclass_fields__}
    fields |= {field: value for field, value in given.items() if value is not None}
    if "season_length" not in fields or "horizon" not in fields:
        raise SystemExit(f"{name} is not known here: give --season-length and --horizon")
    return Form(**fields)


def _rows(name: str, form: Form, options: argparse.Namespace) -> Iterator[list[str]]:
    source = _find(options.data, f"{name}_train")
    test = _read(_find(options.data, f"{name}_test"), form).dropna()
    train = _read(source, form)
    context = _side_by_side(train[train.id.isin(test.id)], on_the_left=True)
    actual = _side_by_side(test, on_the_left=False)
    scale = _seasonal_errors(context, form.season_length)
    for seed in range(options.seeds):
        more = ["--seed", str(seed), *shlex.split(options.train_args)]
        frame, *cost = _forecast(source, form, more)
        mine = _side_by_side(_matched(frame, test, form), on_the_left=False)
        yield [f"forecast, seed {seed}", *_scores(actual, mine, scale), *cost]
    for simple, continuation in SIMPLE.items():
        steps = continuation(context, actual.shape[1], form.season_length)
        yield [simple, *_scores(actual, steps, scale), "", "", ""]


def _find(folder: Path, stem: str) -> Path:
    paths = [folder / f"{stem}{ending}" for ending in (".csv", ".csv.gz")]
    found = [path for path in paths if path.exists()]
    if not found:
        raise SystemExit(f"there is neither {paths[0]} nor {paths[1]}")
    return found[0].resolve()


def _read(path: Path, form: Form) -> pd.DataFrame:
    """The columns id, time (both as text) and y, each series in the order of time."""
    columns = [form.id, form.time, form.target]
    frame = pd.read_csv(
        path,
        usecols=columns,
        dtype={form.id: str, form.time: str},
        keep_default_na=False,
        na_values={form.target: ["", "NA", "NaN"]},
    )
    frame = frame[columns].set_axis(["id", "time", "y"], axis=1)
    numbers = pd.to_numeric(frame.time, errors="coerce")
    order = pd.to_datetime(frame.time) if numbers.isna().any() else numbers
    return frame.assign(order=order).sort_values(["id", "order"]).drop(columns="order")


def _side_by_side(frame: pd.DataFrame, *, on_the_left: bool) -> Array:
    """One row for each series, sorted by id, padded with NaN on the left or on the right."""
    series = [group.to_numpy(dtype=np.float64) for _, group in frame.groupby("id").y]
    longest = max(map(len, series))
    rows = np.full((len(series), longest), np.nan)
    for row, values in zip(rows, series, strict=True):
        row[longest - len(values) if on_the_left else 0 :][: len(values)] = values
    return rows


def _seasonal_errors(train: Array, season_length: int) -> Array:
    """Mean |y[t] - y[t - season_length]| of each series [N], 0 where there is none."""
    changes = np.abs(train[:, season_length:] - train[:, :-season_length])
    return np.asarray(np.nansum(changes, axis=1) / np.maximum((changes >= 0).sum(axis=1), 1))


def _forecast(source: Path, form: Form, more: list[str]) -> tuple[pd.DataFrame, str, str, str]:
    """The forecast of `forecast train` and `forecast predict`, and what they took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns = ["--id", form.id, "--time", form.time, "--target", form.target]
        sizes = ["--season-length", str(form.season_length), "--horizon", str(form.horizon)]
        trained = run((*FORECAST, "train", str(source), *columns, *sizes, *more), folder)
        predicted = run((*FORECAST, "predict", "--format", "csv"), folder, folder / "out.csv")
        frame = pd.read_csv(
            folder / "out.csv", dtype={form.id: str, form.time: str}, keep_default_na=False
        )
    return frame, f"{trained.wall:.1f}", f"{predicted.wall:.1f}", f"{trained.peak_mib:.0f}"


def _matched(frame: pd.DataFrame, test: pd.DataFrame, form: Form) -> pd.DataFrame:
    """The test part with the forecasts in place of its values."""
    named = frame[[form.id, form.time, "forecast"]].set_axis(["id", "time", "forecast"], axis=1)
    both = test.merge(named, on=["id", "time"], how="left", validate="one_to_one")
    missing = int((~np.isfinite(both.forecast)).sum())
    if missing:
        raise SystemExit(f"{missing} of {len(both)} test points have no finite forecast")
    return both.assign(y=both.forecast)


def _scores(actual: Array, forecast: Array, scale: Array) -> list[str]:
    error = np.abs(actual - forecast)
    size = np.abs(actual) + np.abs(forecast)
    smape = np.nanmean(200 * error / np.where(size == 0, 1, size), axis=1).mean()
    varied = scale > 0
    mase = (np.nanmean(error, axis=1)[varied] / scale[varied]).mean()
    return [f"{smape:.2f}", f"{mase:.3f}"]


if __name__ == "__main__":
    main()
