"""France with its overseas départements and Paris as insets, and where a territory is on it."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from toolkit.display.blocks import Figure
from toolkit.display.style import GREY, LAND, STRONG, WIDTH, in_style, to_svg
from toolkit.errors import ToolkitError
from toolkit.i18n import Language, interface_language
from toolkit.records.territories import Territory

# Longitude and latitude of each frame (west, east, south, north), and where it stands in the
# figure (left, bottom, width, height, as shares). Overseas keep a readable scale of their own.
_MAINLAND = (-5.3, 9.7, 41.2, 51.2)
_INSETS = {
    "971": (-61.9, -60.95, 15.8, 16.55),
    "972": (-61.3, -60.75, 14.35, 14.92),
    "973": (-54.7, -51.5, 2.0, 5.9),
    "974": (55.15, 55.9, -21.45, -20.8),
    "976": (44.95, 45.35, -13.05, -12.6),
}
_PARIS = (2.1, 2.65, 48.68, 49.02)
# The région that is one with an overseas département, where régions are drawn.
_REGIONS = {"971": "01", "972": "02", "973": "03", "974": "04", "976": "06"}
# Distinct positions across the whole width of the figure: a little more than its points.
_STEPS = 700


def plot_location(
    place: Territory,
    inside: pd.DataFrame,
    departments: pd.DataFrame,
    contours: dict[str, list[np.ndarray]],
    *,
    lang: Language,
    note: str,
) -> Figure:
    """Draw the départements of France, with those of one territory in the strong colour.

    Parameters
    ----------
    place : Territory
    inside : DataFrame
        The départements to highlight: the territory's own, or the one that contains it.
    departments : DataFrame
        All départements; columns code and name.
    contours : dict of str to list of ndarray, shape (n_points, 2)
        Rings of each département, longitude and latitude in degrees.

    Returns
    -------
    Figure
        A locator map; its text alternative names what is highlighted.
    """
    names = departments.set_index("code").name
    within = place.level in ("EPCI", "COM")
    listed = lang.join(inside.name.tolist())
    title = lang("map.title", name=place.name)
    if within:
        title = lang.plural("map.title.within", len(inside), name=place.name, departments=listed)
    return Figure(
        svg=_draw(
            contours,
            set(inside.code),
            names,
            lang,
        ),
        title=title,
        subtitle=lang("map.subtitle"),
        note=note,
        alt=lang("map.alt", highlighted=listed),
        lang=lang,
    )


def _draw(
    contours: dict[str, list[np.ndarray]], highlighted: set[str], names: pd.Series, lang: Language
) -> bytes:
    def look(code: str) -> dict:
        strong = code in highlighted
        return {
            "facecolor": STRONG if strong else LAND,
            "edgecolor": "white" if strong else GREY,
            "linewidth": 0.4,
            "zorder": 2 if strong else 1,
        }

    with in_style():
        figure = Drawing(figsize=(WIDTH, 5.6))
        draw_france(figure, contours, look, level="DEP", names=names, lang=lang)
        return to_svg(figure)


def draw_france(
    figure: Drawing,
    contours: Mapping[str, list[np.ndarray]],
    look: Callable[[str], dict],
    *,
    level: str,
    names: Mapping[str, str],
    lang: Language,
    top: float = 1.0,
) -> None:
    """Draw every territory of a level, those overseas and around Paris in frames of their own.

    Parameters
    ----------
    contours : mapping of str to list of ndarray, shape (n_points, 2)
        Rings of each territory, longitude and latitude in degrees.
    look : callable
        From a code to the face, edge, hatch and order of its shape.
    names : mapping
        Of the territories, by code; for the titles of the frames.
    top : float
        Share of the figure's height that the map may take, from the bottom.

    Raises
    ------
    ToolkitError
        There is no contour to draw: only départements and régions come with the toolkit.
    """
    if not contours:
        raise ToolkitError(interface_language()("error.no_contours", level=level))
    _frame(figure, (0.17, 0.0, 0.83, top), _MAINLAND, contours, look)
    for row, (code, bounds) in enumerate(_INSETS.items()):
        box = (0.0, (0.80 - 0.195 * row) * top, 0.15, 0.16 * top)
        axes = _frame(figure, box, bounds, contours, look, boxed=True)
        own = _REGIONS[code] if level == "REG" else code
        axes.set_title(names.get(own, own), fontsize=9, pad=2)
    if level != "REG":
        # West of the Cotentin there is only sea.
        box = (0.2, 0.80 * top, 0.15, 0.16 * top)
        axes = _frame(figure, box, _PARIS, contours, look, boxed=True)
        axes.set_title(lang("map.paris"), fontsize=9, pad=2)


def _outline(rings: list[np.ndarray], step: float) -> Path:
    """Join the rings into one path, to the nearest step (degrees) that a reader can see.

    Neighbours share their border's points, so both move to the same places: no gap opens.
    """
    thinned = []
    for ring in rings:
        places = np.round(ring / step)
        places = places[np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1)]]
        if len(places) > 3:
            thinned.append(Path(places * step, closed=True))
    return Path.make_compound_path(*thinned) if thinned else Path(np.empty((0, 2)))


def _frame(figure, box, bounds, contours, look, *, boxed=False):
    """Draw the contours that fall in one frame; proportions are true at its middle latitude."""
    west, east, south, north = bounds
    axes = figure.add_axes(box)
    degree = np.cos(np.radians((south + north) / 2))
    if boxed:  # widen what is seen to the proportions of the frame
        wide, high = figure.get_size_inches() * box[2:]
        span = max((east - west) * degree / wide, (north - south) / high)
        west, east = (west + east) / 2 + np.array([-0.5, 0.5]) * span * wide / degree
        south, north = (south + north) / 2 + np.array([-0.5, 0.5]) * span * high
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect("auto" if boxed else 1 / degree)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(boxed)
        spine.set_edgecolor("#b0b0b0")
    step = (east - west) / (_STEPS * box[2])
    for code, rings in contours.items():
        x, y = np.concatenate(rings).T
        if x.max() < west or x.min() > east or y.max() < south or y.min() > north:
            continue
        axes.add_patch(PathPatch(_outline(rings, step), **look(code)))
    return axes
