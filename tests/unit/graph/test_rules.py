"""Each rule gives what NumPy gives; what has none is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from forecast_cli.folding import Arrays, fold
from forecast_cli.graph.traced import UntraceableError
from tests.contexts import many_contexts
from tests.tracing import run_as_graph

VALUES = many_contexts()[:, -7:]


def assert_same(function: Callable[..., Any], *arrays: np.ndarray[Any, Any]) -> None:
    with np.errstate(all="ignore"):
        expected = function(*arrays)
    expected = expected if isinstance(expected, tuple) else (expected,)
    for ours, theirs in zip(run_as_graph(function, *arrays), expected, strict=True):
        assert ours.dtype == np.asarray(theirs).dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + 1,
        lambda x: 2 - x.astype(np.float32),
        lambda x: np.isfinite(x) * 0.8 ** np.arange(7),
        lambda x: np.isfinite(x) & (x > 3) | ~np.isnan(x),
        lambda x: np.isfinite(x).sum(axis=1) // 2,
        lambda x: np.divide(1.0, x, out=np.zeros_like(x), where=x > 0),
        lambda x: np.log(x, where=x > 0, out=np.zeros_like(x)),
        lambda x: np.maximum(np.sign(x), np.tanh(x)) ** 2,
        lambda x: np.where(x > 3, x, -1.0) != x,
        lambda x: (x[:, 1:] > 3) >= (x[:, :-1] > 3),
    ],
)
def test_operators_have_numpys_types_and_values(function: Callable[..., Any]) -> None:
    assert_same(function, VALUES)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[:, ::-1],
        lambda x: x[:, -3:-1],
        lambda x: x[..., None, 2],
        lambda x: x[:, [4, 1]],
        lambda x: x[np.arange(len(x)), np.isfinite(x).argmax(axis=1)],
        lambda x: x[np.isfinite(x).all(axis=1)],
        lambda x: x[np.nonzero(x > 3)],
        lambda x: x[np.flatnonzero(x[:, -1] > 3)] + np.zeros((1, 7)),
    ],
)
def test_parts_are_taken_as_numpy_takes_them(function: Callable[..., Any]) -> None:
    assert_same(function, VALUES)


def replaced(x: Any, key: Any, value: Any) -> Any:
    x = x.copy()
    x[key(x)] = value(x)
    return x


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (lambda x: (slice(None), -1), lambda x: x[:, 0]),
        (lambda x: (slice(None), -1), lambda x: 5.0),
        (lambda x: slice(None), lambda x: x[:, :1]),
        (lambda x: (slice(None), slice(2, 4)), lambda x: x[:, :2]),
        (lambda x: (slice(None), [1, 3]), lambda x: np.nan),
        (lambda x: x > 3, lambda x: 0.0),
        (lambda x: x[:, -1] > 3, lambda x: x[x[:, -1] > 3] * 2),
        (lambda x: np.nonzero(x > 3), lambda x: 1.0),
        (lambda x: (np.arange(len(x)), np.isfinite(x).argmax(axis=1)), lambda x: x[:, -1]),
    ],
)
def test_parts_are_replaced_as_numpy_replaces_them(
    key: Callable[[Any], Any], value: Callable[[Any], Any]
) -> None:
    assert_same(lambda x: replaced(x, key, value), VALUES)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.cumsum(np.isfinite(x), axis=1),
        lambda x: np.logical_or.accumulate(np.isfinite(x), axis=1),
        lambda x: np.maximum.accumulate(np.where(np.isfinite(x), np.arange(7), -1), axis=1),
        lambda x: np.sort(np.nan_to_num(x), axis=1),
        lambda x: np.argsort(np.isfinite(x), axis=1, kind="stable"),
        lambda x: np.median(np.nan_to_num(x), axis=1),
        lambda x: np.median(np.stack((np.nan_to_num(x), 0 * np.nan_to_num(x)), axis=1), axis=1),
        lambda x: np.argpartition(np.nan_to_num(x) + np.arange(7) * 1e6, 0, axis=1)[:, :1],
        lambda x: np.pad(x, ((0, 0), (2, 1)), constant_values=np.nan),
        lambda x: np.repeat(x, 2, axis=1),
        lambda x: np.nanmin(x, axis=1),
        np.diff,
        lambda x: np.zeros((len(x), 2)) + x[:, :2],
        lambda x: np.full((len(x), 2), 7.0) * np.ones_like(x[:, :1]),
        lambda x: np.arange(len(x)) + np.isfinite(x).sum(axis=1),
        lambda x: np.einsum("bc,bc->b", x, x),
        lambda x: np.moveaxis(np.stack((x, 2 * x), axis=2), 2, 1).mean(axis=2),
        lambda x: np.nan_to_num(x).reshape(-1, 7, 1).swapaxes(1, 2).min(axis=2, initial=0.0),
        lambda x: np.take_along_axis(
            np.arange(8.0)[:, None], np.nan_to_num(x).argmax(axis=1)[:, None], axis=0
        ),
    ],
)
def test_functions_give_what_numpy_gives(function: Callable[..., Any]) -> None:
    assert_same(function, VALUES)


def test_equations_are_solved_for_each_row() -> None:
    random = np.random.default_rng(0)
    roots = random.normal(size=(5, 4, 4))
    left, right = roots @ np.moveaxis(roots, 1, 2) + np.eye(4), random.normal(size=(5, 4, 1))
    assert_same(np.linalg.solve, left, right)


def add(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
    total = state[0] + np.nan_to_num(now[0])
    return (total,), (2 * total,)


def add_all(x: Any) -> Any:
    (total,), (given,) = fold(add, (np.zeros_like(x[:, 0]),), (x,))
    return total, given


def add_from_the_first_value(x: Any) -> Any:
    first = np.isfinite(x).argmax(axis=1).min(initial=x.shape[1])
    (total,), _ = fold(add, (np.zeros_like(x[:, 0]),), (x,), first)
    return total


@pytest.mark.parametrize("n_rows", [0, 1, 36])
@pytest.mark.parametrize("function", [add_all, add_from_the_first_value])
def test_a_loop_is_folded_for_any_number_of_rows(function: Callable[..., Any], n_rows: int) -> None:
    assert_same(function, VALUES[:n_rows])


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (np.fft.fft, "no rule for fft"),
        (lambda x: np.add.reduceat(x, [0]), "no rule for add.reduceat"),
        (lambda x: x if x.sum() else -x, "no decisions"),
        (np.array, "no values"),
        (lambda x: x[2:], "a part of the rows"),
        (lambda x: x[:, 0] + np.arange(len(x)) ** 2, "rows that differ"),
    ],
)
def test_what_no_graph_can_do_is_refused(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(UntraceableError, match=words):
        run_as_graph(function, VALUES)
