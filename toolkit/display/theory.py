"""A theory of change: from means to impact, and what became of each assumption on the way."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.patches import FancyBboxPatch

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, check_drawable
from toolkit.display.layering import BEND_WIDTH, Layering, centres, is_bend, layered
from toolkit.display.style import CAUTION, GREY, INK, LAND, STRONG, WIDTH, in_style, to_svg
from toolkit.i18n import Language
from toolkit.records.vocabulary import load_vocabulary

# The state of an assumption: a mark, a line and a colour; its word is written beside the mark.
_STATES = {
    "held": {"marker": "o", "color": STRONG, "face": STRONG, "dash": "-"},
    "mixed": {"marker": "D", "color": STRONG, "face": "white", "dash": (0, (6, 1.5))},
    "failed": {"marker": "X", "color": CAUTION, "face": CAUTION, "dash": (0, (2, 1.5))},
    "untested": {"marker": "o", "color": GREY, "face": "white", "dash": (0, (1, 2))},
}
# Inches: a line of text in a box, the space between layers, margins inside a box.
_LINE, _GAP, _PAD = 0.16, 0.72, 0.09
# Inches: the column of the levels' names, at left; the space above the first layer.
_GUTTER, _TOP = 0.85, 0.05
# Inches: the widest box, a letter of a box or a word.
_WIDEST, _LETTER = 2.6, 0.066
# Where on a link its mark may stand, best first.
_ALONG = (0.5, 0.36, 0.64, 0.26, 0.74, 0.43, 0.57, 0.31, 0.69)


def plot_theory_of_change(
    nodes: pd.DataFrame,
    links: pd.DataFrame,
    *,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the steps of a theory of change from top to bottom, and the state of its links.

    Parameters
    ----------
    nodes : DataFrame
        One row a step: node, level (input to impact), label_fr, label_en.
    links : DataFrame
        One row a link: from, to, assumption_fr, assumption_en, status (held, mixed, failed or
        untested).

    Returns
    -------
    Figure
        Titled by how many assumptions held and how many failed; its table has each of them.

    Raises
    ------
    ToolkitError
        The links run in a circle, or name a step that is not there.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    check_drawable(nodes, node="plot_theory_of_change")
    order = list(load_vocabulary("node_level").code)
    levels = {row.node: order.index(row.level) for row in nodes.itertuples()}
    plan = layered(levels, list(zip(links["from"], links["to"], strict=True)))
    labels = nodes.set_index("node")[f"label_{lang.code}"]
    counts = {state: int((links.status == state).sum()) for state in _STATES}
    words = _words(lang)
    said = lang.join([f"{words[state]} {lang.number(n)}" for state, n in counts.items() if n])
    title = lang(
        "theory.title",
        held=lang.number(counts["held"]),
        failed=lang.number(counts["failed"]),
        of=lang.number(len(links)),
    )
    chain = lang.series(
        f"{labels[row['from']]} → {labels[row['to']]} ({words[row['status']]})"
        for row in links.to_dict("records")
    )
    return Figure(
        svg=_draw(nodes, links, plan, lang),
        title=title,
        subtitle=lang("theory.subtitle"),
        note=note,
        alt=lang("theory.alt", title=title, counts=said, chain=chain),
        lang=lang,
        simulated=simulated,
        table=_tabulate(links, labels, words, lang),
    )


def _words(lang: Language) -> dict[str, str]:
    states = load_vocabulary("assumption_status").set_index("code")[lang.code]
    return {state: states[state] for state in _STATES}


def _draw(nodes: pd.DataFrame, links: pd.DataFrame, plan: Layering, lang: Language) -> bytes:
    boxes, height = _boxes(nodes, plan, lang)
    names = load_vocabulary("node_level").set_index("code")[lang.code]
    level = nodes.set_index("node").level
    with in_style():
        figure = canvas(height)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        axes.axis("off")
        for x, y, wide, high, text in boxes.values():
            if text:
                look = {"facecolor": LAND, "edgecolor": GREY, "linewidth": 1, "zorder": 4}
                style = "round,pad=0,rounding_size=0.06"
                axes.add_patch(FancyBboxPatch((x, y), wide, high, boxstyle=style, **look))
                axes.text(
                    x + wide / 2, y + high / 2, text, ha="center", va="center", zorder=5,
                    fontsize=9.5, linespacing=1.15,
                )  # fmt: skip
        taken = [(x, y, x + wide, y + high) for x, y, wide, high, text in boxes.values() if text]
        for place, layer in enumerate(plan.layers):
            step = next(name for name in layer if not is_bend(name))
            if place == 0 or level[step] not in {level.get(n) for n in plan.layers[place - 1]}:
                _, top, _, high, _ = boxes[step]
                axes.text(
                    0.04, top + high / 2, names[level[step]].capitalize(), weight="bold",
                    color=GREY, fontsize=10, va="center",
                )  # fmt: skip
        _draw_links(axes, links, _paths(plan, boxes), taken, _words(lang))
        return to_svg(figure)


def _boxes(nodes: pd.DataFrame, plan: Layering, lang: Language):
    """Return the box of each step (x, y, width, height, text) in inches, and the whole height.

    The bend of a link has a box of its layer's height, without width or text.
    """
    labels = nodes.set_index("node")[f"label_{lang.code}"]
    boxes = {}
    top = _TOP
    for layer in plan.layers:
        middles = centres(layer)
        steps = [name for name in layer if not is_bend(name)]
        room = (WIDTH - _GUTTER) / (len(steps) + BEND_WIDTH * (len(layer) - len(steps)))
        wide = min(room - 0.16, _WIDEST)
        texts = {n: textwrap.fill(labels[n], max(8, int((wide - 0.1) / _LETTER))) for n in steps}
        high = _LINE * max(text.count("\n") + 1 for text in texts.values()) + 2 * _PAD
        for name in layer:
            own = wide if name in texts else 0.0
            middle = _GUTTER + (WIDTH - _GUTTER) * middles[name]
            boxes[name] = (middle - own / 2, top, own, high, texts.get(name, ""))
        top += high + _GAP
    return boxes, top - _GAP + 0.06


def _paths(plan: Layering, boxes: dict) -> list[list[tuple[float, float]]]:
    """Return the points of each link, its ends spread along the edges of the boxes."""
    middle = {name: x + wide / 2 for name, (x, _, wide, _, _) in boxes.items()}
    ends: dict[tuple[str, int], list[int]] = {}
    for number, route in enumerate(plan.routes):
        ends.setdefault((route[0], 0), []).append(number)
        ends.setdefault((route[-1], -1), []).append(number)
    ports: dict[tuple[int, int], float] = {}
    for (name, end), numbers in ends.items():
        x, _, wide, _, _ = boxes[name]
        beside = 1 if end == 0 else -2
        numbers.sort(key=lambda n, beside=beside: middle[plan.routes[n][beside]])
        for place, number in enumerate(numbers, start=1):
            ports[number, end] = x + wide * place / (len(numbers) + 1)
    paths = []
    for number, route in enumerate(plan.routes):
        down = boxes[route[-1]][1] > boxes[route[0]][1]
        points = []
        for place, name in enumerate(route):
            _, top, _, high, _ = boxes[name]
            edges = (top, top + high) if down else (top + high, top)
            if place == 0:
                points.append((ports[number, 0], edges[1]))
            elif place == len(route) - 1:
                points.append((ports[number, -1], edges[0]))
            else:
                points += [(middle[name], edge) for edge in edges]
        paths.append(points)
    return paths


def _draw_links(axes, links: pd.DataFrame, paths, taken: list, words: dict[str, str]) -> None:
    """Draw each link, with the mark and the word of its state where they hide no other."""
    for points, state in zip(paths, links.status, strict=True):
        look = _STATES[state]
        line = {"color": look["color"], "linestyle": look["dash"], "linewidth": 1.4}
        axes.plot(*zip(*points[:-1], strict=True), zorder=2, **line)
        arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 1} | line
        axes.annotate("", xy=points[-1], xytext=points[-2], zorder=2, arrowprops=arrow)
        box = _free_place(points, 0.24 + _LETTER * len(words[state]), taken)
        taken.append(box)
        y = (box[1] + box[3]) / 2
        axes.fill_between([box[0], box[2]], box[1], box[3], color="white", linewidth=0, zorder=3)
        axes.plot(
            box[0] + 0.09, y, marker=look["marker"], color=look["color"],
            markerfacecolor=look["face"], markersize=7, markeredgewidth=1.3, zorder=7,
        )  # fmt: skip
        axes.text(box[0] + 0.19, y, words[state], fontsize=9, va="center", color=INK, zorder=6)


def _free_place(points: list[tuple[float, float]], wide: float, taken: list) -> tuple:
    """Return the box of a word on its link: the first place free of boxes and other words."""
    best: tuple[float, tuple] | None = None
    pieces = list(zip(points[::2], points[1::2], strict=True))
    for along in _ALONG:
        for (x0, y0), (x1, y1) in pieces:
            x, y = x0 + (x1 - x0) * along, y0 + (y1 - y0) * along
            left = float(np.clip(x - 0.09, 0.02, WIDTH - wide - 0.02))
            box = (left, y - 0.09, left + wide, y + 0.09)
            overlap = sum(
                max(0, min(box[2], other[2]) - max(box[0], other[0]))
                * max(0, min(box[3], other[3]) - max(box[1], other[1]))
                for other in taken
            )
            if best is None or overlap < best[0] - 1e-9:
                best = (overlap, box)
    return best[1]


def _tabulate(
    links: pd.DataFrame, labels: pd.Series, words: dict[str, str], lang: Language
) -> Table:
    rows = tuple(
        (
            labels[row["from"]],
            labels[row["to"]],
            row[f"assumption_{lang.code}"],
            words[row["status"]],
        )
        for row in links.to_dict("records")
    )
    return Table(
        caption=lang("theory.subtitle"),
        header=tuple(
            lang(f"theory.column.{name}") for name in ("from", "to", "assumption", "status")
        ),
        rows=rows,
        text_columns=frozenset(range(4)),
        lang=lang,
    )
