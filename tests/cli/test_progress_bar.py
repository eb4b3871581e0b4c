from __future__ import annotations

from io import StringIO

from rich import progress as bars
from rich.console import Console

from forecast_cli.cli.progress_bar import _Bars
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
