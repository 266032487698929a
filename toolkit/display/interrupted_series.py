"""An interrupted series: what was observed, and what was expected without the project."""

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
from toolkit.display.style import COMPARISONS, PALE, STRONG, in_style, to_svg
from toolkit.display.writing import (
    headed,
    spread_digits,
    supported_digits,
    write_number,
    write_period,
)
from toolkit.i18n import Language


def plot_interrupted_series(
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
    """Draw a series with what was expected had nothing changed, and how sure that is.

    Parameters
    ----------
    frame : DataFrame
        One row a period: period, observed (missing where it was not), counterfactual (expected had
        nothing changed), low and high (of this expectation, at `level`; missing where there is
        none, infinite where unbounded), in `unit`: the path of an `InterruptedSeries`.
    adoption : object
        The first period after the change.
    measure, unit, level
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by the mean gap after adoption; its alternative counts the periods outside the band.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, counterfactual="plot_interrupted_series")
    frame = frame.sort_values("period", ignore_index=True)
    after = frame[frame.period >= adoption].dropna(subset=["observed", "counterfactual"])
    digits = supported_digits(frame.low, frame.high)
    gap = (after.observed - after.counterfactual).mean()
    known = len(after) > 0
    values = {
        "measure": headed(measure, unit, lang),
        "level": lang.percent(level, 0),
        "above": lang.number(int((after.observed > after.high).sum())),
        "below": lang.number(int((after.observed < after.low).sum())),
        "of": lang.plural("series.periods", len(after)),
        "gap": write_number(gap, lang, digits, unit, sign=True)
        if known
        else lang("figure.unknown"),
        "adoption": write_period(adoption, lang),
    }
    title = lang("series.title", **values)
    notes = [lang("population.figure.gap")] if frame.observed.isna().any() else []
    notes += [lang("series.unbounded")] if np.isinf(frame[["low", "high"]]).any(axis=None) else []
    return Figure(
        svg=_draw(frame, adoption, lang),
        title=title,
        subtitle=lang("series.subtitle", **values),
        note=" ".join([*notes, note]).strip(),
        alt=lang("series.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(frame, measure, unit, level, digits, lang),
    )


def _draw(frame: pd.DataFrame, adoption: object, lang: Language) -> bytes:
    periods = list(frame.period)
    positions = period_positions(periods)
    with in_style():
        figure = canvas(3.6)
        axes = figure.add_subplot()
        axes.set_ylim(*reach(frame.observed, frame.counterfactual, frame.low, frame.high))
        low, high = (
            np.clip(frame[name].to_numpy(dtype=float), *axes.get_ylim()) for name in ("low", "high")
        )
        color, dash = COMPARISONS[0]
        axes.fill_between(positions, low, high, color=PALE, linewidth=0, zorder=1)
        for edge in (low, high):
            axes.plot(positions, edge, color=COMPARISONS[2][0], linewidth=0.8, zorder=1.5)
        axes.plot(
            positions, frame.counterfactual, color=color, linestyle=dash, linewidth=1.8, zorder=3
        )
        size = 4.5 if len(periods) <= 60 else 2.5
        axes.plot(
            positions,
            frame.observed,
            color=STRONG,
            linewidth=1.6,
            marker="o",
            markersize=size,
            zorder=4,
        )
        number_axis(axes, "y", lang)
        period_axis(axes, periods, lang)
        ends = []
        for column, word, shade in (
            ("observed", "series.observed", STRONG),
            ("counterfactual", "series.expected", color),
        ):
            known = frame[column].dropna()
            if len(known):
                ends.append(
                    (positions[-1], known.iloc[-1], lang(word), shade, column == "observed")
                )
        label_ends(axes, ends)
        mark_adoption(axes, positions[periods.index(adoption)] - 0.5, lang("figure.adoption"))
        return to_svg(figure)


def _tabulate(frame, measure: str, unit: str, level: float, digits: int, lang: Language) -> Table:
    observed = spread_digits(frame.observed)
    rows = tuple(
        (
            write_period(row.period, lang),
            write_cell(row.observed, lang, min(observed, digits + 1)),
            *(
                write_cell(getattr(row, name), lang, digits)
                for name in ("counterfactual", "low", "high")
            ),
        )
        for row in frame.itertuples()
    )
    written = lang.percent(level, 0)
    return Table(
        caption=measure,
        header=(
            lang("column.period"),
            headed(lang("series.observed"), unit, lang),
            headed(lang("series.expected"), unit, lang),
            lang("column.low", level=written),
            lang("column.high", level=written),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )
