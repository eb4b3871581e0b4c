import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.times.timeformats import may_be_times, share_readable

NUMBER = st.from_regex(r"[+-]?([0-9]{1,10}|[0-9]{1,9}\.[0-9]{0,6}|\.[0-9]{1,8})", fullmatch=True)
TIME = st.dates().map(lambda date: date.strftime("%Y%m%d")) | st.dates().map(
    lambda date: f"{date.month}.{date.year:04}"
)


@given(st.one_of(NUMBER, TIME))
def test_no_number_that_reads_as_a_time_is_passed_over(number: str) -> None:
    assert may_be_times([number]) or share_readable([number]) == 0


@pytest.mark.parametrize("time", ["20240131", "1.2024", "01.2024"])
def test_one_time_among_numbers_is_seen(time: str) -> None:
    assert share_readable([time]) == 1
    assert may_be_times(["7", time, "1.5"])
    assert not may_be_times(["7", "1.5"])
