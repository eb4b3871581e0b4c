"""How many examples a law is tried on: a share of those of the profile."""

from hypothesis import settings


def share(percent: int) -> int:
    """The number for a law that is dearer, or needs more examples, than others."""
    return max(3, settings().max_examples * percent // 100)
