"""The house style of figures, in one place: colours, type, and a drawing that never varies."""

import io
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

from toolkit.display.svg import compact

# One strong colour for the territory at hand, greys for what it is compared with, one warm colour
# for what calls for care. Contrast is held on white and as the page's dark scheme
# turns the figure: 3:1 for every mark, 4.5:1 for text. Colours meant to be told apart differ in
# lightness too, so they stay apart in the three colour-vision deficiencies and printed in grey.
STRONG = "#0b4f8a"
CAUTION = "#b85c00"
GREY = "#6b6b6b"
PALE = "#d9d9d9"
# Many thin lines behind the one that matters: 3:1 on white.
PLACEBO = "#949494"
LAND = "#ececec"
INK = "#1f1f1f"
# Values in classes, low to high: at most five can be told apart.
CLASSES = ("#e4eef7", "#a9cce8", "#5f9fd0", "#2269a8", "#083a66")
# Scores 0 to 3: warm on the low side of a middle line, cool on the high side.
SCORES = ("#b85c00", "#f6d5ae", "#b9d5ec", "#0b4f8a")
# The state of a cell: a shade and a hatch each. Hatches take the colour of the edge.
STATUS_LOOKS = {
    "ok": {"facecolor": "#5f9fd0", "edgecolor": "none"},
    "provisional": {"facecolor": "#a9cce8", "edgecolor": "white", "linewidth": 0, "hatch": "----"},
    "imputed": {"facecolor": "#e4eef7", "edgecolor": STRONG, "linewidth": 0, "hatch": "...."},
    "censored": {"facecolor": "#e4eef7", "edgecolor": STRONG, "linewidth": 0, "hatch": "xxxx"},
    "secret": {"facecolor": "white", "edgecolor": CAUTION, "linewidth": 0, "hatch": "////"},
    "nd": {"facecolor": "#d9d9d9", "edgecolor": "none"},
}
# Width of every figure in inches: the text column of a page.
WIDTH = 7.2
FONTS = Path(__file__).parent / "fonts"

# Comparison series, nearest first: a shade and a dash each, so that neither is alone.
COMPARISONS = (
    ("#4d4d4d", (0, (5, 2))),
    ("#6b6b6b", (0, (2, 1.5))),
    ("#808080", (0, (6, 1.5, 1, 1.5))),
)

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
    return compact(buffer.getvalue())


@cache
def _register_fonts() -> None:
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
