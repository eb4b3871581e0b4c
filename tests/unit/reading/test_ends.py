import numpy as np

from forecast_cli.notices import Notice
from forecast_cli.reading.ends import Ends
from forecast_cli.times.calendar import Calendar


def told(calendar: Calendar, *parts: list[int]) -> list[str]:
    notices: list[Notice] = []
    ends, names = Ends(calendar), iter("abcdefgh")
    for part in parts:
        called = [next(names) for _ in part]
        ends.note(np.array(part), called.__getitem__)
    ends.tell(notices.append)
    return [notice.text for notice in notices]


def test_series_that_end_before_the_latest_are_named_whatever_part_they_are_in() -> None:
    expected = [
        "4 series end before 1975: a (1973), c (1974), d (1974) and 1 more; each forecast starts "
        "after the end of its own series"
    ]
    assert told(Calendar.years(), [1973, 1975, 1974, 1974, 1973]) == expected
    assert told(Calendar.years(), [1973], [1975, 1974], [1974, 1973]) == expected


def test_ends_that_are_alike_are_not_told() -> None:
    assert told(Calendar.years(), [1975], [1975, 1975]) == []


def test_steps_that_most_series_count_for_themselves_say_nothing() -> None:
    assert told(Calendar.steps(), [5, 6], [7]) == []
    assert len(told(Calendar.steps(), [5, 7], [7, 7])) == 1
