"""Columns beside the target: which are numbers, which are categories, and what is refused."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig
from tests.panels import covariates_of

Read = Callable[..., Panel]


def daily(name: str, *cells: object, rows: int = 12) -> str:
    """Daily sales with one more column, whose cells come again and again."""
    lines = [f"2024-01-{n + 1:02d},{10 + n},{cells[n % len(cells)]}\n" for n in range(rows)]
    return f"date,sales,{name}\n" + "".join(lines)


def future(*names: str, categorical: tuple[str, ...] = ()) -> ReadConfig:
    return ReadConfig(future=names, categorical=categorical)


def column_of(panel: Panel) -> tuple[tuple[str, ...] | None, list[float]]:
    covariates = covariates_of(panel)
    return covariates.columns[0].categories, covariates.values[:, 0].tolist()


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


def test_numbers_are_read_as_the_target_is(panel_of: Read) -> None:
    assert column_of(panel_of(daily("price", 2, "1.5e1"), future("price")))[1][:3] == [2, 15, 2]
    text = daily("price", "x").replace(",", ";").replace("x", "2,25")
    assert column_of(panel_of(text, future("price")))[1][0] == 2.25


@pytest.mark.parametrize("years", [("2023", "2024"), ("20240101", "20240102")])
def test_numbers_that_look_like_times_are_numbers(panel_of: Read, years: tuple[str, str]) -> None:
    categories, values = column_of(panel_of(daily("model", *years), future("model")))
    assert categories is None
    assert values[0] == float(years[0])


def test_texts_are_categories_in_order(panel_of: Read) -> None:
    categories, values = column_of(panel_of(daily("event", "sale", " fair "), future("event")))
    assert categories == ("fair", "sale")
    assert values[:3] == [1, 0, 1]


def test_none_and_na_are_categories_where_there_are_others(panel_of: Read) -> None:
    text = daily("event", "none", "NA", "sale")
    assert column_of(panel_of(text, future("event")))[0] == ("NA", "none", "sale")


def test_a_blank_says_that_there_was_no_event(panel_of: Read, notices: list[Notice]) -> None:
    categories, values = column_of(panel_of(daily("event", "", "", "sale"), future("event")))
    assert categories == ("", "sale")
    assert values[:3] == [0, 0, 1]
    assert "missing" not in told(notices)


@pytest.mark.parametrize("usual", ["", "none", "NA"])
def test_an_event_that_is_named_far_down_the_file_makes_categories(
    panel_of: Read, usual: str
) -> None:
    lines = [f"{n},{n % 7},{'fair' if n == 2900 else usual}\n" for n in range(3000)]
    config = ReadConfig(future=("event",), target=("sales",), time="step")
    categories, values = column_of(panel_of("step,sales,event\n" + "".join(lines), config))
    assert categories == tuple(sorted((usual, "fair")))
    assert values[2900] != values[2899]


@pytest.mark.parametrize("words", [("true", "false"), ("TRUE", "FALSE"), ("True", "False", "")])
def test_true_and_false_are_categories(panel_of: Read, words: tuple[str, ...]) -> None:
    assert column_of(panel_of(daily("open", *words), future("open")))[0] == tuple(sorted(words))


def test_numbers_are_categories_where_it_is_said(panel_of: Read) -> None:
    config = future("shop", categorical=("SHOP",))
    categories, values = column_of(panel_of(daily("shop", 10, 9), config))
    assert categories == ("10", "9")
    assert values[:2] == [0, 1]


def test_a_blank_is_no_category_of_a_column_that_stays_the_same(panel_of: Read) -> None:
    panel = panel_of(daily("size", "", "big"), ReadConfig(static=("size",)))
    assert covariates_of(panel).columns[0].categories == ("big",)
    assert covariates_of(panel).static.tolist() == [[0]]


def test_a_word_among_numbers_is_refused_with_advice(panel_of: Read) -> None:
    words = r"line 6, column price: 'x' is not a number.*name it with --categorical"
    with pytest.raises(DataError, match=words):
        panel_of(daily("price", 1, 2, 3, 4, "x", 5, 6, 7, 8, 9, 10, 11), future("price"))


def test_a_category_must_be_a_covariate(panel_of: Read) -> None:
    with pytest.raises(ConfigError, match="--categorical names column 'sales', which is no cov"):
        panel_of(daily("price", 1, 2), future("price", categorical=("sales",)))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ReadConfig(future=("price",), past=("Price",)), "price is named by --past and --future"),
        (ReadConfig(static=("PRICE", "price")), "price is named by --static and --static"),
        (ReadConfig(future=("price",), target=("Price",)), "named by --future and --target"),
        (ReadConfig(future=("DATE",), time="date", target=("sales",)), "by --future and --time"),
        (ReadConfig(static=("PRICE",), id=("price",)), "by --static and --id"),
    ],
)
def test_a_column_has_one_role_however_it_is_written(
    panel_of: Read, config: ReadConfig, words: str
) -> None:
    with pytest.raises(ConfigError, match=f"{words}; it can have one role"):
        panel_of(daily("price", 1, 2), config)


def test_a_column_that_is_not_there_is_named_with_its_option(panel_of: Read) -> None:
    with pytest.raises(ConfigError, match=r"column cost \(--past\) is not in .*date, sales, price"):
        panel_of(daily("price", 1, 2), ReadConfig(past=("cost",)))


def test_a_covariate_is_neither_guessed_as_target_nor_told_as_left_out(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(daily("value", ""), ReadConfig(past=("value",)))
    assert panel.columns.target == "sales"
    assert "left out" not in told(notices)


@pytest.mark.parametrize(
    ("cells", "shown"), [((1, 2.5), "it is 1 and 2.5"), (("s", "big"), "it is 'big' and 's'")]
)
def test_a_static_column_that_changes_is_refused_by_the_name_of_its_series(
    panel_of: Read, cells: tuple[object, ...], shown: str
) -> None:
    lines = [
        f"{s},{2000 + n},{n % 3},{cells[n % 2] if s == 'b' else 7}" for s in "ab" for n in range(6)
    ]
    text = "\n".join(["shop,year,sales,size", *lines]) + "\n"
    with pytest.raises(DataError, match=rf"column size \(--static\) changes within b: {shown}; a"):
        panel_of(text, ReadConfig(static=("size",)))
