"""France with its overseas départements and Paris as insets, and where a territory is on it."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from toolkit.display.blocks import Figure
from toolkit.display.frames import Frame, frames, thin
from toolkit.display.style import GREY, LAND, STRONG, WIDTH, in_style, to_svg
from toolkit.errors import ToolkitError
from toolkit.i18n import Language, interface_language
from toolkit.records.territories import Territory

# Distinct positions across the whole width of the figure: about as many as it has points.
_STEPS = 500


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
        A locator map; its text alternative names what is highlighted, unless that is everything.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    names = departments.set_index("code").name
    listed = lang.join(inside.name.tolist())
    title, alt = lang("map.title", name=place.name), lang("map.alt", highlighted=listed)
    if place.level in ("EPCI", "COM"):
        title = lang.plural("map.title.within", len(inside), name=place.name, departments=listed)
    elif place.level == "FR":
        title, alt = lang("map.title.all"), lang("map.alt.all", n=lang.number(len(inside)))
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
        alt=alt,
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
    for frame in frames(level, top=top):
        axes = _draw_frame(figure, frame, contours, look)
        if frame.boxed:
            title = (
                lang("map.paris") if frame.name == "paris" else names.get(frame.name, frame.name)
            )
            axes.set_title(title, fontsize=9, pad=2)


def _outline(rings: list[np.ndarray], step: float) -> Path:
    """Join the rings into one path, to the nearest step (degrees) that a reader can see."""
    paths = [Path(ring * step, closed=True) for ring in thin(rings, step)]
    return Path.make_compound_path(*paths) if paths else Path(np.empty((0, 2)))


def _draw_frame(figure, frame: Frame, contours, look):
    """Draw the contours that fall in one frame; proportions are true at its middle latitude."""
    axes = figure.add_axes(frame.box)
    degree = frame.degree
    if frame.boxed:
        frame = frame.widened(*(figure.get_size_inches() * frame.box[2:]))
    west, east, south, north = frame.bounds
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect("auto" if frame.boxed else 1 / degree)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(frame.boxed)
        spine.set_edgecolor("#b0b0b0")
    step = (east - west) / (_STEPS * frame.box[2])
    for code, rings in contours.items():
        if frame.shows(rings):
            # The limits are set: `add_patch` would look for them along each curve, half the time.
            axes.add_artist(PathPatch(_outline(rings, step), **look(code)))
    return axes
