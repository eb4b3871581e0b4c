"""An array that is not there yet: what NumPy does with it is written down as nodes of a graph.

It takes the place of an array [B, ...] in code for NumPy, by NumPy's own protocols (NEP 13 and 18):
operators and functions come to the rules in the modules beside this one. What has no rule is an
error while the graph is written, and so is a decision on a value: a graph has one way for all rows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray
from onnx import helper

from forecast_cli.graph.nodes import GraphWriter, Shape, element

Rule = Callable[..., Any]

UFUNC_RULES: dict[str, Rule] = {}
"""By the name of the ufunc's method: `(ufunc, inputs, **how)`."""

FUNCTION_RULES: dict[Callable[..., Any], Rule] = {}
"""By the function of NumPy: its own arguments."""

INDEX_RULES: dict[str, Rule] = {}
"""`get` and `set`."""


class UntraceableError(Exception):
    """Code did something with a traced array that no graph can do."""


def rule_for(*functions: Callable[..., Any]) -> Callable[[Rule], Rule]:
    """The decorated function writes down what these functions of NumPy do."""

    def register(rule: Rule) -> Rule:
        FUNCTION_RULES.update(dict.fromkeys(functions, rule))
        return rule

    return register


class Traced(NDArrayOperatorsMixin):
    """A value of a graph, with the shape and type that an array in its place has."""

    def __init__(self, writer: GraphWriter, name: str, shape: Shape, dtype: DTypeLike) -> None:
        self.writer = writer
        self.name = name
        self.shape = tuple(int(size) for size in shape)
        self.dtype = np.dtype(dtype)
        writer.note(name, self.shape, self.dtype)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        raise UntraceableError("a traced array has no values that could be looked at")

    def __bool__(self) -> bool:
        raise UntraceableError("a graph takes no decisions on values")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **how: Any) -> Any:
        if method not in UFUNC_RULES:
            raise UntraceableError(f"no rule for {ufunc.__name__}.{method}")
        return UFUNC_RULES[method](self.writer, ufunc, inputs, **how)

    def __array_function__(self, function: Any, _: Any, args: Any, how: Any) -> Any:
        if function not in FUNCTION_RULES:
            raise UntraceableError(f"no rule for {function.__name__}")
        return FUNCTION_RULES[function](*args, **how)

    def __getitem__(self, key: Any) -> "Traced":
        got: Traced = INDEX_RULES["get"](self, key)
        return got

    def __setitem__(self, key: Any, value: Any) -> None:
        self.become(INDEX_RULES["set"](self, key, lift(self.writer, value)))

    def become(self, other: "Traced") -> "Traced":
        """Stand for another value from now on, as an array does that is written to."""
        assert (self.shape, self.dtype) == (other.shape, other.dtype)
        self.name = other.name
        return self

    def add(
        self,
        operator: str,
        *others: Any,
        shape: Shape | None = None,
        dtype: DTypeLike | None = None,
        **how: Any,
    ) -> "Traced":
        """What an operator makes of this and others; of the same shape and type if not given."""
        names = [lift(self.writer, other).name for other in others]
        (name,) = self.writer.add(operator, [self.name, *names], **how)
        new_shape = self.shape if shape is None else shape
        return Traced(self.writer, name, new_shape, self.dtype if dtype is None else dtype)

    def astype(self, dtype: DTypeLike, copy: bool = True) -> "Traced":
        """The same values in another type."""
        if np.dtype(dtype) == self.dtype:
            return self.copy()
        return self.add("Cast", dtype=dtype, to=element(dtype))

    def copy(self) -> "Traced":
        """The same values, by themselves."""
        return Traced(self.writer, self.name, self.shape, self.dtype)

    def reshape(self, *shape: Any) -> "Traced":
        """The same values in another shape; one size may be -1."""
        sizes = [int(size) for size in (shape[0] if isinstance(shape[0], tuple) else shape)]
        if -1 in sizes:
            sizes[sizes.index(-1)] = int(np.prod(self.shape)) // -int(np.prod(sizes))
        is_open = [self.writer.is_open(size) for size in sizes]
        assert sum(is_open) <= 1
        # The first axis is copied (0), which is clear even without any rows.
        kept = 0 if sizes and self.shape and sizes[0] == self.shape[0] else -1
        wanted = [kept if unknown else size for size, unknown in zip(sizes, is_open, strict=True)]
        return self.add("Reshape", np.array(wanted, dtype=np.int64), shape=tuple(sizes))

    def transpose(self, *order: int) -> "Traced":
        """The axes in another order."""
        shape = tuple(self.shape[axis] for axis in order)
        return self.add("Transpose", shape=shape, perm=list(order))

    def swapaxes(self, one: int, other: int) -> "Traced":
        """Two axes in each other's place."""
        order = list(range(self.ndim))
        order[one], order[other] = order[other], order[one]
        return self.transpose(*order)

    def expanded(self, shape: Shape) -> "Traced":
        """The values repeated to a shape, as broadcasting does."""
        if shape == self.shape:
            return self
        (name,) = self.writer.add("Expand", [self.name, self.writer.shape(shape)])
        return Traced(self.writer, name, shape, self.dtype)

    def sum(self, axis: Any = None, keepdims: bool = False) -> "Traced":
        """`ndarray.sum`."""
        whole = self.astype(np.int64) if self.dtype == bool else self
        return whole._reduced("ReduceSum", axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> "Traced":
        """`ndarray.mean`."""
        return self._reduced("ReduceMean", axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> "Traced":
        """`ndarray.max`."""
        return self._extreme("ReduceMax", np.maximum, (axis, keepdims), initial)

    def min(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> "Traced":
        """`ndarray.min`."""
        return self._extreme("ReduceMin", np.minimum, (axis, keepdims), initial)

    def any(self, axis: Any = None) -> Any:
        """Whether a flag is set along an axis; over all axes it may be, so the answer is yes."""
        if axis is None:
            return True
        return self.astype(bool).astype(np.int32)._reduced("ReduceMax", axis, False).astype(bool)

    def all(self, axis: Any = None) -> Any:
        """Whether all flags are set along an axis; over all axes it is not sure, so it is no."""
        if axis is None:
            return False
        return self.astype(bool).astype(np.int32)._reduced("ReduceMin", axis, False).astype(bool)

    def argmax(self, axis: int) -> "Traced":
        """The first position of the largest value."""
        return self._place("ArgMax", axis)

    def argmin(self, axis: int) -> "Traced":
        """The first position of the smallest value."""
        return self._place("ArgMin", axis)

    def _place(self, operator: str, axis: int) -> "Traced":
        values = self.astype(np.int32) if self.dtype == bool else self
        axis %= self.ndim
        shape = self.shape[:axis] + self.shape[axis + 1 :]
        return values.add(operator, shape=shape, dtype=np.int64, axis=axis, keepdims=0)

    def _extreme(self, operator: str, limit: np.ufunc, along: Any, initial: Any) -> "Traced":
        axis, keepdims = along
        whole = self
        if axis is None:
            # A reduction of no rows at all would have no value.
            assert self.ndim == 1
            assert initial is not None
            one = lift(self.writer, np.array([initial], dtype=self.dtype))
            whole = self.add("Concat", one, shape=(self.shape[0] + 1,), axis=0)
        found = whole._reduced(operator, axis, keepdims)
        return found if initial is None else limit(found, initial)

    def _reduced(self, operator: str, axis: Any, keepdims: bool) -> "Traced":
        chosen = range(self.ndim) if axis is None else np.atleast_1d(axis)
        axes = sorted(int(one) % self.ndim for one in chosen)
        kept = (1 if n in axes else size for n, size in enumerate(self.shape))
        left = (size for n, size in enumerate(self.shape) if n not in axes)
        shape = tuple(kept if keepdims else left)
        return self.add(operator, np.array(axes), shape=shape, keepdims=int(keepdims))

    def __fold__(self, step: Any, state: Any, inputs: Any, first: Any) -> Any:
        """`folding.fold`."""
        writer = self.writer
        state = [lift(writer, part) for part in state]
        fed = [lift(writer, part) for part in inputs]
        with writer.loop():
            now = [_fed(part, part.shape) for part in state]
            here = [_fed(part, (part.shape[0], *part.shape[2:])) for part in fed]
            after, given = step(tuple(x for x, _ in now), tuple(x for x, _ in here))
            after = [lift(writer, part) for part in after]
            ends = [
                part.astype(old.dtype).expanded(old.shape)
                for part, old in zip(after, state, strict=True)
            ]
            ends += [lift(writer, part) for part in given]
            infos = [info for _, info in (*now, *here)]
            body = writer.scan(infos, [e.name for e in ends], [e.dtype for e in ends])
        how = {"num_scan_inputs": len(fed), "scan_input_axes": [1] * len(fed)}
        given_names = [*(part.name for part in state), *(_from(part, first) for part in fed)]
        names = writer.add("Scan", given_names, len(ends), body=body, **how)
        length = inputs[0].shape[1]
        shapes = [part.shape for part in state]
        # Steps come first: onnxruntime ends the process where it moves an axis of no rows at all.
        shapes += [(length, *e.shape) for e in ends[len(state) :]]
        found = [
            Traced(writer, name, shape, e.dtype)
            for name, shape, e in zip(names, shapes, ends, strict=True)
        ]
        return tuple(found[: len(state)]), tuple(x.swapaxes(0, 1) for x in found[len(state) :])


def lift(writer: GraphWriter, value: Any) -> Traced:
    """A traced array as it is, and anything else as a constant, with as many rows as there will be.

    Raises:
        UntraceableError: The rows of a constant differ, though nobody knows how many there are.
    """
    if isinstance(value, Traced):
        return value
    array = np.asarray(value)
    if not array.ndim or not writer.is_open(len(array)):
        return Traced(writer, writer.constant(array), array.shape, array.dtype)
    rows = len(array)
    if array[0].size == 0 or _same(array, array[:1]):
        one = Traced(writer, writer.constant(array[:1]), array[:1].shape, array.dtype)
        return one.expanded(array.shape)
    if _same(array.reshape(rows, -1), np.arange(rows)[:, None]):
        stop = Traced(writer, writer.size(rows), (1,), np.int64).reshape(())
        zero = Traced(writer, writer.constant(np.array(0)), (), np.int64)
        steps = zero.add("Range", stop, np.array(1), shape=(rows,))
        return steps.reshape(rows, *[1] * (array.ndim - 1)).expanded(array.shape)
    raise UntraceableError("a constant has rows that differ")


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    has_gaps = np.issubdtype(one.dtype, np.inexact)
    return np.array_equal(one, np.broadcast_to(other, one.shape), equal_nan=has_gaps)


def _from(values: Traced, first: Any) -> str:
    """The name of the positions [B, L, ...] from `first` on, however many there are."""
    writer = values.writer
    earliest: Any = np.minimum(lift(writer, first), values.shape[1] - 1)
    start = earliest.astype(np.int64).reshape(1).name
    stop, axis = writer.constant(np.array([values.shape[1]])), writer.constant(np.array([1]))
    return str(writer.add("Slice", [values.name, start, stop, axis, axis])[0])


def _fed(part: Traced, shape: Shape) -> tuple[Traced, Any]:
    """What the body of a loop is fed of a value, and how it is declared."""
    name = part.writer.new_input()
    known = [None if part.writer.is_open(size) else size for size in shape]
    info = helper.make_tensor_value_info(name, element(part.dtype), known)
    return Traced(part.writer, name, shape, part.dtype), info
