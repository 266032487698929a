"""What an effect costs: the plane of effects and costs, in four quarters that bear their names."""

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import (
    apart,
    canvas,
    check_drawable,
    draw_intervals,
    number_axis,
    reach,
    zero_line,
)
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import GREY, INK, PLACEBO, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, supported_digits, write_number
from toolkit.i18n import Language

_QUARTERS = ("better_dearer", "better_cheaper", "worse_dearer", "worse_cheaper")
_ENDS = ("effect_low", "effect_high", "cost_low", "cost_high")
# Dots that are drawn; shares are of all draws.
_MOST_DRAWS = 300


def plot_cost_effectiveness(
    points: pd.DataFrame,
    *,
    draws: pd.DataFrame | None = None,
    measure: str,
    unit: str = "",
    cost: str,
    cost_unit: str = "eur",
    level: float = 0.95,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw what each option brings and costs beyond its comparison.

    Parameters
    ----------
    points : DataFrame
        One row an option: name, effect (in `unit`, a gain is positive), cost (in `cost_unit`);
        if it has effect_low, effect_high, cost_low and cost_high, they are drawn as a cross.
    draws : DataFrame, optional
        Columns effect and cost: simulated pairs of one option, drawn behind; the share in each
        quarter is then said. Draws on an axis count as no better, or no dearer.
    measure, cost : str
        What is gained and what is spent, in the reader's language.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(points, effect="plot_cost_effectiveness")
    quarters = _quarter(points)
    bounded = set(_ENDS) <= set(points.columns)
    digits = (
        supported_digits(points.effect_low, points.effect_high)
        if bounded
        else spread_digits(points.effect)
    )
    cost_digits = (
        supported_digits(points.cost_low, points.cost_high)
        if bounded
        else spread_digits(points.cost)
    )
    values = {
        "measure": headed(measure, unit, lang, difference=True),
        "cost": headed(cost, cost_unit, lang),
        "level": lang.percent(level, 0),
        "n": lang.number(int((quarters == "better_cheaper").sum())),
        "of": lang.plural("cost.options", len(points)),
        "better": lang.number(int(quarters.str.startswith("better").sum())),
    }
    title = lang("cost.title", **values)
    if len(points) == 1:
        title = lang(f"cost.title.{quarters.iloc[0]}", name=points["name"].iloc[0])
    said = lang.series(
        lang(
            "cost.alt.point",
            name=row["name"],
            effect=write_number(row["effect"], lang, digits, unit, sign=True),
            cost=write_number(row["cost"], lang, cost_digits, cost_unit, sign=True),
            quarter=lang(f"cost.quarter.{quarter}"),
        )
        for row, quarter in zip(points.to_dict("records"), quarters, strict=True)
    )
    ends = points[list(_ENDS)] if bounded else points[["effect"]]
    arrows = lang("figure.arrow") if np.isinf(ends).any(axis=None) else ""
    shares = ""
    if draws is not None and len(draws):
        counts = _quarter(draws).value_counts(normalize=True)
        listed = [
            f"{lang(f'cost.quarter.{q}')} {lang.percent(counts.get(q, 0.0), 0)}" for q in _QUARTERS
        ]
        shares = lang("cost.draws", shares=lang.join(listed))
    return Figure(
        svg=_draw(points, draws, bounded, values, lang),
        title=title,
        subtitle=lang("cost.subtitle.bounded" if bounded else "cost.subtitle", **values),
        note=" ".join(part for part in (shares, arrows, note) if part),
        alt=" ".join([lang("cost.alt", title=title, points=said, **values), shares]).strip(),
        lang=lang,
        simulated=simulated,
        table=_tabulate(points, quarters, bounded, values, (digits, cost_digits), level, lang),
    )


def _quarter(frame: pd.DataFrame) -> pd.Series:
    better = np.where(frame.effect > 0, "better", "worse")
    dearer = np.where(frame.cost > 0, "dearer", "cheaper")
    return pd.Series([f"{b}_{d}" for b, d in zip(better, dearer, strict=True)], index=frame.index)


def _draw(points, draws, bounded: bool, values: dict[str, str], lang: Language) -> bytes:
    with in_style():
        figure = canvas(4.4)
        axes = figure.add_subplot()
        spans = {"x": [points.effect], "y": [points.cost]}
        if bounded:
            spans["x"] += [points.effect_low, points.effect_high]
            spans["y"] += [points.cost_low, points.cost_high]
        if draws is not None:
            spans["x"].append(draws.effect)
            spans["y"].append(draws.cost)
        axes.set_xlim(*_both_sides(*reach(*spans["x"], include=[0], margin=0.15)))
        axes.set_ylim(*_both_sides(*reach(*spans["y"], include=[0], margin=0.15)))
        if draws is not None:
            axes.plot(
                draws.effect[:_MOST_DRAWS], draws.cost[:_MOST_DRAWS], linestyle="", marker=".",
                color=PLACEBO, markersize=2.5, zorder=1.5,
            )  # fmt: skip
        zero_line(axes, "x")
        zero_line(axes, "y")
        if bounded:
            draw_intervals(
                axes,
                points.cost,
                points.effect_low,
                points.effect_high,
                horizontal=True,
                width=1.2,
                cap=2,
            )
            draw_intervals(axes, points.effect, points.cost_low, points.cost_high, width=1.2, cap=2)
        axes.plot(
            points.effect,
            points.cost,
            linestyle="",
            marker="o",
            color=STRONG,
            markersize=7,
            zorder=5,
        )
        _name_points(axes, points)
        corners = {
            "better_dearer": (1, 1),
            "better_cheaper": (1, 0),
            "worse_dearer": (0, 1),
            "worse_cheaper": (0, 0),
        }
        for quarter, (x, y) in corners.items():
            axes.annotate(
                lang(f"cost.quarter.{quarter}").capitalize(), (x, y), xycoords="axes fraction",
                ha="right" if x else "left", va="top" if y else "bottom", color=GREY, fontsize=9.5,
                xytext=(-4 if x else 4, -4 if y else 4), textcoords="offset points",
            )  # fmt: skip
        number_axis(axes, "y", lang, sign=True)
        number_axis(axes, "x", lang, sign=True)
        axes.grid(False)
        axes.set_xlabel(f"{values['measure']} →")
        axes.set_title(f"{values['cost']} ↑", loc="left", fontsize=11)
        return to_svg(figure)


def _both_sides(low: float, high: float) -> tuple[float, float]:
    """Return limits that leave room on each side of zero, so that all quarters are seen."""
    room = 0.25 * (high - low)
    return min(low, -room), max(high, room)


def _name_points(axes, points: pd.DataFrame) -> None:
    """Write each option's name beside its mark, pushed apart where marks are close."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    heights = apart(points.cost + 0.035 * (high - low), (high - low) * 0.055)
    for name, x, height in zip(points["name"], points.effect, heights, strict=True):
        late = x > left + 0.7 * (right - left)
        axes.annotate(
            str(name), (x, height), xytext=(-7 if late else 7, 0), textcoords="offset points",
            ha="right" if late else "left", va="center", fontsize=10, color=INK, zorder=6,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _tabulate(points, quarters, bounded, values, digits, level, lang: Language) -> Table:
    columns = ["effect", *(["effect_low", "effect_high"] if bounded else []), "cost"]
    columns += ["cost_low", "cost_high"] if bounded else []
    rows = tuple(
        (
            str(row["name"]),
            *(write_cell(row[c], lang, digits[c.startswith("cost")], sign=True) for c in columns),
            lang(f"cost.quarter.{quarter}"),
        )
        for row, quarter in zip(points.to_dict("records"), quarters, strict=True)
    )
    ends = {name: lang(f"column.{name}", level=lang.percent(level, 0)) for name in ("low", "high")}
    titles = {"effect": values["measure"], "cost": values["cost"]}
    header = [titles.get(c) or ends[c.rpartition("_")[2]] for c in columns]
    return Table(
        caption=lang("cost.caption"),
        header=(lang("cost.option"), *header, lang("cost.quarter")),
        rows=rows,
        note=with_signs(rows, "", lang),
        text_columns=frozenset({0, len(columns) + 1}),
        lang=lang,
    )
