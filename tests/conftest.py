"""What every test can rely on: the same examples in each run, and no settings from outside."""

import gc
import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

# A red run can be repeated. tests/properties/test_many_examples.py takes "thorough";
# `--hypothesis-profile=explore` looks for new examples.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("repeatable")

_COLOUR_VARIABLES = {"FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage, and never look through what was collected.

    The libraries and the tests are a million objects that stay; each look costs a second.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Drop variables that set defaults of the program or force colour on its output."""
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.startswith("FORECAST_") or name in _COLOUR_VARIABLES:
                patch.delenv(name)
        yield
