"""A folder of test sets with known answers -> values to learn from, and scores of a forecast.

The folder holds SET_train.csv and SET_test.csv (or .csv.gz) for each set: long files, each series
without gaps and its test part right behind its training part. The scores are sMAPE (0 to 200) and
MASE of the M4 competition (Makridakis et al. 2020): over the steps of a series first, then over
series.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FREQUENCIES = {1: "Y", 4: "Q", 7: "D", 12: "M", 24: "h"}


@dataclass(frozen=True, kw_only=True)
class Form:
    """What has to be known of a set: its season, its horizon and the names of its columns.

    `freq` is a pandas code, for rivals that ask for the calendar; by default the season tells.
    """

    season_length: int
    horizon: int
    id: str = "unique_id"
    time: str = "ds"
    target: str = "y"
    freq: str = ""

    @property
    def calendar(self) -> str:
        """The pandas code of the steps.

        >>> Form(season_length=4, horizon=8).calendar
        'Q'
        """
        return self.freq or _FREQUENCIES.get(self.season_length, "D")


FORMS = {
    "m3_yearly": Form(season_length=1, horizon=6),
    "m3_quarterly": Form(season_length=4, horizon=8),
    "m3_monthly": Form(season_length=12, horizon=18),
    "m3_other": Form(season_length=1, horizon=8),
    "m4_weekly": Form(season_length=1, horizon=13, freq="W"),
    "population": Form(season_length=1, horizon=5, id="Country Name", time="Year", target="Value"),
}


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How far a forecast is off; lower is better."""

    smape: float
    mase: float

    def reach(self, other: "Scores") -> bool:
        """Whether both are at most those of the other."""
        return self.smape <= other.smape and self.mase <= other.mase


@dataclass(frozen=True, kw_only=True)
class TestSet:
    """The training and the test part of a set, and what scoring needs.

    `train` has the columns id, time (both text) and y, `test` also step, 1 for the first. Arrays
    have one row for each series of the test part, sorted by id; NaN fills the shorter ones.
    """

    name: str
    form: Form
    source: Path
    train: pd.DataFrame
    test: pd.DataFrame
    context: Array
    actual: Array
    scale: Array

    def score(self, frame: pd.DataFrame, place: Literal["time", "step"]) -> Scores:
        """The scores of a frame with the columns id, forecast and the one that `place` names.

        Raises:
            ValueError: a point of the test part has no finite forecast.
        """
        return self.score_steps(self.side_by_side(frame, place, "forecast"))

    def side_by_side(
        self, frame: pd.DataFrame, place: Literal["time", "step"], column: str
    ) -> Array:
        """A column of a frame as [N, H], in the order of `actual`.

        Raises:
            ValueError: it has no finite number for a point of the test part.
        """
        both = self.test.merge(frame, on=["id", place], how="left", validate="one_to_one")
        missing = int((~np.isfinite(both[column])).sum())
        if missing:
            raise ValueError(f"{missing} of {len(both)} test points have no finite {column}")
        return _side_by_side(both, column, on_the_left=False)

    def score_steps(self, forecast: Array) -> Scores:
        """The scores of forecasts [N, H] in the order of `actual`."""
        error = np.abs(self.actual - forecast)
        size = np.abs(self.actual) + np.abs(forecast)
        smape = np.nanmean(200 * error / np.where(size == 0, 1, size), axis=1).mean()
        varied = self.scale > 0
        mase = (np.nanmean(error, axis=1)[varied] / self.scale[varied]).mean()
        return Scores(smape=float(smape), mase=float(mase))


def add_form_options(parser: argparse.ArgumentParser) -> None:
    """The options for sets that are not known here."""
    group = parser.add_argument_group("form", "of sets that are not known here")
    for option, kind in (("season-length", int), ("horizon", int), ("id", str), ("time", str)):
        group.add_argument(f"--{option}", type=kind)
    group.add_argument("--target")
    group.add_argument("--freq", help="a pandas code, for rivals that ask for the calendar")


def load(name: str, options: argparse.Namespace) -> TestSet:
    """Read a set from the folder `options.data`, in the form known for it or given by options."""
    form = _form(name, options)
    source = _find(options.data, f"{name}_train")
    train = _read(source, form)
    test = _read(_find(options.data, f"{name}_test"), form).dropna()
    context = _side_by_side(train[train.id.isin(test.id)], "y", on_the_left=True)
    return TestSet(
        name=name,
        form=form,
        source=source,
        train=train,
        test=test.assign(step=test.groupby("id").cumcount() + 1),
        context=context,
        actual=_side_by_side(test, "y", on_the_left=False),
        scale=_seasonal_errors(context, form.season_length),
    )


def _form(name: str, options: argparse.Namespace) -> Form:
    known = FORMS.get(name)
    fields = {} if known is None else dict(vars(known))
    given = {field: getattr(options, field) for field in Form.__dataclass_fields__}
    fields |= {field: value for field, value in given.items() if value is not None}
    if "season_length" not in fields or "horizon" not in fields:
        raise SystemExit(f"{name} is not known here: give --season-length and --horizon")
    return Form(**fields)


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


def _side_by_side(frame: pd.DataFrame, column: str, *, on_the_left: bool) -> Array:
    """One row for each series, sorted by id, padded with NaN on the left or on the right."""
    series = [group.to_numpy(dtype=np.float64) for _, group in frame.groupby("id")[column]]
    longest = max(map(len, series))
    rows = np.full((len(series), longest), np.nan)
    for row, values in zip(rows, series, strict=True):
        row[longest - len(values) if on_the_left else 0 :][: len(values)] = values
    return rows


def _seasonal_errors(train: Array, season_length: int) -> Array:
    """Mean |y[t] - y[t - season_length]| of each series [N], 0 where there is none."""
    changes = np.abs(train[:, season_length:] - train[:, :-season_length])
    return np.asarray(np.nansum(changes, axis=1) / np.maximum((changes >= 0).sum(axis=1), 1))
