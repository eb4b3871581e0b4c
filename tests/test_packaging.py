"""What is installed, and under which name and version."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = SETTINGS["project"]["optional-dependencies"]


def test_the_installed_version_is_that_of_the_project() -> None:
    assert version("forecast-cli") == SETTINGS["project"]["version"]


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)
    assert newest is not None
    assert newest[1] == SETTINGS["project"]["version"]


def test_the_dev_group_is_the_test_extra() -> None:
    assert SETTINGS["dependency-groups"]["dev"] == EXTRAS["test"]


def test_the_extra_all_holds_every_feature_but_ray() -> None:
    features = set(EXTRAS) - {"all", "ray", "test"}
    assert EXTRAS["all"] == [f"forecast-cli[{','.join(sorted(features))}]"]
