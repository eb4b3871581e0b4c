"""Progress events -> a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as bars
from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.table import Column
from rich.text import Text

from forecast_cli.cli.options import TalkOptions
from forecast_cli.progress import Progress, ProgressEvent

_EPOCHS_PER_LINE = 5
_SECONDS_PER_LINE = 10.0
_MOST_BARS = 12
_ECHO_WIDTH = 2
"""A terminal shows Ctrl-C as ^C; where that wraps, the bars are cleared one line too low."""

_NOUNS = {"epoch": ("loss", "validation"), "trial": ("error", "best"), "part": ("", "")}

_SHORTENED = Column(no_wrap=True, overflow="ellipsis", ratio=1)


@contextmanager
def showing_progress(console: Console, talk: TalkOptions) -> Iterator[Progress]:
    """Where training tells its progress; what is shown ends with the block."""
    if talk.quiet or talk.no_progress:
        yield lambda _: None
    elif console.is_terminal and not console.is_dumb_terminal:
        bar = _Progress(
            bars.TextColumn("{task.description}", markup=False, table_column=_SHORTENED),
            bars.BarColumn(bar_width=12),
            _Numbers(),
            console=console,
        )
        with bar:
            yield _Bars(bar)
    else:
        yield _Lines(console)


def describe(event: ProgressEvent) -> str:
    """One epoch, trial or part in words.

    >>> describe(ProgressEvent(stage="gru", epoch=5, epochs=25, loss=0.5, validation=None,
    ...                        seconds_left=63.0))
    'epoch 5 of 25, loss 0.5000, 1:03 left'
    """
    loss, validation = _NOUNS[event.unit]
    parts = [f"{event.unit} {event.epoch} of {event.epochs}"]
    if event.unit != "part":
        parts.append(f"{loss} {event.loss:.4f}")
    if event.validation is not None:
        parts.append(f"{validation} {event.validation:.4f}")
    if event.seconds_left is not None and event.epoch < event.epochs:
        parts.append(f"{_clock(event)} left")
    return ", ".join(parts)


def _clock(event: ProgressEvent) -> str:
    minutes, seconds = divmod(round(event.seconds_left or 0), 60)
    return f"{minutes}:{seconds:02}"


class _Progress(bars.Progress):
    """Bars that go away at the end and leave the last columns free."""

    def __init__(self, *columns: bars.ProgressColumn, console: Console) -> None:
        self._terminal = console
        super().__init__(*columns, console=console, transient=True, expand=True)

    def get_renderable(self) -> RenderableType:
        return Constrain(super().get_renderable(), self._terminal.width - _ECHO_WIDTH)


class _Bars:
    """A bar for every stage, as many as a screen can hold: the ones that spoke last."""

    def __init__(self, bar: bars.Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, bars.TaskID] = {}

    def __call__(self, event: ProgressEvent) -> None:
        task = self._tasks.pop(event.stage, None)
        if task is None:
            task = self._bar.add_task(event.stage, total=event.epochs)
        self._tasks[event.stage] = task
        self._bar.update(task, completed=event.epoch, event=event)
        if len(self._tasks) > _MOST_BARS:
            self._bar.remove_task(self._tasks.pop(next(iter(self._tasks))))


class _Numbers(bars.ProgressColumn):
    """Epoch, loss and time left in few columns, beside the bar."""

    def __init__(self) -> None:
        super().__init__(table_column=Column(no_wrap=True, justify="right"))

    def render(self, task: bars.Task) -> Text:
        event: ProgressEvent | None = task.fields.get("event")
        if event is None:
            return Text()
        name, error = _NOUNS[event.unit][0], event.loss
        if event.unit == "trial" and event.validation is not None:
            name, error = _NOUNS[event.unit][1], event.validation
        if event.unit == "part":
            return Text(f"{event.epoch}/{event.epochs}  {_clock(event)}")
        return Text(f"{event.epoch}/{event.epochs}  {name} {error:.4f}  {_clock(event)}")


class _Lines:
    """A line at the first and the last epoch of a stage, and every few epochs or seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0.0

    def __call__(self, event: ProgressEvent) -> None:
        now = time.monotonic()
        is_due = event.epoch in (1, event.epochs) or event.epoch % _EPOCHS_PER_LINE == 0
        if is_due or now - self._last >= _SECONDS_PER_LINE:
            self._last = now
            self._console.print(Text(f"{event.stage}: {describe(event)}"), soft_wrap=True)
