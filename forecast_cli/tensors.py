"""Named tensors of a file -> arrays of the expected type, shape and content."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.sealed import Tensors


def tensor_of(
    tensors: Tensors, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """A tensor of the expected type, shape (None: any length) and finite content.

    Raises:
        ValueError, KeyError: it is something else, or not there.
    """
    tensor = tensors[name]
    fits = tensor.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(tensor.shape, shape, strict=True)
    )
    if tensor.dtype != dtype or not fits:
        raise ValueError(
            f"tensor {name!r} is {tensor.dtype}{list(tensor.shape)}, "
            f"not {np.dtype(dtype)}{list(shape)}"
        )
    if not np.isfinite(tensor).all():
        raise ValueError(f"tensor {name!r} holds values that are not finite")
    return tensor


def offsets_of(tensors: Tensors, name: str, count: int, total: int) -> NDArray[np.int64]:
    """Offsets [count + 1] that ascend from 0 to the total.

    Raises:
        ValueError, KeyError: the tensor is no such thing, or not there.
    """
    offsets = tensor_of(tensors, name, np.int64, (count + 1,))
    if offsets[0] != 0 or offsets[-1] != total or (np.diff(offsets) < 0).any():
        raise ValueError(f"tensor {name!r} does not ascend from 0 to {total}")
    return offsets


def values_of(tensors: Tensors, name: str) -> NDArray[np.float64]:
    """The values of series one after the other, NaN where missing.

    Raises:
        ValueError, KeyError: the tensor is no such thing, or not there.
    """
    values = tensors[name]
    if values.dtype != np.float64 or values.ndim != 1 or np.isinf(values).any():
        raise ValueError(f"tensor {name!r} is not a list of finite numbers")
    return values
