"""Tab in the shell -> the columns of DATA, for `--target`, `--time` and `--id`.

A shell must never fail, wait or run anything because of a file: what is not certain is not offered.
"""

import csv
import os
import re
from pathlib import Path
from typing import Any

from typer import Context

_MOST_BYTES = 64 * 1024
_DELIMITERS = ",;\t|"
_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What else a name may hold, some shell would take for a command, a pattern or a quote.
_HARMLESS = set(" _-.%/+#@:()[]")


def join_option_and_value() -> None:
    """Let bash complete `--cell=g`: it makes three words of that, and Typer expects two."""
    words, place = _bash_words()
    if place > 1 and words[place - 1 : place] == ["="]:
        del words[place - 1]
        os.environ["COMP_WORDS"] = "\n".join(words)
        os.environ["COMP_CWORD"] = str(place - 1)


def complete_name(context: Context, incomplete: str) -> list[str]:
    """The columns of DATA that one word can become."""
    return [_Offer(_for_shell(name)) for name in _columns(context) if name.startswith(incomplete)]


def complete_names(context: Context, incomplete: str) -> list[str]:
    """The columns of DATA that the last item of a list can become, after the items before it."""
    before, comma, last = incomplete.rpartition(",")
    taken = {item.strip() for item in before.split(",")}
    return [
        _Offer(_for_shell(f"{before}{comma}{name}"))
        for name in _columns(context)
        if name.startswith(last) and name not in taken
    ]


class _Offer(str):
    """Typer drops what does not start with the word so far, and that word is not quoted."""

    __slots__ = ()

    def startswith(self, *_: Any) -> bool:
        return True


def _columns(context: Context) -> list[str]:
    """The names in the header that can be offered; none where anything is in doubt."""
    words = [context.params.get("data"), *context.args]
    delimiter = context.params.get("delimiter")
    for word in words:
        if isinstance(word, str) and not word.startswith("-"):
            try:
                return [name for name in _header(Path(word), delimiter) if _is_harmless(name)]
            except (OSError, ValueError, csv.Error):
                return []
    return []


def _header(path: Path, delimiter: str | None) -> list[str]:
    # A pipe would be empty afterwards, or never give anything.
    if not path.is_file():
        return []
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES)
    text = data.decode("utf-16" if data.startswith(_MARKS) else "utf-8-sig", errors="replace")
    lines = text.lstrip("\r\n").splitlines(keepends=True)
    if len(lines) < 2 and len(data) == _MOST_BYTES:
        return []
    if delimiter is None:
        unquoted = re.sub(r'"[^"]*"', "", lines[0]) if lines else ""
        delimiter = max(_DELIMITERS, key=unquoted.count)
    return [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]


def _is_harmless(name: str) -> bool:
    starts_well = name[:1].isalnum() or name[:1] == "_"
    return starts_well and all(c.isalnum() or c in _HARMLESS for c in name)


def _for_shell(word: str) -> str:
    """The word as bash has to have it on the command line; zsh and fish quote it themselves."""
    words, place = _bash_words()
    is_in_quotes = place < len(words) and words[place][:1] in ("'", '"')
    return word if not words or is_in_quotes else re.sub(r"([^\w.,%/+@:-])", r"\\\1", word)


def _bash_words() -> tuple[list[str], int]:
    """The words of the line and the place of the one that is completed, if bash asks."""
    if os.environ.get("_FORECAST_COMPLETE") != "complete_bash":
        return [], 0
    return os.environ.get("COMP_WORDS", "").split("\n"), int(os.environ.get("COMP_CWORD", "0"))
