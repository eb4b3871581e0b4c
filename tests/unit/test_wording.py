import pytest

from forecast_cli.wording import counted, describe_chance, escape, some_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("a\r\n\tb", r"a\r\n\tb"),
        ("\x9b2J", r"\x9b2J"),
        ("abc\u202edef", r"abc\u202edef"),
        ("a\u200bb", r"a\u200bb"),
        ("a\u2028b", r"a\u2028b"),
        ("\udc80", r"\udc80"),
        ("\U000e0001", r"\U000e0001"),
        ("\x00", r"\x00"),
    ],
)
def test_what_a_terminal_may_act_on_is_written_as_an_escape(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize("text", ["", "Côte d'Ivoire", "日本", "[/bold]", "a b", "naïve – 5 €"])
def test_text_that_people_read_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


def test_escaped_text_is_printable_and_can_be_encoded() -> None:
    everything = "".join(chr(code) for code in range(0x3000)) + "\ud800\U0010ffff"
    shown = escape(everything, limit=10**6)
    assert shown.isprintable()
    assert shown.encode()


def test_a_long_text_keeps_both_ends_and_fits_the_limit() -> None:
    shown = escape("start" + "x" * 200 + "end", limit=20)
    assert shown.startswith("start")
    assert shown.endswith("end")
    assert "…" in shown
    assert len(shown) <= 20


def test_a_text_of_just_the_limit_is_not_cut() -> None:
    assert escape("x" * 60) == "x" * 60
    assert "…" in escape("x" * 61)


def test_escapes_count_towards_the_limit() -> None:
    assert len(escape("\x1b" * 60)) <= 60


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1.0, "p = 1.00"), (0.05, "p = .050"), (0.0951, "p = .10"), (0.00099, "p < .001")],
)
def test_a_chance_is_written_in_the_digits_that_matter(chance: float, words: str) -> None:
    assert describe_chance(chance) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [(["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b, c and 2 more")],
)
def test_names_that_are_left_out_are_counted(names: list[str], words: str) -> None:
    assert some_of(len(names) if len(names) < 3 else 5, names) == words


def test_many_things_are_counted_in_thousands() -> None:
    assert counted(1_234_567, "value") == "1 234 567 values"
