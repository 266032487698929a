"""Effects in units of their own, side by side: which side of what would matter each may lie on."""

import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, draw_intervals, reach, wrapped, zero_line
from toolkit.display.signs import NOT_AVAILABLE
from toolkit.display.style import CAUTION, GREY, PALE, STRONG, in_style, to_svg
from toolkit.i18n import Language
from toolkit.study.portfolio_effects import zones_of

_NAME_WIDTH, _LINE = 26, 0.17


def plot_zones(
    effects: pd.DataFrame, *, level: float, lang: Language, simulated: bool = False
) -> Figure:
    """Draw each effect with its interval between three zones: unfavourable, too small, favourable.

    The zones begin at the smallest effect that each protocol said would matter, so that the axis
    bears words and no number: what the studies measure has no common unit.

    Parameters
    ----------
    effects : DataFrame
        A row a study: study (its name), value, low, high and contradicted, as `scale_effects` gives
        them, effect and smallest (words: the effect with its interval, and what would matter, in
        the unit of the study).
    level : float
        Of the intervals.
    """
    within = [zones_of(row.low, row.high) for row in effects.itertuples()]
    favourable = pd.Series([zones == ("favourable",) for zones in within], index=effects.index)
    doubted = int((favourable & effects.contradicted).sum())
    values = {
        "n": lang.number(int(favourable.sum())),
        "count": lang.number(len(effects)),
        "doubted": lang.number(doubted),
        "level": lang.percent(level, 0),
    }
    title = lang("zones.title.doubted" if doubted else "zones.title", **values)
    rows = _rows(effects, within, lang)
    said = " ".join(f"{name}{lang('zones.alt.colon')} {where}." for name, *_, where in rows)
    return Figure(
        svg=_draw(effects, lang),
        title=title,
        subtitle=lang("zones.subtitle", **values),
        note=lang("zones.note")
        + (f" {lang('zones.note.contradicted')}" if effects.contradicted.any() else ""),
        alt=lang("zones.alt", title=title, rows=said),
        lang=lang,
        simulated=simulated,
        table=Table(
            caption=lang("zones.caption"),
            header=tuple(lang(f"zones.{name}") for name in ("study", "effect", "smallest", "may")),
            rows=rows,
            text_columns=frozenset(range(4)),
            simulated=simulated,
            lang=lang,
        ),
    )


def _rows(effects: pd.DataFrame, within, lang: Language) -> tuple[tuple[str, ...], ...]:
    rows = []
    for row, zones in zip(effects.itertuples(), within, strict=True):
        where = lang.join([lang(f"zones.{zone}") for zone in zones]) or NOT_AVAILABLE
        if row.contradicted:
            where = lang("zones.contradicted", where=where)
        rows.append((str(row.study), row.effect, row.smallest, where))
    return tuple(rows)


def _draw(effects: pd.DataFrame, lang: Language) -> bytes:
    names = [wrapped(name, _NAME_WIDTH) for name in effects.study]
    written = [wrapped(text, 24) for text in effects.effect]
    lines = [
        max(name.count("\n"), text.count("\n")) for name, text in zip(names, written, strict=True)
    ]
    heights = pd.Series([1.6 + 0.95 * n for n in lines])
    places = -(heights.cumsum() - heights / 2)
    with in_style():
        figure = canvas(_LINE * heights.sum() + 0.8)
        axes = figure.add_subplot()
        low, high = reach(effects.value, effects.low, effects.high, include=[-2.6, 2], margin=0.02)
        axes.set_xlim(low, high)
        axes.set_ylim(-heights.sum(), 0.2)
        axes.grid(False)
        axes.axvspan(-1, 1, color=PALE, alpha=0.5, linewidth=0, zorder=0)
        zero_line(axes, "x")
        for place, row in zip(places, effects.itertuples(), strict=True):
            color = CAUTION if row.contradicted else STRONG
            draw_intervals(
                axes, [place], [row.low], [row.high],
                horizontal=True, color=color if row.contradicted else GREY, width=1.4, cap=0,
            )  # fmt: skip
            axes.plot(
                row.value, place, marker="s", markersize=7, color=color, zorder=4,
                markerfacecolor="white" if row.contradicted else color,
            )  # fmt: skip
        axes.set_yticks(places, names)
        middles = ((low - 1) / 2, 0, (1 + high) / 2)
        words = [lang(f"zones.axis.{zone}") for zone in ("unfavourable", "small", "favourable")]
        axes.set_xticks(middles, words)
        axes.tick_params(axis="both", length=0)
        axes.spines["left"].set_visible(False)
        for place, text in zip(places, written, strict=True):
            axes.annotate(
                text, (1, place), xycoords=("axes fraction", "data"), xytext=(10, 0),
                textcoords="offset points", va="center", annotation_clip=False,
            )  # fmt: skip
        return to_svg(figure)
