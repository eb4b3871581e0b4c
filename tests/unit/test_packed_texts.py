import numpy as np
import pytest

from forecast_cli.packed_texts import PackedTexts, empties, lengths, pack, rises, stripped


def packed(*texts: str, n_words: int = 2) -> PackedTexts:
    array = np.array([text.encode() for text in texts], dtype=f"S{8 * n_words}")
    return PackedTexts(array.view("<u8").reshape(len(texts), n_words))


def test_packed_texts_are_a_sequence_of_texts() -> None:
    texts = packed("München", "", "2024-01-31")
    assert list(texts) == ["München", "", "2024-01-31"]
    assert (texts[0], texts[-1], len(texts)) == ("München", "2024-01-31", 3)
    assert list(texts[1:]) == ["", "2024-01-31"]


def test_lengths_count_what_stands_in_the_file() -> None:
    assert lengths(packed("ü", "", "abc")).tolist() == [2, 0, 3]
    assert lengths(["ü", "", "abc"]).tolist() == [1, 0, 3]


def test_empty_texts_are_found_packed_or_not() -> None:
    assert empties(packed("a", "", "b", "")).tolist() == [1, 3]
    assert empties(["a", "", " "]).tolist() == [1]


def test_white_space_far_down_is_stripped() -> None:
    texts = packed(*["a"] * 20_000, "b ", n_words=1)
    assert list(stripped(texts))[-1] == "b"
    assert stripped(texts[:-1])[0] == "a"


@pytest.mark.parametrize("texts", [("2024-01", "2024-1"), ("2024-01", "2024-012"), ("a", "ü")])
def test_texts_of_differing_length_or_beyond_ascii_make_no_matrix(texts: tuple[str, str]) -> None:
    assert packed(*texts).matrix(len(texts[0])) is None


def test_texts_of_one_length_make_a_matrix() -> None:
    matrix = packed("24", "25").matrix(2)
    assert matrix is not None
    assert bytes(matrix.ravel()) == b"2425"


def test_digits_are_whole_numbers_whatever_their_count() -> None:
    numbers = packed("7", "007", "123456789012345678", n_words=3).whole_numbers()
    assert numbers is not None
    assert numbers.tolist() == [7, 7, 123456789012345678]


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1 ", "1234567890123456789", "x"])
def test_other_texts_are_left_to_a_closer_look(text: str) -> None:
    assert packed("1", text, n_words=3).whole_numbers() is None


@pytest.mark.parametrize("text", [" a", "a\t", "\u00a0a", "a\u2003", ""])
def test_white_space_of_any_kind_is_taken_off(text: str) -> None:
    assert list(stripped(packed("b", text))) == ["b", text.strip()]


def test_texts_without_white_space_stay_packed() -> None:
    texts = packed("a b", "c")
    assert stripped(texts) is texts


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(("9", "10"), True), (("a", "a"), False), (("b", "a"), False), (("a", "b" * 9), True)],
)
def test_longer_texts_come_later(texts: tuple[str, ...], expected: bool) -> None:
    assert rises(packed(*texts).words) is expected


def test_texts_are_packed_whatever_their_length() -> None:
    texts = ["", "12345678", "123456789"]
    assert list(pack(texts)) == texts
    assert pack(texts[:2]).words.shape == (2, 1)


def test_texts_known_to_count_need_no_look_at_them() -> None:
    texts = PackedTexts(packed("9", "10", "11", n_words=1).words, first_number=9)
    numbers = texts.whole_numbers()
    assert numbers is not None
    assert numbers.tolist() == [9, 10, 11]
    assert stripped(texts) is texts
    part = texts[1:].whole_numbers()
    assert part is not None
    assert part.tolist() == [10, 11]
