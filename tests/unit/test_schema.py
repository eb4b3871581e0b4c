import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from forecast_cli.schema import SchemaError, from_plain, to_plain


@dataclass(frozen=True)
class Inner:
    name: str
    size: int


@dataclass(frozen=True)
class Outer:
    ratio: float
    kind: Literal["a", "b"]
    inner: Inner
    items: tuple[Inner, ...]
    scores: dict[str, float]
    limit: int | None
    flag: bool


RECORD = Outer(
    ratio=0.5,
    kind="a",
    inner=Inner("x", 1),
    items=(Inner("y", 2),),
    scores={"80": 0.81},
    limit=None,
    flag=True,
)


def plain(**changes: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(to_plain(RECORD))), **changes}


def test_a_record_survives_the_way_through_json() -> None:
    assert from_plain(Outer, plain()) == RECORD


def test_whole_numbers_are_accepted_where_a_number_is_declared() -> None:
    assert from_plain(Outer, plain(ratio=2)).ratio == 2.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extra": 1}, "unknown key 'extra'"),
        ({"kind": "c"}, "kind is 'c', not one of a, b"),
        ({"ratio": float("inf")}, "ratio is 'inf', not a finite float"),
        ({"ratio": "0.5"}, "ratio"),
        ({"flag": 1}, "flag is '1', not bool"),
        ({"limit": True}, "limit is 'True', not int"),
        ({"inner": {"name": "x"}}, "inner lacks the key 'size'"),
        ({"inner": []}, "inner is .* not an object"),
        ({"items": {}}, "items is '{}', not a list"),
        ({"items": [{"name": 1, "size": 1}]}, r"items\[0\].name is '1', not str"),
        ({"scores": {"80": None}}, "scores.80 is 'None'"),
    ],
)
def test_what_is_not_declared_is_refused_with_its_place(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SchemaError, match=words):
        from_plain(Outer, plain(**changes))


def test_a_missing_key_is_refused() -> None:
    record = plain()
    del record["ratio"]
    with pytest.raises(SchemaError, match="lacks the key 'ratio'"):
        from_plain(Outer, record)


def test_numbers_that_are_not_finite_become_null() -> None:
    assert to_plain({"a": float("nan"), "b": (1, float("-inf"))}) == {"a": None, "b": [1, None]}
