"""NumPy's ufuncs -> operators of ONNX, with NumPy's types and shapes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from forecast_cli.graph.nodes import GraphWriter
from forecast_cli.graph.traced import UFUNC_RULES, Traced, UntraceableError, lift

_OPERATORS: dict[np.ufunc, str] = {
    np.absolute: "Abs",
    np.add: "Add",
    np.divide: "Div",
    np.equal: "Equal",
    np.exp: "Exp",
    np.greater: "Greater",
    np.greater_equal: "GreaterOrEqual",
    np.less: "Less",
    np.less_equal: "LessOrEqual",
    np.log: "Log",
    np.maximum: "Max",
    np.minimum: "Min",
    np.multiply: "Mul",
    np.negative: "Neg",
    np.power: "Pow",
    np.sign: "Sign",
    np.sqrt: "Sqrt",
    np.subtract: "Sub",
    np.tanh: "Tanh",
    # Of flags, and of numbers that are not negative.
    np.bitwise_and: "And",
    np.bitwise_or: "Or",
    np.floor_divide: "Div",
    np.invert: "Not",
    np.logical_and: "And",
    np.logical_not: "Not",
    np.logical_or: "Or",
}


def _call(writer: GraphWriter, ufunc: np.ufunc, inputs: Sequence[Any], **how: Any) -> Any:
    (out,) = how.pop("out", (None,))
    where = how.pop("where", True)
    if how:
        raise UntraceableError(f"no rule for {ufunc.__name__} with {', '.join(how)}")
    if ufunc is np.matmul:
        return _product(writer, *inputs)
    types = [_type(value) for value in inputs]
    *needed, result = ufunc.resolve_dtypes((*types, None))
    if needed[0].kind == "b" and ufunc is np.greater_equal:
        # ONNX compares numbers only.
        return _call(writer, np.logical_or, (inputs[0], ~lift(writer, inputs[1])))
    parts = [_as(writer, value, dtype) for value, dtype in zip(inputs, needed, strict=True)]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    found = _written(ufunc, parts).astype(result)
    found = Traced(writer, found.name, shape, result)
    if where is not True:
        found = _chosen(writer, where, found, out)
    return out.become(found) if isinstance(out, Traced) else found


def _written(ufunc: np.ufunc, parts: list[Traced]) -> Traced:
    first, *others = parts
    if ufunc is np.isnan:
        return first.add("IsNaN", dtype=bool)
    if ufunc is np.isfinite:
        largest = np.asarray(np.finfo(first.dtype).max)
        return first.add("Abs").add("LessOrEqual", largest, dtype=bool)
    if ufunc is np.not_equal:
        return first.add("Equal", *others, dtype=bool).add("Not")
    if ufunc not in _OPERATORS:
        raise UntraceableError(f"no rule for {ufunc.__name__}")
    is_flag = ufunc in _COMPARISONS
    return first.add(_OPERATORS[ufunc], *others, dtype=bool if is_flag else None)


_COMPARISONS = {np.equal, np.greater, np.greater_equal, np.less, np.less_equal}


def _chosen(writer: GraphWriter, where: Any, found: Traced, out: Any) -> Traced:
    """What was found where a flag is set, and elsewhere what was there before."""
    flags, before = lift(writer, where), lift(writer, out)
    return flags.add("Where", found, before, shape=found.shape, dtype=found.dtype)


def _type(value: Any) -> Any:
    """The type of an array, or the Python type of a number: those adapt to arrays."""
    if isinstance(value, bool):
        return np.dtype(bool)
    is_plain = type(value) in (int, float)
    return type(value) if is_plain else np.asarray(_bare(value)).dtype


def _bare(value: Any) -> Any:
    return np.empty(0, value.dtype) if isinstance(value, Traced) else value


def _as(writer: GraphWriter, value: Any, dtype: np.dtype[Any]) -> Traced:
    if isinstance(value, Traced):
        return value.astype(dtype)
    return lift(writer, np.asarray(value, dtype=dtype))


def _product(writer: GraphWriter, left: Any, right: Any) -> Any:
    left, right = lift(writer, left), lift(writer, right)
    dtype = np.result_type(left.dtype, right.dtype)
    around = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    shape = (*around, left.shape[-2], right.shape[-1])
    return left.astype(dtype).add("MatMul", right.astype(dtype), shape=shape)


def _accumulate(writer: GraphWriter, ufunc: np.ufunc, inputs: Sequence[Any], axis: int = 0) -> Any:
    """Whether a flag was set by then [B, L], or the largest number until then."""
    (values,) = inputs
    assert axis == 1
    if ufunc is np.logical_or:
        return lift(writer, np.cumsum(values, axis=1) > 0)
    if ufunc is not np.maximum:
        raise UntraceableError(f"no rule for {ufunc.__name__}.accumulate")
    # The largest of the last k, then the largest of k of those, k apart: of k² in all.
    reach = math.ceil(math.sqrt(values.shape[1]))
    pooled: Any = values[:, None].astype(np.float64)
    for apart in (1, reach):
        behind = ((0, 0), (0, 0), ((reach - 1) * apart, 0))
        padded: Any = np.pad(pooled, behind, constant_values=-np.inf)
        pooled = padded.add("MaxPool", shape=pooled.shape, kernel_shape=[reach], dilations=[apart])
    return lift(writer, pooled[:, 0].astype(values.dtype))


UFUNC_RULES["__call__"] = _call
UFUNC_RULES["accumulate"] = _accumulate
