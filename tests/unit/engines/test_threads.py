from collections.abc import Generator
from threading import Event
from time import sleep

import pytest

from forecast_cli.engines.threads import Threads
from forecast_cli.engines.work import IsStopped
from forecast_cli.errors import DataError
from tests import works


def ignore(*_: object) -> None:
    pass


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_parts(workers: int) -> None:
    assert Threads(workers).run(works.doubling, [3, 1, 2], 3, hear=ignore) == [6, 2, 4]


def test_what_work_says_is_heard_in_order_with_the_number_of_its_part() -> None:
    heard: list[tuple[int, str]] = []
    Threads().run(works.doubling, [3, 1], 2, hear=lambda *said: heard.append(said))
    assert heard == [(0, "doubling 3"), (0, "done"), (1, "doubling 1"), (1, "done")]


def test_no_parts_are_no_work() -> None:
    assert Threads(2).run(works.doubling, [], 0, hear=ignore) == []


def test_a_fault_of_one_part_is_raised() -> None:
    with pytest.raises(DataError, match=r"^-1 is negative$"):
        Threads(2).run(works.refusing, [1, -1], 2, hear=ignore)


def test_after_a_fault_no_work_goes_on_behind_it() -> None:
    begun, ended = Event(), Event()

    def slow_beside_a_fault(_: None, number: int, __: IsStopped) -> Generator[None, None, None]:
        if number == 0:
            assert begun.wait(timeout=10)
            raise DataError("a fault")
        begun.set()
        sleep(0.2)
        ended.set()
        yield

    with pytest.raises(DataError):
        Threads(2).run(slow_beside_a_fault, None, 2, hear=ignore)
    assert ended.is_set()


def test_a_fault_in_hearing_stops_work_that_would_never_end() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Threads(2).run(works.endless, "", 2, hear=interrupt)
