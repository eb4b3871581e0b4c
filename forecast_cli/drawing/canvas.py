"""A place to draw on with matplotlib: how it looks, and how it becomes the bytes of an image."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, cast

from forecast_cli.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ImageFormat = Literal["png", "svg"]

# After Okabe & Ito (2008), Color universal design: told apart with any colour vision, and in grey.
INK, SOFT, GRID = "#1f2328", "#57606a", "#e4e7ea"
FORECAST, EARLIER, BAND = "#0072b2", "#b84e00", "#0072b2"
_SETTINGS: dict[str, Any] = {
    # The first comes with matplotlib. The others are for what it has no letters for, where they are
    # installed, and for readers of the SVG that have the first one not; they are no wider.
    "font.family": ["DejaVu Sans", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "sans-serif"],
    "font.sans-serif": ["Verdana", "Arial", "Helvetica", "DejaVu Sans"],
    "font.size": 9.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "forecast",
    # A dollar sign in a name is no formula.
    "text.parse_math": False,
    "path.simplify": True,
    "axes.unicode_minus": True,
}
WIDTH = 8.0
"""The width of a figure in inches."""

_DOTS_PER_INCH = 160


def check_drawing(wanted: str) -> None:
    """Find out before the work that nothing can be drawn; `wanted` says what for.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtraError(
            f"{wanted} needs matplotlib; install it: pip install 'forecast-cli[plot]'"
        )


@contextmanager
def canvas() -> Iterator[type["Figure"]]:
    """A maker of figures whose look no setting of the user or of another figure changes."""
    # What it says of its caches of fonts is nobody's business here.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that no font has is shown as a box.
        warnings.filterwarnings("ignore", message="Glyph")
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", _SETTINGS))
        yield Figure


def save(figure: "Figure", image_format: ImageFormat) -> bytes:
    """The bytes of an image; they hold neither the time nor the version of the library."""
    buffer = io.BytesIO()
    unsaid = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    figure.savefig(buffer, format=image_format, dpi=_DOTS_PER_INCH, metadata=unsaid[image_format])
    return buffer.getvalue()


def dress(axes: "Axes") -> None:
    """Take off what says nothing: the frame, and marks beside lines that show the same."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=SOFT, length=0, labelsize=8.5)
    axes.tick_params(axis="x", length=3, color=SOFT)


def title(axes: "Axes", title: str, note: str) -> None:
    """What a plot shows, and how to read it."""
    axes.set_title(title, loc="left", size=10, weight="bold", color=INK, pad=6)
    axes.set_title(note, loc="right", size=8.5, color=SOFT, pad=6)
