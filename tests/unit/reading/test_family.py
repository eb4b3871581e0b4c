import numpy as np

from forecast_cli.reading.family import find_family, with_siblings
from forecast_cli.times.calendar import Calendar

IDS = np.array([["a", "x"], ["a", "y"], ["b", "y"]], dtype=object)
STARTS = np.zeros(3, dtype=np.int64)


def test_the_targets_of_one_thing_are_a_family() -> None:
    family = find_family(IDS, ["x", "y"])
    assert family.identity.tolist() == [0, 1, 1]
    assert family.members.tolist() == [[0, 1], [0, 1], [-1, 2]]


def test_a_target_that_the_model_does_not_know_belongs_to_none() -> None:
    family = find_family(IDS, ["y"])
    assert family.identity.tolist() == [-1, 0, 0]
    assert family.members.tolist() == [[1], [1], [2]]


def test_every_target_is_a_sibling_and_the_identity_names_them_all() -> None:
    covariates = with_siblings(None, Calendar.steps(), STARTS, IDS)
    assert covariates is not None
    assert [(c.name, c.role, c.categories) for c in covariates.columns] == [
        ("x", "sibling", None),
        ("y", "sibling", None),
        ("target", "identity", ("x", "y")),
    ]
    assert [column.name for column in covariates.varying] == ["x", "y"]


def test_one_target_has_no_siblings() -> None:
    assert with_siblings(None, Calendar.steps(), STARTS[:1], IDS[:1]) is None


def test_very_many_targets_are_no_siblings() -> None:
    many = np.array([[str(number)] for number in range(31)], dtype=object)
    assert with_siblings(None, Calendar.steps(), np.zeros(31, dtype=np.int64), many) is None
