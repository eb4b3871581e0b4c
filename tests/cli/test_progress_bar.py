from __future__ import annotations

from io import StringIO

from rich import progress as bars
from rich.console import Console

from forecast_cli.cli.progress_bar import _Bars, _Numbers, describe
from forecast_cli.progress import ProgressEvent


def event(stage: str) -> ProgressEvent:
    return ProgressEvent(
        stage=stage, epoch=1, epochs=2, loss=0.5, validation=None, seconds_left=None
    )


def test_bars_that_have_been_silent_for_longest_make_room_for_others() -> None:
    bar = bars.Progress(console=Console(file=StringIO()))
    tell = _Bars(bar)
    for stage in (*map(str, range(12)), "0", "12", "13"):
        tell(event(stage))
    assert [task.description for task in bar.tasks] == ["0", *map(str, range(3, 14))]


def test_a_trial_shows_its_error_and_the_best_so_far() -> None:
    trial = ProgressEvent(
        stage="searching",
        epoch=2,
        epochs=9,
        loss=0.5,
        validation=0.25,
        seconds_left=61,
        unit="trial",
    )
    assert describe(trial) == "trial 2 of 9, error 0.5000, best 0.2500, 1:01 left"
    bar = bars.Progress(_Numbers(), console=Console(file=StringIO()))
    _Bars(bar)(trial)
    assert _Numbers().render(bar.tasks[0]).plain == "2/9  best 0.2500  1:01"
