"""What holds for every panel, whatever file it came from."""

import numpy as np

from forecast_cli.panel import Panel
from forecast_cli.times.calendar import Calendar

_STEPS = 30
_YEAR_10000 = int(np.datetime64("9999-12-31", "us").astype(np.int64))
"""Until then, years have four digits."""


def check_sound(panel: Panel) -> None:
    """Values are finite or inside gaps, series are named apart, and next times can be read back."""
    assert panel.offsets[-1] == len(panel.values)
    assert not np.isinf(panel.values).any()
    assert (panel.lengths >= 1).all()
    assert not np.isnan(panel.values[panel.offsets[:-1]]).any()
    assert not np.isnan(panel.values[panel.offsets[1:] - 1]).any()
    assert len({tuple(key) for key in panel.ids}) == panel.n_series
    assert Calendar.from_dict(panel.calendar.to_dict()) == panel.calendar
    _check_next_times(panel.calendar, int(panel.ends.max()))


def _check_next_times(calendar: Calendar, end: int) -> None:
    positions = end + 1 + np.arange(_STEPS)
    labels = calendar.labels(positions)
    assert len(set(labels)) == _STEPS
    if calendar.kind == "date" and calendar.grid.times(positions).max() < _YEAR_10000:
        times = calendar.text.parse([str(label) for label in labels])
        assert not times.bad.any()
        moments = times.utc if calendar.grid.unit == "instant" else times.wall
        assert np.array_equal(calendar.positions(moments), positions)
