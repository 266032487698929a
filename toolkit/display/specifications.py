"""A specification curve: every defensible effect, sorted, above the choices it was made by."""

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
from toolkit.display.style import CAUTION, GREY, INK, PALE, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, supported_digits, write_number
from toolkit.i18n import Language

_ROW = 0.2


def plot_specification_curve(
    frame: pd.DataFrame,
    choices: pd.DataFrame,
    *,
    main: int | None = None,
    measure: str,
    unit: str = "",
    level: float = 0.95,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the effect under every specification, from the lowest to the highest.

    Parameters
    ----------
    frame : DataFrame
        One row a specification: name, value in `unit`; if it has low and high, they are drawn.
    choices : DataFrame
        In the same order: a column a choice (its title), a cell the option taken (its name), in
        the reader's language.
    main : int, optional
        Position, in the frame, of the specification the protocol named: drawn in the warm
        colour, larger, above the others.
    measure, unit, level
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by the share of effects of the median's sign; its table has all of them.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, value="plot_specification_curve")
    bounded = "low" in frame and "high" in frame
    values = frame.value.to_numpy(dtype=float)
    digits = supported_digits(frame.low, frame.high) if bounded else spread_digits(values)
    order = np.argsort(values, kind="stable")
    median = float(np.median(values))
    said = {
        "measure": headed(measure, unit, lang, difference=True),
        "level": lang.percent(level, 0),
        "n": lang.number(int((np.sign(values) == np.sign(median)).sum())),
        "of": lang.plural("specifications.count", len(frame)),
        "median": write_number(median, lang, digits, unit, sign=True),
        "lowest": write_number(values.min(), lang, digits, unit, sign=True),
        "highest": write_number(values.max(), lang, digits, unit, sign=True),
    }
    direction = {1: "up", -1: "down", 0: "none"}[int(np.sign(median))]
    title = lang(f"specifications.title.{direction}", **said)
    notes = []
    if main is not None:
        said["main"] = write_number(values[main], lang, digits, unit, sign=True)
        notes.append(lang("specifications.note.main", **said))
    if bounded and np.isinf(frame[["low", "high"]]).any(axis=None):
        notes.append(lang("figure.arrow"))
    kind = "specifications.subtitle.bounded" if bounded else "specifications.subtitle"
    return Figure(
        svg=_draw(frame, choices, order, main, lang),
        title=title,
        subtitle=lang(kind, **said),
        note=" ".join([*notes, note]).strip(),
        alt=" ".join([lang("specifications.alt", title=title, **said), *notes[:1]]),
        lang=lang,
        simulated=simulated,
        table=_tabulate(frame, choices, order, main, unit, level, digits, lang),
    )


def _draw(frame, choices, order, main, lang: Language) -> bytes:
    # Each choice: a line for its title, then one for each option.
    lines: list[tuple[str, str | None]] = []
    for title in choices:
        lines += [(title, None), *((title, option) for option in choices[title].unique())]
    with in_style():
        figure = canvas(2.7 + _ROW * len(lines))
        above, below = figure.subplots(
            2, 1, sharex=True, height_ratios=[2.2, max(_ROW * len(lines), 0.3)]
        )
        _draw_effects(above, frame.iloc[order], order, main, lang)
        places = np.arange(len(order))
        for row, (title, option) in enumerate(lines):
            if option is None:
                continue
            taken = (choices[title] == option).to_numpy()[order]
            below.axhline(row, color=PALE, linewidth=0.6, zorder=0)
            across = np.repeat(places[taken], 3).astype(float)
            heights = np.tile([row - 0.32, row + 0.32, np.nan], int(taken.sum()))
            below.plot(across, heights, color=INK, linewidth=_mark(len(order)))
        if main is not None:
            for axes in (above, below):
                axes.axvline(
                    int(np.flatnonzero(order == main)[0]), color=CAUTION, linewidth=1, zorder=0.5
                )
        below.set_ylim(len(lines) - 0.5, -0.5)
        below.set_yticks(
            range(len(lines)), [wrapped(option or title, 26, 1) for title, option in lines]
        )
        for (_, option), label in zip(lines, below.get_yticklabels(), strict=True):
            label.set(weight="bold" if option is None else "normal", fontsize=10)
        below.tick_params(length=0)
        below.grid(False)
        for spine in below.spines.values():
            spine.set_visible(False)
        below.set_xticks([])
        below.set_xlim(-1, len(order))
        return to_svg(figure)


def _mark(n: int) -> float:
    """Return how thick the mark of one of `n` specifications may be without touching the next."""
    return float(np.clip(120 / n, 0.8, 3))


def _draw_effects(axes, sorted_frame: pd.DataFrame, order, main, lang: Language) -> None:
    values = sorted_frame.value.to_numpy(dtype=float)
    bounds = [sorted_frame[name] for name in ("low", "high") if name in sorted_frame]
    axes.set_ylim(*reach(values, *bounds, include=[0]))
    zero_line(axes, "y")
    places = np.arange(len(values))
    is_main = order == (-1 if main is None else main)
    for chosen, color, size, layer in ((~is_main, STRONG, 3.5, 3), (is_main, CAUTION, 8, 5)):
        if len(bounds) == 2:
            low, high = (b.to_numpy(dtype=float)[chosen] for b in bounds)
            shade = GREY if color == STRONG else color
            draw_intervals(
                axes,
                places[chosen],
                low,
                high,
                color=shade,
                width=min(1.2, _mark(len(values))),
                cap=0,
            )
        axes.plot(
            places[chosen], values[chosen], linestyle="", marker="o" if color == STRONG else "D",
            color=color, markersize=size, zorder=layer,
        )  # fmt: skip
    number_axis(axes, "y", lang, sign=True)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _tabulate(frame, choices, order, main, unit, level, digits, lang: Language) -> Table:
    columns = [name for name in ("value", "low", "high") if name in frame]

    rows = tuple(
        (
            str(frame["name"].iloc[place]),
            *(write_cell(frame[name].iloc[place], lang, digits, sign=True) for name in columns),
            *(str(option) for option in choices.iloc[place]),
        )
        for place in order
    )
    titles = [lang(f"column.{name}", level=lang.percent(level, 0)) for name in columns]
    titles[0] = headed(titles[0], unit, lang, difference=True)
    first = 1 + len(columns)
    strong = frozenset() if main is None else frozenset(np.flatnonzero(order == main).tolist())
    return Table(
        caption=lang("specifications.caption"),
        header=(lang("specifications.column"), *titles, *map(str, choices.columns)),
        rows=rows,
        note=with_signs(rows, "", lang),
        strong=strong,
        text_columns=frozenset({0, *range(first, first + choices.shape[1])}),
        lang=lang,
    )
