"""Balance: how unlike the treated the comparison was, and is once matched or weighted."""

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, check_drawable, number_axis, reach, wrapped, zero_line
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import GREY, LAND, STRONG, in_style, to_svg
from toolkit.i18n import Language

# A standardised difference below this is usually held to be small (Austin 2009).
SMALL_DIFFERENCE = 0.1
_DIGITS = 2


def plot_balance(
    frame: pd.DataFrame,
    *,
    threshold: float = SMALL_DIFFERENCE,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the standardised difference of each covariate before and after adjustment.

    Parameters
    ----------
    frame : DataFrame
        One row a covariate: covariate (its name, in the reader's language), before and after
        (difference of means over a standard deviation; missing where there is none).
    threshold : float
        Differences below it are held to be small; drawn as a grey band.

    Returns
    -------
    Figure
        The largest difference before stands first.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, before="plot_balance")
    frame = frame.iloc[np.argsort(-frame.before.abs().to_numpy(dtype=float), kind="stable")]
    values = _values(frame, threshold, lang)
    title = lang("balance.title", **values)
    return Figure(
        svg=_draw(frame, threshold, lang),
        title=title,
        subtitle=lang("balance.subtitle"),
        note=" ".join([lang("balance.note", **values), note]).strip(),
        alt=lang("balance.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=tabulate_balance(frame, threshold=threshold, lang=lang),
    )


def tabulate_balance(
    frame: pd.DataFrame,
    *,
    threshold: float = SMALL_DIFFERENCE,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out `plot_balance`'s frame; what still differs by more than `threshold` is in bold.

    Examples
    --------
    See `plot_balance`.
    """
    rows = tuple(
        (
            str(row.covariate),
            write_cell(row.before, lang, _DIGITS, sign=True),
            write_cell(row.after, lang, _DIGITS, sign=True),
        )
        for row in frame.itertuples()
    )
    large = np.flatnonzero(frame.after.abs() > threshold).tolist()
    explained = lang("balance.bold", threshold=lang.number(threshold, _DIGITS)) if large else ""
    return Table(
        caption=lang("balance.subtitle"),
        header=(lang("balance.covariate"), lang("balance.before"), lang("balance.after")),
        rows=rows,
        note=with_signs(rows, " ".join([explained, note]).strip(), lang),
        strong=frozenset(large),
        simulated=simulated,
        lang=lang,
    )


def _values(frame: pd.DataFrame, threshold: float, lang: Language) -> dict[str, str]:
    small = {name: int((frame[name].abs() <= threshold).sum()) for name in ("before", "after")}
    worst = {
        f"worst_{name}": write_cell(frame[name].abs().max(), lang, _DIGITS)
        for name in ("before", "after")
    }
    return {
        "before": lang.number(small["before"]),
        "after": lang.number(small["after"]),
        "of": lang.plural("balance.covariates", len(frame)),
        "threshold": lang.number(threshold, _DIGITS),
        **worst,
    }


def _draw(frame: pd.DataFrame, threshold: float, lang: Language) -> bytes:
    names = [wrapped(name, 30) for name in frame.covariate]
    heights = np.array([1 + 0.55 * name.count("\n") for name in names])
    places = heights / 2 - np.cumsum(heights)
    with in_style():
        figure = canvas(0.95 + 0.31 * heights.sum())
        axes = figure.add_subplot()
        low, high = reach(frame.before, frame.after, include=[0, -threshold, threshold])
        axes.set_xlim(low, high)
        axes.set_ylim(-heights.sum() - 0.2, 0.2)
        axes.axvspan(-threshold, threshold, color=LAND, linewidth=0, zorder=0)
        zero_line(axes, "x")
        axes.hlines(places, frame.before, frame.after, color=GREY, linewidth=1, zorder=2)
        looks = (
            ("before", {"marker": "o", "color": GREY, "markerfacecolor": "white"}),
            ("after", {"marker": "D", "color": STRONG}),
        )
        for name, look in looks:
            axes.plot(
                frame[name], places, linestyle="", markersize=7, markeredgewidth=1.5,
                label=lang(f"balance.{name}"), zorder=3, **look,
            )  # fmt: skip
        number_axis(axes, "x", lang, sign=True, most=9)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        figure.legend(loc="outside upper left", ncols=2, frameon=False, handletextpad=0.3)
        return to_svg(figure)
