import pytest

from forecast_cli import errors
from forecast_cli.errors import UserError, escape

EXIT_CODES = {
    "ConfigError": 2,
    "DataError": 1,
    "CheckpointError": 1,
    "TrainingError": 1,
    "OutputError": 1,
    "MemoryLimitError": 1,
    "MissingExtraError": 1,
    "EngineError": 1,
    "SkillError": 3,
}


def test_every_fault_of_the_user_has_the_exit_code_of_the_contract() -> None:
    found = {cls.__name__: cls.exit_code for cls in UserError.__subclasses__()}
    assert found == EXIT_CODES
    assert UserError.exit_code == 1


def test_every_error_class_is_a_fault_that_the_user_can_mend() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    raised = [cls for cls in classes if issubclass(cls, Exception)]
    assert len(raised) == len(EXIT_CODES) + 1
    assert all(issubclass(cls, UserError) for cls in raised)


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
