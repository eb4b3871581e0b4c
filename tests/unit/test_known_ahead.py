"""What is known ahead: from rows behind the target, or from a file of its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.covariates import Covariate
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.known_ahead import check_known_ahead, with_future, with_known_categories
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from tests.panels import (
    EVENT,
    KIND,
    PRICE,
    RAIN,
    SIZE,
    covariates_of,
    make_panel,
    wave,
    with_covariates,
)

READ = ReadConfig(
    future=("event", "price"), past=("rain",), static=("kind",), categorical=("rain",)
)
LAST = 10
"""Of ten days of January, in two shops."""


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    lines = [
        f"{shop},2024-01-{day:02d},{day},{'sale' if day % 3 else ''},{day / 2},{day % 2},{kind}\n"
        for shop, kind in (("a", "big"), ("b", "small"))
        for day in range(1, LAST + 1)
    ]
    path = tmp_path / "data.csv"
    path.write_text("shop,day,sales,event,price,rain,kind\n" + "".join(lines))
    return read_panel(str(path), READ, lambda _: None)


@pytest.fixture
def given(tmp_path: Path, panel: Panel, notices: list[Notice]) -> Callable[..., Panel]:
    """The panel with what a text says, as a file of what is known ahead."""

    def read(text: str, *, horizon: int = 4, config: ReadConfig = ReadConfig()) -> Panel:
        path = tmp_path / "later.csv"
        path.write_text(text)
        return with_future(panel, str(path), config, notices.append, horizon=horizon)

    return read


def days(*cells: str, first: int = LAST + 1, ids: tuple[str, ...] = ("",)) -> str:
    return "".join(
        f"{shop}2024-01-{first + n:02d},{cell}\n" for shop in ids for n, cell in enumerate(cells)
    )


def prices(panel: Panel, series: int = 0) -> list[float]:
    known = covariates_of(panel)
    found = known.values[known.offsets[series] : known.offsets[series + 1], 2]
    ahead: list[float] = np.nan_to_num(found[LAST:], nan=-1).tolist()
    return ahead


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


# `rain` stands first among the columns that vary.
Given = Callable[..., Panel]


def test_without_ids_a_file_speaks_of_every_series(given: Given) -> None:
    panel = given("day,event,price\n" + days("sale,7", ",8", ",9", ",9.5"))
    assert prices(panel, 0) == prices(panel, 1) == [7, 8, 9, 9.5]
    check_known_ahead(panel, 4)


def test_with_ids_a_file_speaks_of_the_series_it_names(given: Given, notices: list[Notice]) -> None:
    text = "day,event,price,shop\n"
    text += days(",1,b", ",2,b") + days(",3,a", ",4,a") + days(",5,zoo", ",6,zoo")
    panel = given(text, horizon=2)
    assert prices(panel, 0) == [3, 4]
    assert prices(panel, 1) == [1, 2]
    assert "later.csv: 1 series that the data lacks left out" in told(notices)


def test_letter_case_of_its_columns_does_not_matter(given: Given) -> None:
    panel = given("DAY,Event,PRICE,Shop\n" + days(",1,b", ",2,b") + days(",3,a", ",4,a"))
    assert prices(panel, 0) == [3, 4]


def test_a_single_row_is_enough_for_a_single_step(given: Given) -> None:
    panel = given("day,event,price\n" + days("sale,7"), horizon=1)
    check_known_ahead(panel, 1)
    with pytest.raises(DataError, match="for 2024-01-12 are missing"):
        check_known_ahead(panel, 2)


def test_what_lies_before_the_series_or_beyond_the_horizon_takes_no_room(given: Given) -> None:
    text = "day,event,price\n2023-12-30,,9\n2023-12-31,,9\n" + days(*[",8"] * LAST, first=1)
    panel = given(text + days(",1", ",2", ",3", ",4", ",5"), horizon=2)
    assert prices(panel) == [1, 2]
    assert len(covariates_of(panel).values) == 2 * (LAST + 2)


def test_a_file_says_anew_what_the_data_said(given: Given, panel: Panel) -> None:
    later = given("day,event,price\n" + days("sale,70", ",", first=LAST))
    before, after = (covariates_of(p).values[LAST - 1] for p in (panel, later))
    assert (before[2], after[2]) == (5, 70)
    np.testing.assert_array_equal(after[0], before[0])


def test_categories_have_the_numbers_of_the_data_and_new_ones_are_told(
    given: Given, notices: list[Notice]
) -> None:
    panel = given("day,event,price\n" + days("sale,1", ",1", "fair,1", "none,1"))
    known = covariates_of(panel)
    assert known.columns[1].categories == ("", "sale")
    assert known.values[LAST : LAST + 4, 1].tolist() == [1, 0, -1, -1]
    assert (
        "later.csv: column event holds 'fair', 'none', not seen in training; the model treats it "
        "as unknown"
    ) in told(notices)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("day,event\n" + days("sale"), "column price is not in .*later.csv"),
        ("when,event,price\n" + days("sale,1"), "column day is not in .*later.csv"),
        ("day,event,price\n" + days("sale,low"), "price holds categories, but .* on numbers"),
        (
            "day,event,price\n" + days(",1", ",2") + days(",1", ",3"),
            r"later.csv, lines 3 and 5: two values of column price \(--future\) for 2024-01-12",
        ),
        ("day,event,price\n2024-01-11 12:00,,1\n", "forecasts daily|daily"),
        ("day,event,price\n1,,1\n2,,1\n", "day"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(given: Given, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        given(text)


def test_a_file_on_another_calendar_is_refused(given: Given) -> None:
    text = "day,event,price\n2024-01-01,,1\n2024-02-01,,1\n2024-03-01,,1\n"
    with pytest.raises(DataError, match=r"the times are monthly.*are daily.*at the same times"):
        given(text, config=ReadConfig(freq="MS"))


def test_a_model_that_knows_nothing_ahead_takes_no_file(tmp_path: Path) -> None:
    for panel in (make_panel(wave(9)), with_covariates(make_panel(wave(9)), (RAIN, SIZE))):
        assert with_future(panel, None, ReadConfig(), lambda _: None, horizon=1) is panel
        with pytest.raises(ConfigError, match="--future-data: the model was trained without"):
            with_future(panel, "later.csv", ReadConfig(), lambda _: None, horizon=1)


def test_missing_values_are_refused_by_series_column_and_times() -> None:
    panel = with_covariates(make_panel(wave(9), wave(7)), (PRICE, RAIN), ahead=5)
    known = covariates_of(panel)
    known.values[:, 1] = np.nan
    check_known_ahead(panel, 5)
    known.values[known.offsets[2] - 3 : known.offsets[2] - 1, 0] = np.nan
    words = (
        r"test.csv: column price of b is known ahead \(--future\), but its values for 9 to 10 \(2 "
        r"steps\) are missing; give them in rows after the last target value, or in a file with "
        "--future-data"
    )
    with pytest.raises(DataError, match=words):
        check_known_ahead(panel, 5)
    check_known_ahead(panel, 2)
    with pytest.raises(DataError, match=r"price of a .* for 14 are missing, and for 1 more series"):
        check_known_ahead(panel, 6)


def test_data_without_covariates_know_all_that_they_need() -> None:
    check_known_ahead(make_panel(wave(9)), 100)


def other(panel: Panel, *columns: Covariate) -> Panel:
    return with_covariates(panel, columns)


def test_later_data_have_the_category_numbers_of_the_training(notices: list[Notice]) -> None:
    trained = with_covariates(make_panel(wave(9)), (EVENT, KIND))
    here = replace(EVENT, name="Event", categories=("fair", "new"))
    later = with_covariates(make_panel(wave(30)), (here, KIND))
    found = covariates_of(with_known_categories(later, trained, notices.append))
    codes = covariates_of(later).values[:, 0]
    assert found.values[:, 0].tolist() == np.where(codes == 0, 1, -1).tolist()
    assert found.columns == (EVENT, KIND)
    assert [notice.text for notice in notices] == [
        "test.csv: column Event holds 'new', not seen in training; the model treats it as unknown"
    ]


def test_many_new_categories_are_told_in_part(notices: list[Notice]) -> None:
    panel = make_panel(wave(9))
    many = replace(EVENT, categories=tuple("abcdef"))
    with_known_categories(other(panel, many), other(panel, EVENT), notices.append)
    assert "holds 'a', 'b', 'c' and 3 more, not seen" in told(notices)


@pytest.mark.parametrize(
    ("here", "there", "words"),
    [
        (replace(EVENT, categories=None), EVENT, "event holds numbers, but .* on categories"),
        (replace(KIND, categories=None), KIND, "kind holds numbers, but .* on categories"),
        (replace(SIZE, categories=("x",)), SIZE, "size holds categories, but .* on numbers"),
    ],
)
def test_numbers_are_no_categories(here: Covariate, there: Covariate, words: str) -> None:
    panel = make_panel(wave(9))
    with pytest.raises(DataError, match=words):
        with_known_categories(other(panel, here), other(panel, there), lambda _: None)


@pytest.mark.parametrize(
    ("here", "there", "words"),
    [
        ((PRICE,), (PRICE, EVENT), "--future names price, but the model was trained on price, ev"),
        ((PRICE, RAIN), (PRICE,), "--past names rain, but the model was trained without such col"),
        ((SIZE,), (), "--static names size, but the model was trained without such columns"),
    ],
)
def test_other_covariates_than_those_of_the_training_are_refused(
    here: tuple[Covariate, ...], there: tuple[Covariate, ...], words: str
) -> None:
    panel = make_panel(wave(9))
    trained = other(panel, *there) if there else panel
    with pytest.raises(ConfigError, match=words):
        with_known_categories(other(panel, *here), trained, lambda _: None)
