"""The page on Python says what is true: its code runs from top to bottom."""

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert len(BLOCKS) == 2
    assert list(names["ahead"].columns[:3]) == ["store", "date", "forecast"]
    assert names["ahead"]["date"].min() == pd.Timestamp("2024-12-01")
    assert names["search"].best_estimator_.predict().shape == (12,)
    assert (tmp_path / "sales.forecast").is_file()
