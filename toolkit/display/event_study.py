"""An event study: the difference from the reference period, period by period around adoption."""

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import (
    canvas,
    check_drawable,
    draw_intervals,
    mark_adoption,
    number_axis,
    reach,
    zero_line,
)
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import GREY, PALE, STRONG, in_style, to_svg
from toolkit.display.writing import headed, supported_digits, write_interval, write_number
from toolkit.estimate import CheckOutcome
from toolkit.i18n import Language

# What a joint test shows; one that rarely sees a divergence shows little by finding none.
_BY_STATUS = {"failed": "diverged", "passed": "together", "informative": "weak"}


def plot_event_study(
    frame: pd.DataFrame,
    *,
    measure: str,
    unit: str = "",
    level: float = 0.95,
    reference: int = -1,
    length: int = 1,
    pretrends: CheckOutcome | None = None,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the coefficients of an event study, before and after adoption.

    Parameters
    ----------
    frame : DataFrame
        One row an event time: event_time (0 is the period of adoption), value, low and high, in
        `unit`; an infinite end is drawn as an arrow. If it has band_low and band_high, this
        simultaneous band, which holds all values at once at `level`, is drawn behind.
    measure : str
        What is measured, where and when, in the reader's language.
    unit : str
        Code of the vocabulary "unit".
    reference : int
        The event time all others are compared with; drawn as a hollow mark at zero.
    length : int
        Of an event time, in periods of the panel.
    pretrends : CheckOutcome, optional
        What `pretrend_test` made of the coefficients before adoption: intervals that stand alone
        do not say whether all may be zero at once.

    Returns
    -------
    Figure
        Titled by that test, or else by how many intervals before adoption exclude zero; and by how
        many after adoption do.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, value="plot_event_study")
    frame = frame.sort_values("event_time")
    digits = supported_digits(frame.low, frame.high)
    notes = [lang("event.note.reference", period=lang.number(reference))]
    if "band_low" not in frame:
        notes.append(lang("event.note.alone", level=lang.percent(level, 0)))
    notes += [lang("figure.arrow")] if np.isinf(frame[["low", "high"]]).any(axis=None) else []
    after, before = frame[frame.event_time >= 0], frame[frame.event_time < 0]
    counts = {"n": _excluding(after), "of": len(after), "m": _excluding(before), "mof": len(before)}
    written = {name: lang.number(count) for name, count in counts.items()}
    lines = [
        lang(
            "event.alt.point",
            time=lang.number(row.event_time, sign=True),
            value=write_number(row.value, lang, digits, unit, sign=True),
            interval=write_interval(row.low, row.high, lang, digits) or lang("interval.none"),
        )
        for row in frame.itertuples()
    ]
    banded = "band_low" in frame
    values = {"level": lang.percent(level, 0), "measure": measure, **written}
    if pretrends is not None:
        values["p"] = lang.p_value(pretrends.values["p"])
        notes.append(lang.plural("event.note.joint", pretrends.values["n"]))
    title = lang(_title(before, pretrends), **values)
    return Figure(
        svg=_draw(frame, reference, length, lang),
        title=title,
        subtitle=lang("event.subtitle.band" if banded else "event.subtitle", **values),
        note=" ".join([*notes, note]).strip(),
        alt=lang("event.alt", title=title, points=lang.series(lines), **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(frame, measure, unit, level, digits, length, lang),
    )


def _title(before: pd.DataFrame, pretrends: CheckOutcome | None) -> str:
    if pretrends is not None:
        return f"event.title.{_BY_STATUS[pretrends.status]}"
    return "event.title" if len(before) else "event.title.after"


def _excluding(frame: pd.DataFrame) -> int:
    return int(((frame.low > 0) | (frame.high < 0)).sum())


def _draw(frame: pd.DataFrame, reference: int, length: int, lang: Language) -> bytes:
    times = frame.event_time.to_numpy(dtype=float)
    with in_style():
        figure = canvas(3.6)
        axes = figure.add_subplot()
        bands = [frame[name] for name in ("band_low", "band_high") if name in frame]
        axes.set_ylim(*reach(frame.value, frame.low, frame.high, *bands, include=[0]))
        axes.set_xlim(min(times.min(), reference) - 0.6, max(times.max(), reference) + 0.6)
        if bands:
            edges = axes.get_ylim()
            for side in (times < 0, times >= 0):
                low, high = (np.clip(band.to_numpy()[side], *edges) for band in bands)
                axes.fill_between(times[side], low, high, color=PALE, alpha=0.6, linewidth=0)
                for edge in (low, high):
                    axes.plot(times[side], edge, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        zero_line(axes, "y")
        draw_intervals(axes, times, frame.low, frame.high)
        for side, face in ((times < 0, "white"), (times >= 0, STRONG)):
            axes.plot(
                times[side], frame.value.to_numpy()[side], linestyle="", marker="o", markersize=6,
                color=STRONG, markerfacecolor=face, markeredgewidth=1.6, zorder=4,
            )  # fmt: skip
        axes.plot(reference, 0, marker="D", color=GREY, markerfacecolor="white", zorder=4)
        number_axis(axes, "y", lang, sign=True)
        mark_adoption(axes, -0.5, lang("figure.adoption"))
        axes.set_xlabel(_axis(length, lang))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.xaxis.set_major_formatter(lambda value, _: lang.number(value, sign=True))
        return to_svg(figure)


def _axis(length: int, lang: Language) -> str:
    """Say what is counted from adoption: periods, or as many of them at a time."""
    return lang.plural("event.axis", length)


def _tabulate(
    frame: pd.DataFrame,
    measure: str,
    unit: str,
    level: float,
    digits: int,
    length: int,
    lang: Language,
) -> Table:
    columns = ["value", "low", "high", *(c for c in ("band_low", "band_high") if c in frame)]
    rows = tuple(
        (
            lang.number(row.event_time, sign=True),
            *(write_cell(getattr(row, name), lang, digits, sign=True) for name in columns),
        )
        for row in frame.itertuples()
    )
    titles = {name: lang(f"column.{name}", level=lang.percent(level, 0)) for name in columns}
    titles["value"] = headed(titles["value"], unit, lang, difference=True)
    return Table(
        caption=lang("event.caption", measure=measure),
        header=(_axis(length, lang), *titles.values()),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )
