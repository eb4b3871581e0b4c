from collections.abc import Callable

import pytest

from forecast_cli.reading.layout import Observations
from forecast_cli.reading.sentinels import sentinel_notice

NAN = float("nan")
Observe = Callable[..., Observations]


def test_one_negative_number_that_may_stand_for_missing_ones_is_told(
    observe_series: Observe,
) -> None:
    notice = sentinel_notice(observe_series([1.0, -999.0, NAN], [-999.0, 5.0]))
    assert notice is not None
    assert notice.text == (
        "f.csv: 2 values of -999, first line 3 (1, s0); leave the field empty where this stands "
        "for a missing one"
    )


@pytest.mark.parametrize(
    "values", [[1.0, 2.0], [-99.0, -98.0], [-3.0, -99.0], [-98.0], [99.0, NAN], [NAN, 0.0]]
)
def test_other_numbers_are_values(values: list[float], observe_series: Observe) -> None:
    assert sentinel_notice(observe_series(values)) is None
