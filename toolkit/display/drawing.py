"""What several figures draw alike: the canvas, ticks, intervals, adoption, labels side by side."""

import math
import textwrap
from collections.abc import Iterable, Sequence

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from toolkit.display.style import GREY, INK, STRONG, WIDTH
from toolkit.display.writing import write_period
from toolkit.errors import ToolkitError
from toolkit.i18n import Language, interface_language

# Labels of periods that fit under a figure.
_MOST_TICKS = 9


class NumberTicks(matplotlib.ticker.Formatter):
    """Write ticks in the reader's language, with the decimals their step needs."""

    def __init__(self, lang: Language, *, sign: bool = False):
        self.lang, self.sign = lang, sign

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Return the text of one tick."""
        steps = np.diff(self.axis.get_majorticklocs())
        step = steps.min() if steps.size else 1.0
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        return self.lang.number(value, digits, sign=self.sign)


def check_drawable(frame: pd.DataFrame, **columns: str) -> None:
    """Refuse a frame without a row, or with no value in a column that a figure needs.

    Raises
    ------
    ToolkitError
        Names what is missing; `columns` maps the column to hold values to the figure's name.
    """
    for column, figure in columns.items():
        if frame.empty or not frame[column].notna().any():
            say = interface_language()
            raise ToolkitError(say("error.nothing_to_draw", figure=figure, column=column))


def canvas(height: float) -> Drawing:
    """Return an empty figure as wide as the page's text, `height` inches high."""
    return Drawing(figsize=(WIDTH, height), layout="constrained")


def number_axis(
    axes: Axes, which: str, lang: Language, *, sign: bool = False, most: int = 6
) -> None:
    """Give one axis ("x" or "y") round ticks, written in the reader's language."""
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(matplotlib.ticker.MaxNLocator(most, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(NumberTicks(lang, sign=sign))
    axes.grid(False)
    axes.grid(True, axis=which)


def period_positions(periods: Sequence) -> np.ndarray:
    """Return where periods stand on an axis: whole numbers at themselves, others one a step."""
    values = list(periods)
    if all(isinstance(p, int | float | np.number) for p in values):
        return np.array(values, dtype=float)
    return np.arange(len(values), dtype=float)


def period_axis(axes: Axes, periods: Sequence, lang: Language) -> None:
    """Label the periods, as many as fit; always the first."""
    positions = period_positions(periods)
    every = math.ceil(len(positions) / _MOST_TICKS)
    axes.set_xticks(positions[::every], [write_period(p, lang) for p in list(periods)[::every]])
    margin = 0.5 if len(positions) > 1 else 1.0
    axes.set_xlim(positions.min() - margin, positions.max() + margin)


def mark_adoption(axes: Axes, position: float, word: str) -> None:
    """Draw where treatment begins: a line, and the word beside it above the figure."""
    axes.axvline(position, color=INK, linewidth=1, linestyle=(0, (1.5, 1.5)), zorder=1.5)
    axes.annotate(
        word, (position, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
        textcoords="offset points", ha="center", va="bottom", fontsize=10, annotation_clip=False,
    )  # fmt: skip


def reach(*values: Iterable[float], include: Sequence[float] = (), margin: float = 0.08):
    """Return limits that hold all finite values and those to `include`, with a margin."""
    parts = [np.asarray(list(v), dtype=float) for v in (*values, include)]
    every = np.concatenate(parts) if parts else np.array([])
    finite = every[np.isfinite(every)]
    if not finite.size:
        return -1.0, 1.0
    low, high = finite.min(), finite.max()
    extra = (high - low or abs(high) or 1.0) * margin
    return low - extra, high + extra


def draw_intervals(
    axes: Axes,
    places: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    horizontal: bool = False,
    color: str = STRONG,
    width: float = 1.8,
    cap: float = 3.0,
) -> None:
    """Draw intervals at their places; an infinite end is an arrow at the edge of the figure.

    The limits of the axis of values are to be set before; an interval with a missing end is not
    drawn.
    """
    edges = axes.get_xlim() if horizontal else axes.get_ylim()
    # Arrows: matplotlib's carets point, along the axis of values, out of the figure.
    below, above, flat = (4, 5, "|") if horizontal else (7, 6, "_")
    lines, ends = [], {below: [], above: [], flat: []}
    for place, start, end in zip(places, low, high, strict=True):
        if math.isnan(start) or math.isnan(end):
            continue
        seen = (max(start, edges[0]), min(end, edges[1]))
        lines += [(place, seen[0]), (place, seen[1]), (place, math.nan)]
        ends[below if math.isinf(start) else flat].append((place, seen[0]))
        ends[above if math.isinf(end) else flat].append((place, seen[1]))
    # One path for all lines, one for all ends of a kind: many intervals stay light.
    across, along = np.array(lines or [(np.nan, np.nan)]).T
    pairs = (along, across) if horizontal else (across, along)
    axes.plot(*pairs, color=color, linewidth=width, solid_capstyle="butt", zorder=3)
    for marker, points in ends.items():
        if points and (marker != flat or cap):
            across, along = np.array(points).T
            pairs = (along, across) if horizontal else (across, along)
            axes.plot(
                *pairs, marker=marker, color=color, linestyle="", clip_on=False, zorder=3,
                markersize=2 * cap if marker == flat else 8, markeredgewidth=width,
            )  # fmt: skip


def apart(wanted: Sequence[float], gap: float) -> np.ndarray:
    """Return the nearest positions to those wanted that are at least `gap` apart, in their order.

    Examples
    --------
    >>> apart([1.0, 1.0, 5.0], 1.0).tolist()
    [0.5, 1.5, 5.0]
    """
    wanted = np.asarray(wanted, dtype=float)
    order = np.argsort(wanted, kind="stable")
    # Least squares under the constraint: what remains once the gaps are taken out must not
    # decrease, which pooling neighbours that do achieves (isotonic regression).
    offsets = np.arange(len(wanted)) * gap
    pools: list[list[float]] = []
    for value in wanted[order] - offsets:
        pools.append([value])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    placed = np.concatenate([np.full(len(p), np.mean(p)) for p in pools] or [[]]) + offsets
    result = np.empty(len(wanted))
    result[order] = placed
    return result


def label_ends(
    axes: Axes, ends: Sequence[tuple[float, float, str, str, bool]], *, shrink: float = 0.07
) -> None:
    """Write a name at the right end of each line, pushed apart where lines end close together.

    Parameters
    ----------
    ends : sequence of (x, y, name, colour, strong)
    shrink : float
        Least distance of two names, as a share of the height.
    """
    low, high = axes.get_ylim()
    heights = apart([y for _, y, *_ in ends], (high - low) * shrink)
    for (x, _, name, color, strong), height in zip(ends, heights, strict=True):
        axes.annotate(
            name, (x, height), xytext=(8, 0), textcoords="offset points", va="center",
            color=color, weight="bold" if strong else "normal", annotation_clip=False,
        )  # fmt: skip


def wrapped(text: str, width: int, most: int = 3) -> str:
    """Break a long name into at most `most` lines of `width` characters, cut with an ellipsis."""
    lines = textwrap.wrap(str(text), width, max_lines=most, placeholder=" …")
    return "\n".join(lines)


def zero_line(axes: Axes, which: str) -> None:
    """Draw the line of no effect across an axis of values."""
    draw = axes.axvline if which == "x" else axes.axhline
    draw(0, color=GREY, linewidth=1, zorder=1)
