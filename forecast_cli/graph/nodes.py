"""Operations, one after the other -> the nodes and constants of an ONNX graph.

An operation on the same values is written once. A loop has a body, a graph of its own that sees
what stands around it.

The number of rows is not known before the graph runs, nor is how many of them a condition picks.
While a graph is written each such number is stood for by a prime that nothing else is a multiple
of, so that code which asks for a shape gets one, and what depends on it is found again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import DTypeLike, NDArray
from onnx import helper, numpy_helper

_OPSET, _IR_VERSION = 18, 9
_FIRST_PRIME = 7919

Shape = tuple[int, ...]


@dataclass(eq=False)
class _Body:
    """The nodes of a graph or of a loop in it, by what they compute."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    known: dict[object, tuple[str, ...]] = field(default_factory=dict)


class GraphWriter:
    """Writes one graph; values are known by their names."""

    def __init__(self) -> None:
        self._bodies = [_Body()]
        self._constants: dict[object, onnx.TensorProto] = {}
        self._counts: dict[int, str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._types: dict[str, tuple[Shape, DTypeLike]] = {}
        self._n_names = 0

    def rows(self, counted: str) -> int:
        """What stands for the size of the first axis of a value."""
        (count,) = self.add("Shape", [counted], start=0, end=1)
        for number, known in self._counts.items():
            if known == count:
                return number
        number = next(_primes(max(self._counts, default=_FIRST_PRIME - 1) + 1))
        self._counts[number] = count
        return number

    def is_open(self, size: int) -> bool:
        """Whether a size is known only when the graph runs."""
        return self._factor(size) is not None

    def size(self, size: int) -> str:
        """The name of a size, as a vector of one number."""
        factor = self._factor(size)
        if factor is None:
            return self.constant(np.array([size]))
        count = self._counts[factor]
        if size == factor:
            return count
        (product,) = self.add("Mul", [count, self.constant(np.array([size // factor]))])
        return product

    def shape(self, shape: Shape) -> str:
        """The name of a shape, as a vector."""
        if not any(self.is_open(size) for size in shape):
            return self.constant(np.array(shape, dtype=np.int64))
        (sizes,) = self.add("Concat", [self.size(size) for size in shape], axis=0)
        return sizes

    def note(self, name: str, shape: Shape, dtype: DTypeLike) -> None:
        """What a value looks like: runtimes plan their memory by it."""
        self._types[name] = (shape, dtype)

    def _info(self, name: str) -> onnx.ValueInfoProto:
        shape, dtype = self._types[name]
        sizes = [f"n{size}" if self.is_open(size) else size for size in shape]
        return helper.make_tensor_value_info(name, element(dtype), sizes)

    def _factor(self, size: int) -> int | None:
        return next((n for n in self._counts if size and size % n == 0), None)

    def constant(self, values: NDArray[Any]) -> str:
        """The name of a constant."""
        key = (values.dtype.str, values.shape, values.tobytes())
        if key not in self._constants:
            name = self._new_name()
            self._constants[key] = numpy_helper.from_array(np.ascontiguousarray(values), name)
            self._constants[key].dims[:] = values.shape
        return self._constants[key].name

    def add(
        self, operator: str, inputs: Sequence[str], outputs: int = 1, **how: Any
    ) -> tuple[str, ...]:
        """The names of what an operator makes of its inputs."""
        key = (operator, tuple(inputs), outputs, repr(sorted(how.items())))
        for body in self._bodies:
            if key in body.known:
                return body.known[key]
        names = tuple(self._new_name() for _ in range(outputs))
        self._bodies[-1].nodes.append(helper.make_node(operator, list(inputs), names, **how))
        self._bodies[-1].known[key] = names
        return names

    def input(self, name: str, shape: Sequence[int | str], dtype: DTypeLike) -> str:
        """An input of the whole graph; an axis with a name is of any size."""
        self._inputs.append(helper.make_tensor_value_info(name, element(dtype), shape))
        return name

    @contextmanager
    def loop(self) -> Iterator[None]:
        """What is added within belongs to the body of a loop, until `scan` takes it."""
        self._bodies.append(_Body())
        yield
        assert len(self._bodies) > 1
        self._bodies.pop()

    def new_input(self) -> str:
        """A name for what the body of a loop is fed."""
        return self._new_name()

    def scan(
        self, fed: Sequence[onnx.ValueInfoProto], ends: Sequence[str], types: Sequence[DTypeLike]
    ) -> onnx.GraphProto:
        """The body of the current loop, which is fed and ends with these values."""
        body, outputs = self._bodies[-1], []
        for name, dtype in zip(ends, types, strict=True):
            # No two outputs are one value, and none is one from around the loop or its input.
            output = self._new_name()
            body.nodes.append(helper.make_node("Identity", [name], [output]))
            outputs.append(helper.make_tensor_value_info(output, element(dtype), None))
        nodes = _needed(body.nodes, {output.name for output in outputs})
        return helper.make_graph(nodes, "body", list(fed), outputs)

    def finish(
        self, outputs: Mapping[str, tuple[str, Sequence[int | str], DTypeLike]], about: str
    ) -> onnx.ModelProto:
        """The whole graph: by the name of each output the value it is, its shape and type."""
        (body,) = self._bodies
        nodes = [
            *body.nodes,
            *(helper.make_node("Identity", [found[0]], [name]) for name, found in outputs.items()),
        ]
        nodes = _needed(nodes, set(outputs))
        used = {name for node in nodes for name in _reads(node)}
        graph = helper.make_graph(
            nodes,
            "forecast",
            self._inputs,
            [
                helper.make_tensor_value_info(name, element(dtype), shape)
                for name, (_, shape, dtype) in outputs.items()
            ],
            [constant for constant in self._constants.values() if constant.name in used],
            doc_string=about,
            value_info=[
                self._info(name) for node in nodes for name in node.output if name in self._types
            ],
        )
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)

    def _new_name(self) -> str:
        self._n_names += 1
        return f"v{self._n_names}"


def element(dtype: DTypeLike) -> int:
    """The number that ONNX has for a type."""
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _needed(nodes: Sequence[onnx.NodeProto], wanted: set[str]) -> list[onnx.NodeProto]:
    """The nodes that what is wanted rests on."""
    wanted, kept = set(wanted), []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(_reads(node))
    return kept[::-1]


def _reads(node: onnx.NodeProto) -> Iterator[str]:
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from _reads(inner)
        yield from (output.name for output in attribute.g.output)


def _primes(start: int) -> Iterator[int]:
    number = start
    while True:
        if all(number % divisor for divisor in range(2, int(number**0.5) + 1)):
            yield number
        number += 1
