"""The map of a design: who is treated, who they are compared with, who borders them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from toolkit.display.blocks import Figure, Table
from toolkit.display.maps import draw_france
from toolkit.display.style import CAUTION, GREY, STRONG, WIDTH, in_style, to_svg
from toolkit.i18n import Language

# A hatch as well as a shade: no role is told by colour alone.
_LOOKS = {
    "treated": {"facecolor": STRONG, "edgecolor": "white", "zorder": 3},
    "neighbour": {"facecolor": "white", "edgecolor": CAUTION, "hatch": "/////", "zorder": 2},
    "comparison": {"facecolor": "#c2c2c2", "edgecolor": GREY},
    "excluded": {"facecolor": "white", "edgecolor": "#949494"},
}


def plot_design_map(
    roles: Mapping[str, str],
    names: Mapping[str, str],
    contours: dict[str, list[np.ndarray]],
    *,
    level: str = "DEP",
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the role of each territory in a study.

    Parameters
    ----------
    roles : mapping
        By code: "treated", "comparison", "neighbour" (of a treated one) or "excluded"; a code
        that is not there counts as excluded.
    names : mapping
        Of the territories, by code.
    contours, level
        As for `plot_choropleth`.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    given = pd.Series({code: roles.get(code, "excluded") for code in contours}, dtype=object)
    counts = {role: int((given == role).sum()) for role in _LOOKS}
    listed = {
        role: lang.join([names.get(code, code) for code in given.index[given == role]])
        for role in ("treated", "neighbour")
    }
    title = lang.plural(
        "designmap.title", counts["treated"], comparison=lang.number(counts["comparison"])
    )
    if counts["neighbour"]:
        title += lang.plural("designmap.title_neighbours", counts["neighbour"])
    said = lang.plural("designmap.neighbours", counts["neighbour"], names=listed["neighbour"])
    return Figure(
        svg=_draw(given, names, contours, counts, level, lang),
        title=title,
        subtitle=lang("designmap.subtitle", level=lang(f"levels.{level}")),
        note=note,
        alt=lang("designmap.alt", title=title, treated=listed["treated"])
        + (f" {said}" if counts["neighbour"] else ""),
        lang=lang,
        simulated=simulated,
        table=_tabulate(given, names, lang),
    )


def _draw(roles: pd.Series, names, contours, counts, level: str, lang: Language) -> bytes:
    with in_style():
        figure = Drawing(figsize=(WIDTH, 6.0))
        draw_france(
            figure, contours, lambda code: _LOOKS[roles[code]] | {"linewidth": 0.4},
            level=level, names=names, lang=lang, top=0.93,
        )  # fmt: skip
        used = [role for role in _LOOKS if counts[role]]
        figure.legend(
            [Rectangle((0, 0), 1, 1, linewidth=0.6, **_LOOKS[role]) for role in used],
            [f"{lang(f'designmap.{role}')} ({lang.number(counts[role])})" for role in used],
            loc="upper left", ncols=4, frameon=False, bbox_to_anchor=(0, 1), borderaxespad=0,
            fontsize=10, columnspacing=1.6,
        )  # fmt: skip
        return to_svg(figure)


def _tabulate(roles: pd.Series, names: Mapping[str, str], lang: Language) -> Table:
    """Name who has each role: a line a role, where a line a territory would take two pages."""
    named = {
        role: [names.get(code, code) for code in roles.index[roles == role]]
        for role in _LOOKS
        if role != "excluded"
    }
    return Table(
        caption=lang("designmap.caption"),
        header=(lang("designmap.role"), lang("designmap.count"), lang("designmap.names")),
        rows=tuple(
            (lang(f"designmap.{role}"), lang.number(len(found)), ", ".join(found))
            for role, found in named.items()
            if found
        ),
        text_columns=frozenset({0, 2}),
        lang=lang,
    )
