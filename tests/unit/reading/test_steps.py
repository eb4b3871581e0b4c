from collections.abc import Callable

import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.spans import find_spans
from forecast_cli.reading.steps import Steps, find_steps

NAN = float("nan")
Observe = Callable[..., Observations]


def steps_of(observed: Observations, config: ReadConfig = ReadConfig()) -> tuple[Steps, list[str]]:
    notices: list[Notice] = []
    spans = find_spans(observed, config, lambda notice: None)
    steps = find_steps(observed, spans, config, notices.append)
    return steps, [notice.text for notice in notices]


def test_values_without_gaps_are_their_own_steps(observe_series: Observe) -> None:
    observed = observe_series([1.0, 2.0, 3.0], [4.0], steps=[3, 4, 5, 9])
    steps, told = steps_of(observed)
    assert steps.starts.tolist() == [3, 9]
    assert steps.offsets.tolist() == [0, 3, 4]
    assert steps.lengths.tolist() == [3, 1]
    assert steps.spread(observed.values) is observed.values
    assert told == []


def test_steps_that_no_row_has_are_missing_and_told(observe_series: Observe) -> None:
    observed = observe_series([1.0, 2.0], [3.0, 4.0, 5.0], steps=[0, 1, 5, 8, 9])
    steps, told = steps_of(observed)
    expected = [1, 2, 3, NAN, NAN, 4, 5]
    np.testing.assert_array_equal(steps.spread(observed.values), expected)
    assert told == [
        "f.csv: 2 times of the calendar (every step) absent, first 6 before line 5 (8, s1); "
        "left as gaps"
    ]


def test_a_jump_beside_blanks_at_the_ends_is_no_gap(observe_series: Observe) -> None:
    values = [NAN, 1.0, 2.0, 3.0, NAN]
    steps, told = steps_of(observe_series(values, steps=[0, 4, 5, 6, 9]))
    assert (steps.starts.tolist(), steps.indices, told) == ([4], None, [])
    values[2:2] = [7.0]
    steps, told = steps_of(observe_series(values, steps=[0, 4, 5, 7, 8, 11]))
    assert steps.indices is not None
    assert steps.indices.tolist() == [0, 1, 3, 4]
    assert "1 time of the calendar (every step) absent, first 6 before line 5 (7)" in told[0]


def test_steps_far_beyond_the_rows_are_refused_by_the_rows_that_are_kept(
    observe_series: Observe,
) -> None:
    far = observe_series([NAN, 1.0, 2.0], steps=[0, 1, 20_000_000])
    with pytest.raises(DataError, match="holds 2 values on 20000000 steps"):
        steps_of(far)
