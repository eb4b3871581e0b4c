"""How accurate `forecast` is on test sets with known answers, beside other forecasts.

    python -m benchmarks.accuracy DATA m3_yearly population [--seeds 1] [--train-args "…"]
    python -m benchmarks.accuracy DATA m3_yearly --rivals /path/to/python [--models a,b]
    python -m benchmarks.accuracy DATA mine --season-length 7 --horizon 14 --id shop --time day

Prints scores, wall seconds and peak memory of `forecast` with default settings (train and predict
together), the scores of the simple forecasts and, given an interpreter that has other libraries,
those of their models. What DATA holds and how it is scored: `benchmarks/testsets.py`; the
models: `benchmarks/rivals.py`. Needs Linux or macOS. The test sets are no part of this project; see
`benchmarks/README.md`.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.contenders import Result, installed_libraries, run_ours, run_rival
from benchmarks.machine import describe
from benchmarks.rivals import MODELS
from benchmarks.testsets import Scores, TestSet, add_form_options, load
from forecast_cli.baselines import SIMPLE

_SLOW = ("statsforecast.AutoARIMA",)
"""Takes a second and more a series where there is a season: only when it is asked for."""


def main() -> None:
    """Measure every set and print a table."""
    options = _parse()
    # All sets before anything is run: a misspelt name shall not end a run of hours.
    testsets = [load(name, options) for name in options.sets]
    versions = installed_libraries(options.rivals) if options.rivals else {}
    print(describe("as each program chooses"))
    if versions:
        print(f"Rivals: {', '.join(f'{name} {version}' for name, version in versions.items())}\n")
    print("| set | model | sMAPE | MASE | wall s | peak MiB |")
    print("|---|---|---|---|---|---|")
    for testset in testsets:
        for row in _rows(testset, options, versions):
            print(f"| {testset.name} | {' | '.join(row)} |", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with the sets")
    parser.add_argument("sets", nargs="+", metavar="SET", help="e.g. m3_yearly")
    parser.add_argument("--seeds", type=int, default=1, help="runs, with seeds 0, 1, …")
    parser.add_argument("--train-args", default="", help="more options for `forecast train`")
    parser.add_argument("--rivals", type=Path, metavar="PYTHON", help="an interpreter with rivals")
    parser.add_argument(
        "--models",
        type=_models,
        default=[model for model in MODELS if model not in _SLOW],
        metavar="MODEL[,MODEL]",
        help=f"which rivals, of {', '.join(MODELS)} (default: all but {', '.join(_SLOW)})",
    )
    add_form_options(parser)
    return parser.parse_args()


def _models(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in MODELS]
    if unknown:
        raise argparse.ArgumentTypeError(f"not known: {', '.join(unknown)}")
    return names


def _rows(
    testset: TestSet, options: argparse.Namespace, versions: Mapping[str, str]
) -> Iterator[list[str]]:
    for seed in range(options.seeds):
        more = ["--seed", str(seed), *shlex.split(options.train_args)]
        yield [f"forecast, seed {seed}", *_result_cells(run_ours(testset, more))]
    for simple, continuation in SIMPLE.items():
        form = testset.form
        steps = continuation(testset.context, testset.actual.shape[1], form.season_length)
        yield [simple, *_score_cells(testset.score_steps(steps)), "", ""]
    if options.rivals:
        for model in options.models:
            installed = model.partition(".")[0] in versions
            cells = _rival_cells(testset, model, options.rivals) if installed else None
            yield [model, *(cells or ["not installed", "", "", ""])]


def _rival_cells(testset: TestSet, model: str, python: Path) -> list[str]:
    """A rival that fails does not end a run of hours: its row says so."""
    try:
        return _result_cells(run_rival(testset, model, python))
    except (SystemExit, ValueError) as failure:
        print(failure, file=sys.stderr)
        return ["failed", "", "", ""]


def _result_cells(result: Result) -> list[str]:
    return [*_score_cells(result.scores), f"{result.cost.wall:.1f}", f"{result.cost.peak_mib:.0f}"]


def _score_cells(scores: Scores) -> list[str]:
    return [f"{scores.smape:.2f}", f"{scores.mase:.3f}"]


if __name__ == "__main__":
    main()
