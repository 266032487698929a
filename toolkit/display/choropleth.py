"""A map of a rate in classes: what is low and what is high, where, and what is not known."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from toolkit.display.blocks import Figure, Table
from toolkit.display.maps import draw_france
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import CAUTION, CLASSES, GREY, WIDTH, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, write_number
from toolkit.errors import ToolkitError
from toolkit.i18n import Language, interface_language

_SUPPRESSED = {"facecolor": "white", "edgecolor": CAUTION, "hatch": "/////"}
_MISSING = {"facecolor": "#d0d0d0", "edgecolor": GREY}


def plot_choropleth(
    frame: pd.DataFrame,
    contours: dict[str, list[np.ndarray]],
    *,
    level: str = "DEP",
    breaks: Sequence[float] | None = None,
    classes: int = 5,
    measure: str,
    unit: str = "",
    digits: int | None = None,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw a rate by territory, in at most five classes.

    Parameters
    ----------
    frame : DataFrame
        One row a territory: code, name, value (a rate, not a count), and, if known, status (code
        of the vocabulary "observation_status"): a suppressed value is hatched and never shown.
    contours : dict of str to list of ndarray, shape (n_points, 2)
        As `load_contours` gives for `level`; a territory without a row is grey.
    level : {"DEP", "REG", "EPCI", "COM"}
    breaks : sequence of float, optional
        The limits between classes, increasing: at most four. By default quantiles, so that each
        class has about as many territories; a class holds its lower limit.
    classes : int
        How many, where breaks are not given.
    measure, unit
        As for `plot_event_study`.
    digits : int, optional
        Decimals of a value; by default what tells values apart.

    Raises
    ------
    ToolkitError
        There are more than five classes, no contour, or no value to draw.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    say = interface_language()
    statuses = frame["status"] if "status" in frame else pd.Series("ok", index=frame.index)
    shown = frame.assign(status=statuses, value=frame.value.astype(float))
    hidden = shown.status.isin(["secret", "nd"])
    shown.loc[hidden, "value"] = np.nan
    known = shown.dropna(subset=["value"]).sort_values("value", kind="stable")
    if known.empty:
        raise ToolkitError(say("error.choropleth.no_value", measure=measure))
    digits = spread_digits(known.value) if digits is None else digits
    limits = _limits(known.value, breaks, classes)
    shown["rank"] = np.searchsorted(limits, shown.value, side="right")
    lowest, highest = known.iloc[0], known.iloc[-1]
    values = {
        "measure": measure,
        "level": lang(f"levels.{level}"),
        "lowest": lowest["name"],
        "low": write_number(lowest.value, lang, digits),
        "highest": highest["name"],
        "high": write_number(highest.value, lang, digits),
        "median": write_number(known.value.median(), lang, digits),
    }
    legend = _legend(shown, known.value, limits, set(contours), digits, lang)
    title = lang("choropleth.title", **values)
    described = lang.series(label for label, _ in legend)
    values["unit"] = headed(measure, unit, lang)
    return Figure(
        svg=_draw(shown, contours, legend, level, lang),
        title=title,
        subtitle=lang("choropleth.subtitle", **values),
        note=note,
        alt=lang("choropleth.alt", title=title, classes=described, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(shown, unit, measure, digits, lang),
    )


def _limits(values: pd.Series, breaks: Sequence[float] | None, classes: int) -> np.ndarray:
    """Return the limits between classes: those given, or quantiles without empty classes."""
    wanted = classes if breaks is None else len(breaks) + 1
    if not 1 <= wanted <= len(CLASSES):
        say = interface_language()
        raise ToolkitError(say("error.choropleth.classes", seen=wanted, most=len(CLASSES)))
    if breaks is not None:
        limits = np.asarray(breaks, dtype=float)
        if (np.diff(limits) <= 0).any():
            raise ToolkitError(interface_language()("error.choropleth.breaks", seen=list(breaks)))
        return limits
    ranked = np.quantile(values, np.arange(1, wanted) / wanted, method="higher")
    # A value that fills several classes would leave some of them empty.
    return np.unique(ranked[ranked > values.min()])


def _face(rank: int, n_classes: int) -> str:
    """Return the colour of a class: the ends of the scale are always used."""
    if n_classes == 1:
        return CLASSES[2]
    return CLASSES[round(rank * (len(CLASSES) - 1) / (n_classes - 1))]


def _legend(shown, known: pd.Series, limits, drawn: set[str], digits: int, lang: Language):
    """Return the words and the look of each class, with its number of territories."""
    edges = [known.min(), *limits, known.max()]
    legend = []
    for rank in range(len(limits) + 1):
        n = int(((shown["rank"] == rank) & shown.value.notna()).sum())
        ends = {
            "low": write_number(edges[rank], lang, digits),
            "high": write_number(edges[rank + 1], lang, digits),
        }
        last = rank == len(limits)
        label = lang("choropleth.class.last" if last else "choropleth.class", **ends)
        face = {"facecolor": _face(rank, len(limits) + 1), "edgecolor": GREY}
        legend.append((lang("choropleth.counted", label=label, n=lang.number(n)), face))
    suppressed = int((shown.status == "secret").sum())
    with_value = set(shown.code[shown.value.notna() | (shown.status == "secret")])
    missing = len(drawn - with_value)
    for n, word, look in (
        (suppressed, "choropleth.suppressed", _SUPPRESSED),
        (missing, "choropleth.missing", _MISSING),
    ):
        if n:
            legend.append((lang("choropleth.counted", label=lang(word), n=lang.number(n)), look))
    return legend


def _draw(shown: pd.DataFrame, contours, legend, level: str, lang: Language) -> bytes:
    rows = shown.set_index("code")
    n_classes = sum(face["facecolor"] in CLASSES for _, face in legend)

    def look(code: str) -> dict:
        edge = {"linewidth": 0.4}
        if code not in rows.index:
            return _MISSING | edge
        row = rows.loc[code]
        if row.status == "secret":
            return _SUPPRESSED | edge | {"zorder": 2}
        if pd.isna(row.value):
            return _MISSING | edge
        face = _face(int(row["rank"]), n_classes)
        # The palest shades need an outline to be seen beside the ground.
        outline = (
            {"edgecolor": GREY, "zorder": 2} if face in CLASSES[:2] else {"edgecolor": "white"}
        )
        return {"facecolor": face} | outline | edge

    with in_style():
        figure = Drawing(figsize=(WIDTH, 6.2))
        draw_france(
            figure, contours, look, level=level, names=rows["name"].to_dict(), lang=lang, top=0.9
        )
        handles = [Rectangle((0, 0), 1, 1, linewidth=0.6, **face) for _, face in legend]
        figure.legend(
            handles, [label for label, _ in legend], loc="upper left", ncols=3, frameon=False,
            bbox_to_anchor=(0, 1), borderaxespad=0, fontsize=10, columnspacing=1.6,
        )  # fmt: skip
        return to_svg(figure)


def _tabulate(shown: pd.DataFrame, unit: str, measure: str, digits: int, lang: Language) -> Table:
    rows = tuple(
        (row["name"], row["code"], write_cell(row["value"], lang, digits, status=row["status"]))
        for row in shown.to_dict("records")
    )
    return Table(
        caption=measure,
        header=(
            lang("table.territory"),
            lang("table.code"),
            headed(lang("column.rate"), unit, lang),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        text_columns=frozenset({0, 1}),
        lang=lang,
    )
