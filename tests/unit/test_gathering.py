from forecast_cli.gathering import Gathering
from forecast_cli.notices import Headcount, Notice, first_of
from forecast_cli.wording import some_of


def missing(count: int, *named: str) -> Notice:
    headcount = Headcount(
        topic="missing",
        count=count,
        named=named,
        say=lambda n, names: f"{n} missing: {some_of(n, names)}",
    )
    return headcount.notice("warning")


def texts(*notices: Notice, opened_after: int = 0) -> list[str]:
    told: list[str] = []
    gathering = Gathering(lambda notice: told.append(notice.text))
    for number, notice in enumerate(notices):
        if number == opened_after:
            gathering.open()
        gathering.tell(notice)
    told.append("end of parts")
    gathering.close()
    return told


def test_what_is_counted_is_told_once_over_all_parts() -> None:
    found = texts(missing(2, "a", "b"), missing(1, "c"), missing(4, "d", "e", "f"))
    assert found == ["end of parts", "7 missing: a, b, c and 4 more"]


def test_a_notice_on_one_part_says_the_same_as_the_notice_on_all() -> None:
    assert texts(missing(1, "a"))[-1] == missing(1, "a").text == "1 missing: a"


def test_what_is_not_counted_is_told_at_once_and_not_again() -> None:
    guess = Notice("guess", "columns: y")
    assert texts(guess, guess) == ["columns: y", "end of parts"]


def test_nothing_is_told_before_it_is_final() -> None:
    told: list[Notice] = []
    gathering = Gathering(told.append)
    gathering.tell(Notice("guess", "columns: y"))
    assert told == []
    gathering.open()
    assert told == [Notice("guess", "columns: y")]


def test_very_many_notices_are_cut_short() -> None:
    found = texts(*(Notice("warning", f"line {n}") for n in range(1000)))
    assert len(found) == 22
    assert found[-1] == "980 more such notices on later series"


def test_only_the_first_place_is_named() -> None:
    headcount = first_of("t", 1, "line 2", lambda n, first: f"{n}, first {first}")
    later = first_of("t", 3, "line 9", lambda n, first: f"{n}, first {first}")
    assert (headcount + later).notice("warning").text == "4, first line 2"
