"""The cycles of a project: plan, act, observe, reflect, and what was decided."""

import matplotlib.dates
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, check_drawable, wrapped
from toolkit.display.style import INK, STRONG, in_style, to_svg
from toolkit.i18n import Language
from toolkit.records.vocabulary import load_vocabulary


def plot_cycles(
    cycles: pd.DataFrame,
    *,
    today: pd.Timestamp | None = None,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw when each phase of each cycle took place, and the decision it ended with.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle and phase: cycle, phase (plan, act, observe, reflect), started_on,
        ended_on (Timestamp, missing while the phase is running), question_fr, question_en,
        decision (a code, or missing).
    today : Timestamp, optional
        How far a running phase is drawn; by default the last date of the frame.

    Returns
    -------
    Figure
        One band a cycle, one line a phase; a running phase ends in an arrow.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(cycles, started_on="plot_cycles")
    cycles = cycles.assign(
        started_on=pd.to_datetime(cycles.started_on), ended_on=pd.to_datetime(cycles.ended_on)
    )
    dates = pd.concat([cycles.started_on, cycles.ended_on]).dropna()
    today = dates.max() if today is None else max(today, dates.max())
    decided = [
        (cycle, code)
        for cycle, code in zip(cycles.cycle, cycles.decision, strict=True)
        if pd.notna(code) and code
    ]
    words = load_vocabulary("decision").set_index("code")[lang.code]
    said = [lang("cycles.alt.decision", cycle=str(c), decision=words[code]) for c, code in decided]
    running = int(cycles.ended_on.isna().sum())
    values = {
        "first": lang.date(dates.min().date()),
        "last": lang.date(dates.max().date()),
        "years": f"{dates.min().year}–{dates.max().year}",
        "decisions": " → ".join(words[code] for _, code in decided) or lang("cycles.none"),
    }
    listed = lang.series(said) or lang("cycles.none")
    title = lang.plural("cycles.title", cycles.cycle.nunique(), **values)
    notes = [lang("cycles.running")] if running else []
    return Figure(
        svg=_draw(cycles, today, words, lang),
        title=title,
        subtitle=lang("cycles.subtitle", **values),
        note=" ".join([*notes, note]).strip(),
        alt=lang("cycles.alt", title=title, list=listed, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(cycles, words, lang),
    )


def _draw(cycles: pd.DataFrame, today, words: pd.Series, lang: Language) -> bytes:
    phases = load_vocabulary("phase").set_index("code")[lang.code]
    number = matplotlib.dates.date2num
    height, ticks, drawn, heads = 0.0, [], [], []
    for cycle, rows in cycles.groupby("cycle"):
        asked = rows[f"question_{lang.code}"].dropna()
        asked = next((text for text in asked if text), "")
        head = (
            lang("cycles.head", cycle=str(cycle), question=asked)
            if asked
            else lang("cycles.bare", cycle=str(cycle))
        )
        head = wrapped(head, 106)
        heads.append((height + 0.4 * head.count("\n"), head))
        height += 1.1 + 0.85 * head.count("\n")
        for row in rows.sort_values(
            "phase", key=lambda p: p.map(list(phases.index).index)
        ).itertuples():
            drawn.append((height, row))
            ticks.append((height, phases[row.phase]))
            height += 0.9
        height += 0.5
    with in_style():
        figure = canvas(0.22 * height + 0.5)
        axes = figure.add_subplot()
        axes.set_ylim(height - 0.6, -0.7)
        first, last = number(cycles.started_on.min()), number(today)
        room = (last - first) or 30
        axes.set_xlim(first - 0.01 * room, last + 0.16 * room)
        for place, row in drawn:
            ends = today if pd.isna(row.ended_on) else row.ended_on
            left, right = number(row.started_on), number(ends)
            axes.barh(
                [place],
                [max(right - left, room * 0.004)],
                left=left,
                height=0.5,
                color=STRONG,
                zorder=3,
            )
            if pd.isna(row.ended_on):
                axes.plot(
                    right, place, marker=5, color=STRONG, markersize=9, clip_on=False, zorder=3
                )
            if pd.notna(row.decision) and row.decision:
                axes.annotate(
                    f"→ {words[row.decision]}", (right, place), xytext=(5, 0), weight="bold",
                    textcoords="offset points", va="center", color=INK, annotation_clip=False,
                )  # fmt: skip
        for place, head in heads:
            axes.annotate(
                head, (0, place), xycoords=("figure fraction", "data"), va="center", fontsize=10,
                xytext=(4, 0), textcoords="offset points", weight="bold",
            )  # fmt: skip
        axes.set_yticks(*zip(*ticks, strict=True))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        _date_axis(axes, first, last)
        return to_svg(figure)


def _date_axis(axes, first: float, last: float) -> None:
    """Mark the years, or the months where there is less than a year and a half."""
    short = last - first < 550
    locator = matplotlib.dates.MonthLocator(interval=3) if short else matplotlib.dates.YearLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%Y-%m" if short else "%Y"))
    axes.grid(False)
    axes.grid(True, axis="x")


def _tabulate(cycles: pd.DataFrame, words: pd.Series, lang: Language) -> Table:
    phases = load_vocabulary("phase").set_index("code")[lang.code]
    rows = tuple(
        (
            str(row.cycle),
            phases[row.phase],
            lang.date(row.started_on.date()),
            lang("cycles.ongoing") if pd.isna(row.ended_on) else lang.date(row.ended_on.date()),
            words[row.decision] if pd.notna(row.decision) and row.decision else "",
        )
        for row in cycles.itertuples()
    )
    return Table(
        caption=lang("cycles.caption"),
        header=tuple(
            lang(f"cycles.column.{n}") for n in ("cycle", "phase", "start", "end", "decision")
        ),
        rows=rows,
        text_columns=frozenset(range(5)),
        lang=lang,
    )
