from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.read_config import Missing, ReadConfig
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.spans import Spans, find_spans

NAN = float("nan")
Observe = Callable[..., Observations]
SERIES = st.lists(st.sampled_from([NAN, 1.0]), min_size=1, max_size=6).filter(lambda s: 1.0 in s)


def spans_of(observed: Observations, missing: Missing | None = None) -> tuple[Spans, list[str]]:
    notices: list[Notice] = []
    spans = find_spans(observed, ReadConfig(missing=missing), notices.append)
    return spans, [notice.text for notice in notices]


@given(series=st.lists(SERIES, min_size=1, max_size=6))
def test_series_are_kept_from_their_first_to_their_last_value(
    series: list[list[float]], observe_series: Observe
) -> None:
    spans, _ = spans_of(observe_series(*series))
    expected, start = [], 0
    for values in series:
        known = np.flatnonzero(~np.isnan(values)) + start
        expected.append((known[0], known[-1]))
        start += len(values)
    assert list(zip(spans.first, spans.last, strict=True)) == expected
    kept = [row for first, last in expected for row in range(first, last + 1)]
    assert spans.cut(np.arange(start)).tolist() == kept
    assert spans.n_rows == len(kept)


def test_where_nothing_is_missing_nothing_is_copied(observe_series: Observe) -> None:
    observed = observe_series([1.0, 2.0], [3.0])
    spans, told = spans_of(observed)
    assert spans.cut(observed.values) is observed.values
    assert told == []


def test_blanks_before_the_first_value_are_counted_and_those_behind_the_last_told_apart(
    observe_series: Observe,
) -> None:
    _, told = spans_of(observe_series([NAN, 1.0, NAN, 2.0, NAN, NAN], [NAN, 3.0]))
    assert told == [
        "f.csv: the newest value of 1 series is missing, first line 7 (5, s0); the last known one "
        "is of 3, so the forecast starts at 4",
        "f.csv: 3 values missing in column y, first line 2 (0, s0); left as gaps",
    ]


def test_missing_values_may_be_refused_but_for_the_newest(observe_series: Observe) -> None:
    assert spans_of(observe_series([1.0, NAN]), "error")[0].n_rows == 1
    with pytest.raises(DataError, match="1 value missing in column y, first line 2"):
        spans_of(observe_series([NAN, 1.0]), "error")
