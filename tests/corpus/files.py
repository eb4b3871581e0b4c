"""All cases of the corpus."""

from tests.corpus import (
    calendars,
    dates,
    encodings,
    formats,
    missing,
    numbers,
    panels,
    sizes,
    strange,
    structure,
    times,
)
from tests.corpus.cases import Case

_MODULES = (
    *(encodings, structure, sizes, formats),
    *(numbers, strange, missing),
    *(dates, times, calendars, panels),
)
CASES: tuple[Case, ...] = tuple(case for module in _MODULES for case in module.CASES)
