"""Coverage of a panel: which cells are known, suppressed, not available or estimated."""

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, check_drawable, wrapped
from toolkit.display.style import STATUS_LOOKS, in_style, to_svg
from toolkit.display.writing import write_period
from toolkit.i18n import Language, fold
from toolkit.records.vocabulary import load_vocabulary

_MOST_TICKS = 9
_MOST_ROWS = 40
# A provisional value is there to be read: its cell is no gap.
_THERE = ("ok", "provisional")


def plot_coverage(
    frame: pd.DataFrame, *, measure: str, lang: Language, simulated: bool = False, note: str = ""
) -> Figure:
    """Draw the state of every cell of a panel, territories by periods.

    Parameters
    ----------
    frame : DataFrame
        One row a territory and period: territory (its name), period, status (code of the
        vocabulary "observation_status"). A pair without a row is drawn as not available. Beyond
        40 territories, those with most gaps are drawn, and the figure says so.

    Returns
    -------
    Figure
        Titled by the share of cells observed, and of those provisional if any; its table counts
        each status by territory, in alphabetical order.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(frame, status="plot_coverage")
    cells = frame.pivot(index="territory", columns="period", values="status")
    cells = cells.sort_index(axis="columns").fillna("nd")
    cells = cells.sort_index(key=lambda names: names.map(fold))
    known = int((cells == "ok").to_numpy().sum())
    used = [code for code in STATUS_LOOKS if (cells == code).any(axis=None)]
    words = load_vocabulary("observation_status").set_index("code")[lang.code]
    counts = {code: int((cells == code).to_numpy().sum()) for code in used}
    listed = lang.join([f"{words[code]} {lang.number(n)}" for code, n in counts.items()])
    gaps = (~cells.isin(_THERE)).sum(axis="columns")
    drawn = cells.loc[gaps.sort_values(ascending=False, kind="stable").index[:_MOST_ROWS]]
    drawn = cells.loc[[t for t in cells.index if t in set(drawn.index)]]
    values = {
        "measure": measure,
        "share": lang.percent(known / cells.size, 0),
        "known": lang.number(known),
        "of": lang.number(cells.size),
        "territories": lang.plural("coverage.territories", len(cells)),
        "periods": lang.plural("coverage.periods", cells.shape[1]),
        "counts": listed,
        "provisional": lang.percent(counts.get("provisional", 0) / cells.size, 0),
        "n": lang.number(len(drawn)),
        "whole": lang.number(len(cells)),
        "gaps": lang.number(int((gaps > 0).sum())),
    }
    title = lang(
        "coverage.title.provisional" if "provisional" in counts else "coverage.title", **values
    )
    cut = "coverage.cut" if gaps.any() else "coverage.cut.whole"
    notes = [lang(cut, **values)] if len(drawn) < len(cells) else []
    return Figure(
        svg=_draw(drawn, used, words, counts, lang),
        title=title,
        subtitle=lang("coverage.subtitle", **values),
        note=" ".join([*notes, note]).strip(),
        alt=lang("coverage.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(cells, used, words, measure, lang),
    )


def _draw(
    cells, used: list[str], words: pd.Series, counts: dict[str, int], lang: Language
) -> bytes:
    n_rows, n_columns = cells.shape
    row = 0.2 if n_rows > 12 else 0.26
    with in_style():
        figure = canvas(row * n_rows + 0.85)
        axes = figure.add_subplot()
        for code in used:
            axes.add_patch(PathPatch(_runs((cells == code).to_numpy()), **STATUS_LOOKS[code]))
        axes.vlines(range(1, n_columns), 0, n_rows, color="white", linewidth=1, zorder=3)
        axes.hlines(range(1, n_rows), 0, n_columns, color="white", linewidth=1, zorder=3)
        axes.set(xlim=(0, n_columns), ylim=(n_rows, 0))
        every = -(-n_columns // _MOST_TICKS)
        axes.set_xticks(
            np.arange(0, n_columns, every) + 0.5,
            [write_period(p, lang) for p in cells.columns[::every]],
        )
        axes.set_yticks(np.arange(n_rows) + 0.5, [wrapped(t, 30, 1) for t in cells.index])
        axes.tick_params(length=0)
        axes.tick_params(axis="y", labelsize=10 if row > 0.2 else 9)
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        handles = [Rectangle((0, 0), 1, 1, **STATUS_LOOKS[code]) for code in used]
        figure.legend(
            handles, [f"{words[code]} ({lang.number(counts[code])})" for code in used],
            loc="outside upper left", ncols=3, frameon=False, handlelength=1.5,
        )  # fmt: skip
        return to_svg(figure)


def _runs(cells: np.ndarray) -> Path:
    """Return one outline around the marked cells, a rectangle for each run within a row."""
    rectangles = []
    for row, marked in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.r_[False, marked, False]))
        for left, right in edges.reshape(-1, 2):
            shape = Affine2D().scale(right - left, 1).translate(left, row)
            rectangles.append(Path.unit_rectangle().transformed(shape))
    return Path.make_compound_path(*rectangles)


def _tabulate(cells, used: list[str], words: pd.Series, measure: str, lang: Language) -> Table:
    rows = tuple(
        (str(territory), *(lang.number(int((row == code).sum())) for code in used))
        for territory, row in cells.iterrows()
    )
    return Table(
        caption=lang("coverage.caption", measure=measure),
        header=(lang("table.territory"), *(words[code] for code in used)),
        rows=rows,
        lang=lang,
    )
