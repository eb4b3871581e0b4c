"""How long a file takes to read beside the C reader of pandas, and how much memory.

    python -m benchmarks.reading [--rows 1000000] [--rounds 5]

Makes files of several kinds with a fixed seed and reads each in turn with `pandas.read_csv`, with
`pandas.read_csv` that parses the dates, and as the panel of `forecast`, in one process and one
thread; a ratio below 1 is faster than pandas. Memory is the peak of a process that reads the file
less that of one that reads a file of three rows, over the size of the file. Where pyarrow is
installed, the same data are read from Parquet too, beside `pandas.read_parquet`. Needs Linux or
macOS.
"""

import argparse
import csv
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from benchmarks.machine import describe
from benchmarks.processes import run, spread

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class _Marks(TypedDict, total=False):
    """What stands between fields, and before decimals."""

    sep: str
    decimal: str


_KINDS = {
    "minutes": "one series, a value a minute",
    "integers": "one series, numbered",
    "long": "long: id, date, value",
    "extra": "long, three more columns",
    "digits": "long, all digits of the values",
    "missing": "long, a value in twenty missing",
    "shuffled": "long, rows in any order",
    "comma": "long, semicolons and decimal commas",
    "years": "long: id, year, value",
    "keys": "long: numbered id, step, value",
    "keys-digits": "the same, all digits of the values",
    "wide": "wide: a date, 100 series",
    "rows": "one row per series: a name, 64 years",
    "quoted": "the same, all fields quoted",
}
_DATED = ("minutes", "long", "extra", "digits", "missing", "shuffled", "comma", "wide")
_COMMA: _Marks = {"sep": ";", "decimal": ","}
_SERIES_LENGTH = 100
_MISSING = 0.05
# Not every file needs pandas, whose import is no part of what a file takes.
_READ = """
import sys
import pandas
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
read_panel(sys.argv[1], ReadConfig(), lambda notice: None)
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="values (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: %(default)s)")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make is not None:
        _make(options.make, options.rows)
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        _measure(Path(name), options.rows, options.rounds)


def _measure(folder: Path, rows: int, rounds: int) -> None:
    # This process stays small: the peak of a child is never below that of its parent.
    make = ("-m", "benchmarks.reading", "--make", str(folder), "--rows", str(rows))
    run((sys.executable, *make), folder)
    memory = {kind: _memory(folder, kind) for kind in _KINDS}
    print(describe("1"))
    print(f"{rows} values; seconds, least / median of {rounds}; ratios are medians over rounds.\n")
    print(
        "| file | MB | pandas | dates parsed | forecast | pandas = 1 | dates parsed = 1 | "
        "memory / file | Parquet | CSV = 1 | pandas of Parquet = 1 |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for kind in _KINDS:
        print(_row(folder, kind, rounds, memory[kind]), flush=True)


def _memory(folder: Path, kind: str) -> float:
    """The peak that reading a file adds, over its size."""
    peaks = [
        run((sys.executable, "-c", _READ, str(folder / name)), folder).peak_mib
        for name in ("few.csv", f"{kind}.csv")
    ]
    return (peaks[1] - peaks[0]) * 2**20 / (folder / f"{kind}.csv").stat().st_size


def _row(folder: Path, kind: str, rounds: int, memory: float) -> str:
    path = folder / f"{kind}.csv"
    readers = _readers(path, kind)
    seconds = _in_turn(readers, rounds)
    plain, parsed, ours = seconds[:3]
    cells = [
        _KINDS[kind],
        f"{path.stat().st_size / 1e6:.1f}",
        *map(spread, (plain, parsed, ours)),
        f"{_ratio(ours, plain):.2f}",
        f"{_ratio(ours, parsed):.2f}",
        f"{memory:.1f}",
        *_parquet_cells(seconds[3:], ours),
    ]
    return f"| {' | '.join(cells)} |"


def _parquet_cells(seconds: Sequence[Sequence[float]], csv_seconds: Sequence[float]) -> list[str]:
    if not seconds:
        return ["no pyarrow", "", ""]
    plain, ours = seconds
    return [spread(ours), f"{_ratio(ours, csv_seconds):.2f}", f"{_ratio(ours, plain):.2f}"]


def _readers(path: Path, kind: str) -> list[Callable[[], object]]:
    import pandas as pd

    from forecast_cli.panel import read_panel
    from forecast_cli.read_config import ReadConfig

    def panel(source: Path) -> object:
        return read_panel(str(source), ReadConfig(), lambda notice: None)

    def frame(dates: list[str]) -> object:
        if kind == "comma":
            return pd.read_csv(path, engine="c", parse_dates=dates, **_COMMA)
        return pd.read_csv(path, engine="c", parse_dates=dates)

    parquet = path.with_suffix(".parquet")
    readers: list[Callable[[], object]] = [
        lambda: frame([]),
        lambda: frame(["date"] if kind in _DATED else []),
        lambda: panel(path),
    ]
    if parquet.exists():
        readers += [lambda: pd.read_parquet(parquet), lambda: panel(parquet)]
    return readers


def _in_turn(readers: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """The seconds of each reader in each round, after one that warms up."""
    seconds: list[list[float]] = [[] for _ in readers]
    for number in range(rounds + 1):
        for reader, measured in zip(readers, seconds, strict=True):
            started = time.perf_counter()
            reader()
            if number:
                measured.append(time.perf_counter() - started)
    return seconds


def _ratio(seconds: Sequence[float], reference: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(seconds, reference, strict=True))


def _make(folder: Path, rows: int) -> None:
    (folder / "few.csv").write_text("date,value\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n")
    for kind in _KINDS:
        frame = _frame(kind, rows)
        marks: _Marks = _COMMA if kind == "comma" else {}
        frame.to_csv(
            folder / f"{kind}.csv",
            index=False,
            quoting=csv.QUOTE_ALL if kind == "quoted" else csv.QUOTE_MINIMAL,
            **marks,
        )
        if importlib.util.find_spec("pyarrow") is not None:
            frame.to_parquet(folder / f"{kind}.parquet", index=False)


def _frame(kind: str, rows: int) -> "pd.DataFrame":
    """The data of a kind, with `rows` values."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    values = random.normal(100, 10, rows)
    if not kind.endswith("digits"):
        values = np.round(values, 3)
    number = np.arange(rows)
    minutes = pd.Timestamp("2020-01-01") + pd.to_timedelta(number, unit="min")
    if kind == "minutes":
        return pd.DataFrame({"date": minutes.strftime("%Y-%m-%d %H:%M:%S"), "value": values})
    if kind == "integers":
        return pd.DataFrame({"step": number, "value": values})
    if kind == "wide":
        days = pd.date_range("1950-01-01", periods=rows // 100).strftime("%Y-%m-%d")
        table = values[: len(days) * 100].reshape(len(days), 100)
        series = pd.DataFrame(table, columns=[f"shop_{i}" for i in range(100)])
        return pd.concat([pd.Series(days, name="date"), series], axis=1)
    if kind in ("rows", "quoted"):
        people = random.integers(1000, 10**8, (rows // 64, 64))
        names = pd.Series([f"place {i}" for i in range(len(people))], name="country")
        years = [str(year) for year in range(1960, 1960 + 64)]
        return pd.concat([names, pd.DataFrame(people, columns=years)], axis=1)
    return _long_frame(kind, values)


def _long_frame(kind: str, values: "NDArray[np.float64]") -> "pd.DataFrame":
    """One row for each value, with the series and the time of each."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    series, step = np.divmod(np.arange(len(values)), _SERIES_LENGTH)
    if kind.startswith("keys"):
        return pd.DataFrame({"id": series, "step": step, "value": values})
    frame = pd.DataFrame({"id": np.char.add("shop_", series.astype(str))})
    if kind == "years":
        return frame.assign(year=1900 + step, value=values)
    days = pd.date_range("2020-01-01", periods=_SERIES_LENGTH).strftime("%Y-%m-%d")
    frame = frame.assign(date=days.to_numpy()[step], value=values)
    if kind == "missing":
        return frame.assign(value=frame.value.mask(random.random(len(frame)) < _MISSING))
    if kind == "shuffled":
        return frame.iloc[random.permutation(len(frame))]
    if kind != "extra":
        return frame
    return frame.assign(
        price=np.round(random.random(len(values)), 2),
        promo=random.integers(0, 2, len(values)),
        city=random.choice(["Bonn", "Oslo", "Rome"], len(values)),
    )


if __name__ == "__main__":
    main()
