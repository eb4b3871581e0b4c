"""Name -> what a layer applies to each of its numbers, in NumPy."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import Activation

Array = NDArray[np.floating]


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    # By tanh: exp would overflow for large negative x.
    half = x.dtype.type(0.5)
    result: Array = half * np.tanh(half * x) + half
    return result


def softmax(x: Array) -> Array:
    """Shares along the last axis, which sum to one."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    result: Array = powers / powers.sum(axis=-1, keepdims=True)
    return result


def _gelu(x: Array) -> Array:
    """GELU in its tanh form (Hendrycks & Gimpel 2016), which needs no error function."""
    inner = np.sqrt(2 / np.pi).astype(x.dtype) * (x + x.dtype.type(0.044715) * x**3)
    result: Array = x.dtype.type(0.5) * x * (1 + np.tanh(inner))
    return result


def _silu(x: Array) -> Array:
    """The number times its logistic function (Elfwing et al. 2018)."""
    return x * sigmoid(x)


ACTIVATE: Mapping[Activation, Callable[[Array], Array]] = {
    "gelu": _gelu,
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "tanh": np.tanh,
    "silu": _silu,
    "none": lambda x: x,
}
