"""The tests of the tests: a fault built into a copy turns every test named for it red."""

from pathlib import Path

import pytest

from tests.trust.faults import MUTANTS
from tests.trust.mutants import Mutant, apply, copy_project, failed_tests

every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=[one.name for one in MUTANTS])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mutants")
    copy_project(path)
    return path


@every_mutant
def test_every_fault_still_finds_the_code_it_is_to_spoil(mutant: Mutant, folder: Path) -> None:
    for path, text in apply(mutant, folder).items():
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
        path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_without_a_fault_all_tests_that_are_to_notice_one_are_green(folder: Path) -> None:
    tests = tuple(dict.fromkeys(test for mutant in MUTANTS for test in mutant.tests))
    red, words = failed_tests(tests, folder)
    assert not red, words


@pytest.mark.slow
@every_mutant
def test_a_fault_turns_the_tests_red_that_are_to_notice_it(mutant: Mutant, folder: Path) -> None:
    before = apply(mutant, folder)
    try:
        red, words = failed_tests(mutant.tests, folder)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    assert red == set(mutant.tests), words
