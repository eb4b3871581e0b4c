import numpy as np
import pytest

from forecast_cli.errors import CheckpointError
from forecast_cli.sealed import Kind, Tensors, Unsealed, seal, unseal

NOTE = Kind(
    mark="note",
    version=3,
    keys=frozenset({"text"}),
    noun="note",
    source="write one",
    remedy="write it again",
)
LETTER = Kind(
    mark="letter",
    version=1,
    keys=frozenset({"text"}),
    noun="letter",
    source="send one",
    remedy="send it again",
)


def content(file: Unsealed) -> Unsealed:
    return file


def test_metadata_and_tensors_of_any_shape_come_back() -> None:
    tensors: Tensors = {
        "scalar": np.array(2.5, np.float32),
        "none": np.zeros((0, 3)),
        "turned": np.arange(6).reshape(2, 3).T,
    }
    back, digest = unseal(NOTE, seal(NOTE, {"text": "héllo"}, tensors), "n", content)
    assert back.metadata["text"] == "héllo"
    assert back.digest == digest
    for name, tensor in tensors.items():
        assert back.tensors[name].shape == tensor.shape
        np.testing.assert_array_equal(back.tensors[name], tensor)


def test_the_same_content_gives_the_same_bytes() -> None:
    one = seal(NOTE, {"text": {"a": 1, "b": 2}}, {})
    assert one == seal(NOTE, {"text": {"b": 2, "a": 1}}, {})


def test_a_file_of_another_kind_is_refused_with_what_is_wanted() -> None:
    data = seal(LETTER, {"text": ""}, {})
    with pytest.raises(CheckpointError, match="n: not a note of forecast, or damaged; write one"):
        unseal(NOTE, data, "n", content)


def test_a_changed_byte_is_told_with_what_to_do() -> None:
    data = seal(NOTE, {"text": "yes"}, {}).replace(b"yes", b"no!")
    with pytest.raises(CheckpointError, match=r"the note is damaged.*; write it again"):
        unseal(NOTE, data, "n", content)


def test_a_file_of_a_newer_version_is_refused_with_the_versions_that_are_read() -> None:
    newer = Kind(
        mark=NOTE.mark, version=4, keys=NOTE.keys, noun="note", source="write one", remedy=""
    )
    with pytest.raises(CheckpointError, match=r"note format 4 is not known.*reads formats 1 to 3"):
        unseal(NOTE, seal(newer, {"text": ""}, {}), "n", content)


def test_more_or_less_metadata_than_the_kind_has_is_refused() -> None:
    for metadata in ({}, {"text": "", "more": 1}):
        with pytest.raises(CheckpointError, match="not a note"):
            unseal(NOTE, seal(NOTE, metadata, {}), "n", content)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("too long"), "n: not a usable note: too long"),
        (KeyError("title"), "n: not a usable note: lacks 'title'"),
        (RecursionError("too deep"), "too deep"),
        (OverflowError("too big"), "too big"),
    ],
)
def test_content_that_cannot_be_used_is_refused_with_the_reason(
    error: Exception, words: str
) -> None:
    def refuse(_: Unsealed) -> None:
        raise error

    with pytest.raises(CheckpointError, match=words):
        unseal(NOTE, seal(NOTE, {"text": ""}, {}), "n", refuse)
