"""Sealed files for tests: taken apart, and put together with a right SHA-256 again."""

import hashlib
import json
import struct
from typing import Any

import safetensors.numpy

NO_DIGEST = "0" * 64


def take_apart(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metadata and the tensors of a file; the place of its digest is blank."""
    (length,) = struct.unpack("<Q", data[:8])
    metadata = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["forecast"])
    return metadata | {"sha256": NO_DIGEST}, safetensors.numpy.load(data)


def put_together(metadata: dict[str, Any], tensors: dict[str, Any]) -> bytes:
    """A file of these parts."""
    return stamped(safetensors.numpy.save(tensors, {"forecast": json.dumps(metadata)}))


def stamped(blank: bytes) -> bytes:
    """The file with its digest in the blank place."""
    return blank.replace(NO_DIGEST.encode(), hashlib.sha256(blank).hexdigest().encode(), 1)
