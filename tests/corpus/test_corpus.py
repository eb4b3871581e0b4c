"""Every file of the corpus is read rightly, or refused in one clear line."""

import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.cleaning import treat_outliers
from forecast_cli.config import Settings
from forecast_cli.document import to_json
from forecast_cli.errors import DataError, UserError
from forecast_cli.inspect_findings import InspectReport
from forecast_cli.inspecting import inspect
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from tests.corpus.cases import Case, table
from tests.corpus.files import CASES

ROOT = Path(__file__).parents[2]
BY_NAME = {case.name: case for case in CASES}
# A message ends in what to do, after a semicolon, or names the option.
REMEDY = re.compile(r";|--")

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def path_of(case: Case, folder: Path) -> Path:
    path = folder / f"data{case.suffix}"
    path.write_bytes(case.bytes)
    return path


def check_words(text: str) -> None:
    """One line that cannot drive a terminal and does not flood it."""
    assert text.isprintable()
    assert len(text) < 700


def check_panel(panel: Panel, case: Case) -> None:
    expected = case.panel
    if expected.values is not None:
        assert np.array_equal(panel.values, expected.values, equal_nan=True)
    if expected.next_times is not None:
        assert tuple(panel.calendar.labels(panel.ends + 1)) == expected.next_times
    if expected.ids is not None:
        assert tuple(", ".join(key) for key in panel.ids.tolist()) == expected.ids


@every_case
def test_a_file_is_read_rightly_or_refused_in_one_clear_line(case: Case, tmp_path: Path) -> None:
    path = path_of(case, tmp_path)
    notices: list[Notice] = []
    if case.outcome == "refused":
        with pytest.raises(UserError) as refusal:
            read_panel(str(path), case.config, notices.append)
        message = str(refusal.value)
        check_words(message)
        assert str(path) in message or "--" in message
        assert REMEDY.search(message), message
        assert not [fact for fact in case.facts if fact not in message], message
        return
    panel = read_panel(str(path), case.config, notices.append)
    if case.outcome == "told":
        treat_outliers(panel, "keep", 1, notices.append)
    texts = [notice.text for notice in notices]
    for text in texts:
        check_words(text)
    check_panel(panel, case)
    if case.outcome == "told":
        assert any(all(fact in text for fact in case.facts) for text in texts), texts
    else:
        assert not [notice.text for notice in notices if notice.kind != "guess"]


def inspected(case: Case, folder: Path) -> InspectReport:
    """What inspect finds, which is well-formed text and JSON."""
    report = inspect(
        str(path_of(case, folder)), settings=Settings(read=case.config), tell=lambda _: None
    )
    json.loads(to_json(report), parse_constant=pytest.fail)
    for problem in report.problems:
        check_words(problem)
    return report


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.slow if number % 4 else ())
        for number, case in enumerate(case for case in CASES if case.outcome == "told")
    ],
    ids=lambda case: case.name,
)
def test_inspect_understands_a_messy_file(case: Case, tmp_path: Path) -> None:
    report = inspected(case, tmp_path)
    assert report.understood is not None
    assert not report.problems


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.outcome == "read"], ids=lambda case: case.name
)
def test_inspect_understands_what_is_read(case: Case, tmp_path: Path) -> None:
    assert inspected(case, tmp_path).understood is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.outcome == "refused"], ids=lambda case: case.name
)
def test_inspect_shows_why_a_file_is_refused(case: Case, tmp_path: Path) -> None:
    try:
        report = inspected(case, tmp_path)
    except UserError:
        return
    assert report.columns
    assert report.problems or report.ties
    assert report.understood is None


def test_the_corpus_is_large_and_its_names_differ() -> None:
    outcomes = Counter(case.outcome for case in CASES)
    assert outcomes.total() >= 180
    assert min(outcomes[kind] for kind in ("read", "told", "refused")) >= 50
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize(
    ("name", "lifted"),
    [
        ("a file above the limit", {"max_bytes": 1000}),
        ("unpacked above the limit", {"max_bytes": 1000}),
        ("a long line", {"max_line_bytes": 200}),
        ("more columns than asked for", {"max_columns": 12}),
    ],
)
def test_the_option_that_a_message_names_lifts_the_limit(
    tmp_path: Path, name: str, lifted: dict[str, int]
) -> None:
    case = BY_NAME[name]
    config = replace(case.config, **lifted)  # type: ignore[arg-type]
    path = str(path_of(case, tmp_path))
    assert "limit" in message_of(path, case.config)
    assert "limit" not in message_of(path, config)


def message_of(path: str, config: ReadConfig) -> str:
    """The refusal; "" where the file is read."""
    try:
        read_panel(path, config, lambda _: None)
    except UserError as error:
        return str(error)
    return ""


def refusal_of(source: Path) -> str:
    with pytest.raises(DataError) as refusal:
        read_panel(str(source), ReadConfig(), lambda _: None)
    check_words(str(refusal.value))
    return str(refusal.value)


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    message = refusal_of(tmp_path)
    assert f"{tmp_path} holds no file of data; accepted are files named *.csv" in message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = refusal_of(tmp_path / "a\x1b31m.csv")
    assert r"a\x1b31m.csv cannot be read: no such file" in message
    assert "check the name" in message


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").symlink_to(tmp_path / "gone.csv")
    assert "data.csv cannot be read: no such file" in refusal_of(tmp_path / "data.csv")


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").symlink_to(tmp_path / "data.csv")
    assert "data.csv cannot be read" in refusal_of(tmp_path / "data.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(table())
    path.chmod(stat.S_IWUSR)
    assert "ask for the right to read it" in refusal_of(path)


@pytest.mark.parametrize(
    "name",
    [
        "a quote that is never closed",
        "gzip cut at half",
        "escape codes in a value",
        "an encoding that is not known",
        "two values for one time",
    ],
)
@pytest.mark.slow
def test_the_program_refuses_a_file_and_writes_nothing(tmp_path: Path, name: str) -> None:
    case = BY_NAME[name]
    path = path_of(case, tmp_path)
    encoding = [] if case.config.encoding is None else ["--encoding", case.config.encoding]
    result = subprocess.run(
        [sys.executable, "-m", "forecast_cli", "train", path.name, *encoding],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == (2 if encoding else 1)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr
    assert all(fact in result.stderr.replace("\n", " ") for fact in case.facts)
    assert list(tmp_path.iterdir()) == [path]
