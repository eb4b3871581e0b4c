"""Files that pretend to be checkpoints, made to hurt whoever opens them."""

import io
import json
import os
import pickle
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from forecast_cli.checkpoint import dump_model
from forecast_cli.model import Model
from tests.models import make_model
from tests.sealed_files import NO_DIGEST, stamped

MEBIBYTE = 2**20

Edit = Callable[[dict[str, Any], dict[str, Any]], None]


@cache
def hostile_files() -> dict[str, bytes]:
    """Files by name, none of which may be used."""
    return {**_foreign(), **_broken(), **_with_odd_headers(), **_with_right_digest()}


def stamp(header: bytes, body: bytes) -> bytes:
    """A file of that header, whose empty place for a SHA-256 is filled in."""
    return stamped(struct.pack("<Q", len(header)) + header + body)


def parts(model: Model | None = None) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """The header of a good checkpoint, its metadata and its body; the digest is blank."""
    data = dump_model(model or make_model())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = json.loads(header["__metadata__"]["forecast"])
    return header, metadata | {"sha256": NO_DIGEST}, data[8 + length :]


def edited(edit: Edit, body: bytes | None = None) -> bytes:
    """A good checkpoint whose header or metadata was changed, with a right SHA-256 again."""
    header, metadata, good = parts()
    edit(header, metadata)
    # Python writes numbers that are not finite, and a file can hold them.
    header["__metadata__"] = {"forecast": json.dumps(metadata)}
    return stamp(json.dumps(header).encode(), good if body is None else body)


