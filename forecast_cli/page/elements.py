"""Words, tables and drawings -> HTML; whatever is put in is escaped here, and only here."""

from collections.abc import Iterable, Sequence
from html import escape
from xml.etree import ElementTree

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"


def text(words: str) -> str:
    """Words as they are, safe between tags and in attributes."""
    return escape(words, quote=True)


def paragraph(words: str) -> str:
    """A paragraph."""
    return f"<p>{text(words)}</p>\n"


def definitions(rows: Iterable[tuple[str, str]]) -> str:
    """Names at the left, what they are at the right."""
    items = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>\n" for name, value in rows)
    return f"<dl>\n{items}</dl>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, marked: int | None = None) -> str:
    """A table whose first column is text; the marked row stands out."""
    names = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    body = "".join(
        ('<tr class="marked">' if index == marked else "<tr>")
        + "".join(f"<td>{text(cell)}</td>" for cell in row)
        + "</tr>\n"
        for index, row in enumerate(rows)
    )
    return (
        f'<div class="scroll"><table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{body}</tbody>'
        "</table></div>\n"
    )


def figure(svg: bytes, label: str, prefix: str) -> str:
    """A drawing for people, its label for those who cannot see it, and a prefix for its ids."""
    return f"<figure>{_inline_svg(svg, label, prefix)}</figure>\n"


def _inline_svg(svg: bytes, label: str, prefix: str) -> str:
    """A drawing as part of a page: as wide as there is room, its ids unlike those of any other."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    for node in root.iter():
        for name, value in node.attrib.items():
            if name == "id":
                node.set(name, f"{prefix}-{value}")
            elif name == _LINK or value.startswith("url(#"):
                node.set(name, value.replace("#", f"#{prefix}-", 1))
    for name in ("width", "height"):
        del root.attrib[name]
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")
