from forecast_cli.notices import Notice
from forecast_cli.parts_told import PartsListener
from forecast_cli.progress import ProgressEvent


def test_a_notice_of_many_files_is_told_once() -> None:
    told: list[Notice] = []
    with PartsListener("predicting", 2, told.append, lambda _: None) as listener:
        listener.hear(0, Notice("guess", "columns"))
        listener.hear(1, Notice("guess", "columns"))
    assert told == [Notice("guess", "columns")]


def test_of_many_different_notices_the_first_are_told_and_the_others_counted() -> None:
    told: list[Notice] = []
    with PartsListener("predicting", 9, told.append, lambda _: None) as listener:
        for number in range(8):
            listener.hear(number, Notice("warning", f"file {number}"))
    assert [notice.text for notice in told] == [
        *(f"file {number}" for number in range(5)),
        "3 more such notices on other files",
    ]


def test_files_are_counted_as_they_are_done() -> None:
    events: list[ProgressEvent] = []
    with PartsListener("predicting", 2, lambda _: None, events.append) as listener:
        listener.hear(1, None)
        listener.hear(0, None)
    assert [(event.unit, event.epoch, event.epochs) for event in events] == [
        ("part", 1, 2),
        ("part", 2, 2),
    ]
