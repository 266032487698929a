"""Trends: the treated beside their comparison, before and after adoption."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import (
    canvas,
    check_drawable,
    label_ends,
    mark_adoption,
    number_axis,
    period_axis,
    period_positions,
    reach,
)
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import COMPARISONS, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, write_level, write_number, write_period
from toolkit.i18n import Language


def plot_trends(
    frame: pd.DataFrame,
    *,
    adoption: object,
    measure: str,
    unit: str = "",
    level: float = 0.95,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the mean of the treated and of the comparison territories by period.

    Parameters
    ----------
    frame : DataFrame
        One row a group and period: group ("treated" or "comparison"), period (sortable), value
        in `unit`, missing where there is none; if it has low and high, they are drawn
        as a band, of `level`.
    adoption : object
        The first treated period, one of those of the frame.
    measure, unit, level
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by how each group's mean changed from before adoption to after.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, value="plot_trends")
    wide = frame.pivot(index="period", columns="group", values="value").sort_index()
    wide = wide.astype(float).reindex(columns=["treated", "comparison"])
    digits = spread_digits(wide.to_numpy().ravel())
    after = wide.index >= adoption
    change = wide[after].mean() - wide[~after].mean()
    values = {
        name: write_number(change[name], lang, digits, unit, sign=True)
        if pd.notna(change[name])
        else lang("figure.unknown")
        for name in wide
    }
    values |= {
        "measure": headed(measure, unit, lang),
        "level": lang.percent(level, 0),
        "adoption": write_period(adoption, lang),
        "first": write_period(wide.index[0], lang),
        "last": write_period(wide.index[-1], lang),
    }
    title = lang("trends.title", **values)
    notes = [lang("population.figure.gap")] if wide.isna().any(axis=None) else []
    return Figure(
        svg=_draw(frame, wide, adoption, lang),
        title=title,
        subtitle=lang("trends.subtitle.bounded" if "low" in frame else "trends.subtitle", **values),
        note=" ".join([lang("trends.note"), *notes, note]).strip(),
        alt=lang("trends.alt", title=title, ends=_ends(wide, lang, digits, unit), **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(wide, measure, unit, digits, lang),
    )


def _ends(wide: pd.DataFrame, lang: Language, digits: int, unit: str) -> str:
    """Say where each group starts and ends."""
    said = []
    for name in wide:
        known = wide[name].dropna()
        if len(known):
            first, last = (write_level(known.iloc[place], lang, digits, unit) for place in (0, -1))
            said.append(
                lang("trends.alt.ends", group=lang(f"group.{name}"), first=first, last=last)
            )
    return lang.series(said)


def _draw(frame: pd.DataFrame, wide: pd.DataFrame, adoption: object, lang: Language) -> bytes:
    periods: Sequence = list(wide.index)
    positions = period_positions(periods)
    looks = {"treated": (STRONG, "-", 2.6), "comparison": (*COMPARISONS[0], 1.8)}
    with in_style():
        figure = canvas(3.6)
        axes = figure.add_subplot()
        bands = [frame[name] for name in ("low", "high") if name in frame]
        axes.set_ylim(*reach(wide.to_numpy().ravel(), *bands))
        ends = []
        for name, (color, dash, width) in looks.items():
            if bands:
                edges = frame[frame.group == name].set_index("period").reindex(periods)
                low, high = (
                    np.clip(edges[b].to_numpy(dtype=float), *axes.get_ylim())
                    for b in ("low", "high")
                )
                axes.fill_between(positions, low, high, color=color, alpha=0.15, linewidth=0)
            marker = "o" if len(periods) <= 40 else ""
            axes.plot(
                positions, wide[name], color=color, linestyle=dash, linewidth=width,
                marker=marker, markersize=5 if name == "treated" else 3.5,
            )  # fmt: skip
            known = wide[name].dropna()
            if len(known):
                strong = name == "treated"
                ends.append((positions[-1], known.iloc[-1], lang(f"group.{name}"), color, strong))
        number_axis(axes, "y", lang)
        period_axis(axes, periods, lang)
        label_ends(axes, ends)
        mark_adoption(axes, positions[periods.index(adoption)] - 0.5, lang("figure.adoption"))
        return to_svg(figure)


def _tabulate(wide: pd.DataFrame, measure: str, unit: str, digits: int, lang: Language) -> Table:
    rows = tuple(
        (
            write_period(period, lang),
            *(write_cell(value, lang, digits) for value in row),
        )
        for period, row in zip(wide.index, wide.to_numpy(), strict=True)
    )
    return Table(
        caption=measure,
        header=(
            lang("column.period"),
            *(headed(lang(f"group.{name}"), unit, lang) for name in wide),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )
