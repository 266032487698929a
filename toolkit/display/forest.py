"""A forest plot: the effect of each study, the pooled one, where a new territory's would lie."""

import math

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import (
    canvas,
    check_drawable,
    draw_intervals,
    number_axis,
    reach,
    wrapped,
    zero_line,
)
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import CAUTION, GREY, STRONG, in_style, to_svg
from toolkit.display.writing import headed, supported_digits, write_interval, write_number
from toolkit.estimate import Estimate
from toolkit.i18n import Language

_NAME_WIDTH = 26
_LINE = 0.17


def plot_forest(
    studies: pd.DataFrame,
    *,
    pooled: Estimate | None = None,
    prediction: tuple[float, float] | None = None,
    measure: str,
    unit: str = "",
    level: float = 0.95,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the effect of each study with its interval, and the pooled effect under them.

    Parameters
    ----------
    studies : DataFrame
        One row a study: study (its name), value, low and high, in `unit`; if it has weight (a
        share of 1), the area of a square follows it.
    pooled : Estimate or MetaAnalysis, optional
        Its value, low and high are drawn, as a diamond as wide as the interval.
    prediction : (float, float), optional
        Where the effect in one more territory would lie, at `level`; drawn as an open bar, and
        left out where it is not known (NaN).
    measure, unit, level
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by the pooled effect, or by how many studies exclude zero.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    if prediction is not None and np.isnan(prediction).any():
        prediction = None
    check_drawable(studies, value="plot_forest")
    ends = [studies.low, studies.high]
    if pooled is not None:
        ends = [
            pd.concat([ends[0], pd.Series([pooled.low])]),
            pd.concat([ends[1], pd.Series([pooled.high])]),
        ]
    digits = supported_digits(*ends)
    excluding = int(((studies.low > 0) | (studies.high < 0)).sum())
    values = {
        "measure": measure,
        "level": lang.percent(level, 0),
        "n": lang.number(excluding),
        "count": lang.number(len(studies)),
        "of": lang.plural("forest.studies", len(studies)),
    }
    title = lang("forest.title.studies", **values)
    if pooled is not None:
        values["value"] = write_number(pooled.value, lang, digits, unit, sign=True)
        values["interval"] = write_interval(pooled.low, pooled.high, lang, digits)
        title = lang("forest.title" if values["interval"] else "forest.title.bare", **values)
    rows = _rows(studies, pooled, prediction, lang)
    notes = [lang("forest.note.pooled")] if pooled is not None else []
    notes += [lang("forest.note.weight")] if "weight" in studies else []
    notes += [lang("forest.note.prediction", **values)] if prediction is not None else []
    notes += [lang("figure.arrow")] if np.isinf(rows[["low", "high"]]).any(axis=None) else []
    said = lang.series(f"{row.label} {_result(row, lang, digits)}" for row in rows.itertuples())
    return Figure(
        svg=_draw(rows, lang, digits),
        title=title,
        subtitle=lang(
            "forest.subtitle", **values | {"measure": headed(measure, unit, lang, difference=True)}
        ),
        note=" ".join([*notes, note]).strip(),
        alt=lang("forest.alt", title=title, rows=said, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(rows, measure, unit, level, digits, lang),
    )


def _rows(studies: pd.DataFrame, pooled, prediction, lang: Language) -> pd.DataFrame:
    """Return what is drawn, a row a line: kind, label, value, low, high and weight."""
    rows = [
        {
            "kind": "study", "label": str(row.study), "value": row.value, "low": row.low,
            "high": row.high, "weight": getattr(row, "weight", np.nan),
        }
        for row in studies.itertuples()
    ]  # fmt: skip
    if pooled is not None:
        rows.append(
            {
                "kind": "pooled", "label": lang("forest.pooled"), "value": pooled.value,
                "low": pooled.low, "high": pooled.high, "weight": np.nan,
            }
        )  # fmt: skip
    if prediction is not None:
        rows.append(
            {
                "kind": "prediction", "label": lang("forest.prediction"), "value": np.nan,
                "low": prediction[0], "high": prediction[1], "weight": np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _result(row, lang: Language, digits: int) -> str:
    interval = write_interval(row.low, row.high, lang, digits)
    if pd.isna(row.value):
        return interval
    value = write_number(row.value, lang, digits, sign=True)
    return lang("forest.result", value=value, interval=interval) if interval else value


def _draw(rows: pd.DataFrame, lang: Language, digits: int) -> bytes:
    names = [wrapped(label, _NAME_WIDTH) for label in rows.label]
    heights = np.array([1.6 + 0.95 * (name.count("\n")) for name in names])
    # Each row takes the room of its lines; the pooled result stands a little apart.
    heights += np.where(rows.kind.shift() == "study", np.where(rows.kind == "study", 0, 0.8), 0)
    places = -(np.cumsum(heights) - heights / 2)
    with in_style():
        figure = canvas(_LINE * heights.sum() + 0.6)
        axes = figure.add_subplot()
        axes.set_xlim(*reach(rows.value, rows.low, rows.high, include=[0]))
        axes.set_ylim(-heights.sum(), 0.2)
        zero_line(axes, "x")
        largest = rows.weight.max()
        for place, row in zip(places, rows.itertuples(), strict=True):
            if row.kind == "pooled":
                _diamond(axes, place, row)
            elif row.kind == "prediction":
                draw_intervals(
                    axes,
                    [place],
                    [row.low],
                    [row.high],
                    horizontal=True,
                    color=CAUTION,
                    width=3,
                    cap=4,
                )
            else:
                draw_intervals(
                    axes,
                    [place],
                    [row.low],
                    [row.high],
                    horizontal=True,
                    color=GREY,
                    width=1.4,
                    cap=0,
                )
                share = row.weight / largest if largest > 0 else 0.5
                axes.plot(
                    row.value,
                    place,
                    marker="s",
                    color=STRONG,
                    markersize=3 + 6 * math.sqrt(share),
                    zorder=4,
                )
        number_axis(axes, "x", lang, sign=True)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        for place, row, label in zip(
            places, rows.itertuples(), axes.get_yticklabels(), strict=True
        ):
            label.set_weight("bold" if row.kind == "pooled" else "normal")
            axes.annotate(
                _result(row, lang, digits), (1, place), xycoords=("axes fraction", "data"),
                xytext=(10, 0), textcoords="offset points", va="center", annotation_clip=False,
                weight="bold" if row.kind == "pooled" else "normal",
            )  # fmt: skip
        return to_svg(figure)


def _diamond(axes, place: float, row) -> None:
    """Draw the pooled effect; where it has no bounded interval, as its interval and a mark."""
    if np.isfinite([row.low, row.high]).all():
        across = [row.low, row.value, row.high, row.value]
        axes.fill(across, [place, place + 0.5, place, place - 0.5], color=STRONG, zorder=4)
        return
    draw_intervals(axes, [place], [row.low], [row.high], horizontal=True)
    axes.plot(row.value, place, marker="D", color=STRONG, markersize=8, zorder=4)


def _tabulate(
    rows: pd.DataFrame, measure: str, unit: str, level: float, digits: int, lang: Language
) -> Table:
    columns = ["value", "low", "high"]

    def cell(value: float) -> str:
        return write_cell(value, lang, digits, sign=True)

    weighted = rows.weight.notna().any()
    cells = tuple(
        (
            row.label,
            *(
                "" if row.kind == "prediction" and name == "value" else cell(getattr(row, name))
                for name in columns
            ),
            *((lang.percent(row.weight, 1) if pd.notna(row.weight) else "",) if weighted else ()),
        )
        for row in rows.itertuples()
    )
    titles = [lang(f"column.{name}", level=lang.percent(level, 0)) for name in columns]
    titles[0] = headed(titles[0], unit, lang, difference=True)
    return Table(
        caption=measure,
        header=(
            lang("forest.column.study"),
            *titles,
            *((lang("column.weight"),) if weighted else ()),
        ),
        rows=cells,
        note=with_signs(cells, "", lang),
        strong=frozenset(np.flatnonzero(rows.kind == "pooled").tolist()),
        lang=lang,
    )
