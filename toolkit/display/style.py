"""The house style of figures, in one place: colours, type, and a drawing that never varies."""

import io
import re
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

# One strong colour for the territory at hand, greys for what it is compared with. Contrast on
# white is 8.6:1 for STRONG, 4.5:1 or more for the greys used in text; STRONG and the greys stay
# apart in the three colour-vision deficiencies and in print, since they differ in lightness.
STRONG = "#0b4f8a"
GREY = "#6b6b6b"
PALE = "#d9d9d9"
LAND = "#ececec"
INK = "#1f1f1f"
FONTS = Path(__file__).parent / "fonts"

# Comparison series, nearest first: a shade and a dash each, so that neither is alone.
COMPARISONS = (
    ("#4d4d4d", (0, (5, 2))),
    ("#6b6b6b", (0, (2, 1.5))),
    ("#808080", (0, (6, 1.5, 1, 1.5))),
)

_PATH = re.compile(rb'<path [^>]*?d="[^"]*"', re.DOTALL)
_DECIMALS = re.compile(rb"(\.\d)\d+")

_RC = {
    "font.family": ["Futurs Sans", "DejaVu Sans"],
    "font.size": 11,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "svg.hashsalt": "futurs-publics",
    "svg.fonttype": "path",
    "axes.unicode_minus": True,
}


def in_style():
    """Return a context in which matplotlib draws in the house style."""
    _register_fonts()
    return mpl.rc_context(_RC)


def to_svg(figure: Figure) -> bytes:
    """Write a figure as SVG: the same drawing always gives the same bytes."""
    buffer = io.BytesIO()
    with in_style():
        unset = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=unset)
    return _PATH.sub(_shortened, buffer.getvalue())


def _shortened(path: re.Match[bytes]) -> bytes:
    """Keep a tenth of a point in the outlines: nobody sees more, and a map weighs half."""
    return _DECIMALS.sub(rb"\1", path[0]).replace(b" \nL ", b" ")


@cache
def _register_fonts() -> None:
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
