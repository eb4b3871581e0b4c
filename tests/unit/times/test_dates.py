"""Names of months and other parts of dates."""

import pytest

from forecast_cli.times.dates import month_number


@pytest.mark.parametrize(
    ("name", "month"),
    [("Jan", 1), ("may", 5), ("SEPT", 9), ("Sep.", 9), ("december ", 12)],
)
def test_a_month_is_known_by_its_short_and_its_long_name(name: str, month: int) -> None:
    assert month_number(name) == month


@pytest.mark.parametrize("text", ["", "Ja", "Janvier", "13", "Total"])
def test_other_text_is_no_month(text: str) -> None:
    assert month_number(text) is None
