"""How soon `forecast` is as accurate as the network of another library, in one run.

    python -m benchmarks.time_to_error DATA m3_quarterly --rivals /path/to/python [--repeats 1]

Runs the rival with its default settings, then `forecast train` for 1, 2, 4, … epochs and `forecast
predict`, until neither sMAPE nor MASE on the test part is above the rival's, and divides the wall
times of the whole processes, start-up and reading included, and their CPU times, which other
programs disturb least. The test part says where to stop and nothing else; default settings train
longer and score better. With more repeats the rival and the training that got there take turns, and
the ratios are medians over rounds. Needs Linux or macOS and the sets described in
`benchmarks/README.md`.
"""

import argparse
import shlex
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from benchmarks.contenders import Result, installed_libraries, run_ours, run_rival
from benchmarks.machine import describe
from benchmarks.processes import spread
from benchmarks.rivals import MODELS
from benchmarks.testsets import TestSet, add_form_options, load

_EPOCHS = (1, 2, 4, 8, 16, 32)

_Kind = Literal["wall", "cpu"]
_TIMES: tuple[tuple[_Kind, str], ...] = (("wall", "seconds"), ("cpu", "CPU seconds"))


def main() -> None:
    """Measure and print a table, and the ratio under it."""
    options = _parse()
    testset = load(options.set, options)
    versions = installed_libraries(options.rivals)
    library = options.model.partition(".")[0]
    if library not in versions:
        raise SystemExit(f"{options.rivals} has no {library}")
    print(describe("as each program chooses"))
    print(f"{options.set}; {library} {versions[library]}, torch {versions.get('torch', 'none')}\n")
    print("| model | sMAPE | MASE | wall s | CPU s | peak MiB |")
    print("|---|---|---|---|---|---|")
    _report(testset, options)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with the sets")
    parser.add_argument("set", metavar="SET", help="e.g. m3_quarterly")
    parser.add_argument(
        "--rivals", type=Path, metavar="PYTHON", required=True, help="an interpreter with rivals"
    )
    parser.add_argument(
        "--model", choices=MODELS, default="neuralforecast.GRU", help="default: %(default)s"
    )
    parser.add_argument("--repeats", type=int, default=1, help="rounds (default: %(default)s)")
    parser.add_argument("--train-args", default="", help="more options for `forecast train`")
    add_form_options(parser)
    return parser.parse_args()


def _report(testset: TestSet, options: argparse.Namespace) -> None:
    theirs = [_print_row(options.model, run_rival(testset, options.model, options.rivals))]
    for arguments in _ladder(options.train_args):
        name = f"`forecast train {shlex.join(arguments)}`"
        ours = [_print_row(name, run_ours(testset, arguments))]
        if ours[0].scores.reach(theirs[0].scores):
            break
    else:
        raise SystemExit(f"not as accurate as {options.model} after {_EPOCHS[-1]} epochs")
    for _ in range(1, options.repeats):
        theirs.append(_print_row(options.model, run_rival(testset, options.model, options.rivals)))
        ours.append(_print_row(name, run_ours(testset, arguments)))
    print(f"\nTo the error of {options.model}, least / median of {options.repeats}, for it and for")
    print(f"{name}:")
    for kind, unit in _TIMES:
        their_times, our_times = _times(theirs, kind), _times(ours, kind)
        ratio = statistics.median(a / b for a, b in zip(their_times, our_times, strict=True))
        print(f"{spread(their_times)} and {spread(our_times)} {unit}, a ratio of {ratio:.1f}.")


def _ladder(train_args: str) -> Iterator[list[str]]:
    for epochs in _EPOCHS:
        yield ["--epochs", str(epochs), *shlex.split(train_args)]


def _print_row(name: str, result: Result) -> Result:
    scores = f"{result.scores.smape:.2f} | {result.scores.mase:.3f}"
    cost = result.cost
    times = f"{cost.wall:.1f} | {cost.cpu:.1f}"
    print(f"| {name} | {scores} | {times} | {cost.peak_mib:.0f} |", flush=True)
    return result


def _times(results: Sequence[Result], kind: _Kind) -> list[float]:
    return [getattr(result.cost, kind) for result in results]


if __name__ == "__main__":
    main()