class _Payload:
    """What a pickle of this does when it is loaded: a file, a connection, a process."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        code = "open('PWNED', 'w'); __import__('socket').create_connection(('127.0.0.1', 9))"
        return os.system, (f'touch PWNED; python3 -c "{code}"',)


class _Connection:
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return socket.create_connection, (("127.0.0.1", 9),)


def _foreign() -> dict[str, bytes]:
    good = dump_model(make_model())
    return {
        "empty": b"",
        "zeros": bytes(16_384),
        "html": b"<!DOCTYPE html><html><title>404</title></html>",
        "json": b'{"model": "gru"}',
        "pickle": pickle.dumps(_Payload()),
        "pickle of a connection": pickle.dumps([_Connection(), _Payload()]),
        "zip of a pickle": _zip({"archive/data.pkl": pickle.dumps(_Payload())}),
        "zip of a checkpoint": _zip({"model.forecast": good}),
        "zip bomb": _zip({"archive/data/0": bytes(32 * MEBIBYTE)}),
        "pickle behind a checkpoint": good + pickle.dumps(_Payload()),
        "script": b"#!/bin/sh\ntouch PWNED\n",
    }


def _zip(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return archive.getvalue()


def _broken() -> dict[str, bytes]:
    good = dump_model(make_model())
    (length,) = struct.unpack("<Q", good[:8])
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 4
    return {
        "cut in the length": good[:5],
        "cut in the header": good[: 8 + length // 2],
        "cut behind the header": good[: 8 + length],
        "cut at the end": good[:-1],
        "one bit flipped": bytes(flipped),
        "two halves swapped": good[len(good) // 2 :] + good[: len(good) // 2],
        "twice": good + good,
    }


def _with_odd_headers() -> dict[str, bytes]:
    header, metadata, body = parts()
    header["__metadata__"] = {"forecast": json.dumps(metadata)}
    text = json.dumps(header).encode()
    padded = text[:-1] + b" " * 8 * MEBIBYTE + b"}"
    names = ",".join(f'"{n}":{{}}' for n in range(400_000)).encode()
    deep = b"[" * 100_000
    inner = json.dumps("[" * 100_000).encode()
    twice = text[:-1] + b',"__metadata__":' + json.dumps(header["__metadata__"]).encode() + b"}"
    # A reader that takes the first and one that takes the last would see different models.
    model = json.dumps(metadata["model"])
    two_models = json.dumps(metadata).replace('"model":', f'"model": {model}, "model":', 1)
    header["__metadata__"] = {"forecast": two_models}
    return {
        "header of 2^63 bytes": struct.pack("<Q", 2**63) + b"{}",
        "header longer than the file": struct.pack("<Q", 10**6) + b"{}",
        "header not JSON": struct.pack("<Q", 40) + b"\xff" * 40 + body,
        "header of blanks": stamp(padded, body),
        "header of many names": stamp(b"{" + names + b"}", body),
        "header nested deeply": struct.pack("<Q", len(deep)) + deep,
        "metadata nested deeply": stamp(b'{"__metadata__":{"forecast":' + inner + b"}}", body),
        "metadata twice": stamp(twice, body),
        "model twice": stamp(json.dumps(header).encode(), body),
        "header of huge numbers": stamp(text.replace(b"[0,", b"[" + b"9" * 5000 + b",", 1), body),
    }


def _with_right_digest() -> dict[str, bytes]:
    header, _, good = parts()
    files = {name: edited(edit) for name, edit in _edits()}
    no_numbers = bytearray(good)
    for name, tensor in header.items():
        if name.startswith("members."):
            start, end = tensor["data_offsets"]
            no_numbers[start:end] = np.full((end - start) // 4, np.nan, np.float32).tobytes()
    files["weights that are no numbers"] = edited(lambda *_: None, bytes(no_numbers))
    files["body of 0xff"] = edited(lambda *_: None, b"\xff" * len(good))
    return files


def _edits() -> Iterator[tuple[str, Edit]]:
    tensor = "members.0.dense.bias"
    other = "members.0.output.weight"
    yield (
        "tensors that overlap",
        lambda h, _: h[tensor].update(data_offsets=h[other]["data_offsets"]),
    )
    yield "shape of 2^40", lambda h, _: h[tensor].update(shape=[2**40])
    yield "shape that overflows", lambda h, _: h[tensor].update(shape=[2**32, 2**32, 2])
    yield "shape below zero", lambda h, _: h[tensor].update(shape=[-5])
    yield (
        "offsets behind the end",
        lambda h, _: h[tensor].update(data_offsets=[10**12, 10**12 + 20]),
    )
    yield "offsets swapped", lambda h, _: h[tensor]["data_offsets"].reverse()
    yield "unknown number type", lambda h, _: h[tensor].update(dtype="PYTHON_OBJECT")
    yield "tensor missing", lambda h, _: h.pop(tensor)
    yield "another format", lambda _, m: m.update(format_version=99)
    yield "unknown key", lambda _, m: m["model"].update(__reduce__="os.system")
    yield "endless horizon", lambda _, m: m["model"].update(horizon=10**9)
    yield "long horizon", lambda _, m: m["model"].update(horizon=10**6)
    yield "network of gigabytes", lambda _, m: _network(m).update(hidden_size=4096, layers=32)
    yield "network of terabytes", lambda _, m: _network(m).update(hidden_size=10**6)
    yield "context of a million", lambda _, m: _form(m).update(context_length=10**6)
    yield "many members", lambda _, m: m["model"].update(members=20_000 * m["model"]["members"][:1])
    yield "code as a name", lambda _, m: m["model"].update(simple="__import__('os').system('id')")
    yield "module as a cell", lambda _, m: _network(m).update(cell="os.system")
    yield "attention without weights", lambda _, m: _network(m).update(attention=True)
    yield (
        "other weights than those of both ways",
        lambda _, m: _network(m).update(bidirectional=True),
    )
    yield "number as a flag", lambda _, m: _network(m).update(attention=1)
    yield "text as a flag", lambda _, m: _network(m).update(bidirectional="False")
    yield (
        "steps that the weights do not have",
        lambda _, m: _network(m).update(strategy="recursive"),
    )
    yield "list as a strategy", lambda _, m: _network(m).update(strategy=["direct"])
    yield "code as an activation", lambda _, m: _network(m).update(activation="os.system")
    yield "option missing", lambda _, m: _network(m).pop("attention")
    yield "code as a calendar", lambda _, m: m.update(calendar="__import__('os')")
    yield "weight that is no number", lambda _, m: m["model"]["members"][0].update(weight=np.nan)


def _form(metadata: dict[str, Any]) -> Any:
    return metadata["model"]["members"][0]["form"]


def _network(metadata: dict[str, Any]) -> Any:
    return _form(metadata)["network"]
