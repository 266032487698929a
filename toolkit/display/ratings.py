"""How raters scored a project on the programme's criteria, by role or by moment."""

from typing import Literal

import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, check_drawable, wrapped
from toolkit.display.style import INK, SCORES, in_style, to_svg
from toolkit.i18n import Language
from toolkit.records.vocabulary import load_vocabulary

_LEVELS = (0, 1, 2, 3)
# Raters that half the width has room for, at least: a single one is no landslide.
_NARROWEST = 3
# A hatch too, so that the two scores of one side are not told apart by colour alone.
_HATCHES = ("////", "", "", "")


def plot_ratings(
    ratings: pd.DataFrame,
    *,
    by: Literal["role", "moment"] = "role",
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw how many raters gave each score, on each criterion, side by side by role or moment.

    Parameters
    ----------
    ratings : DataFrame
        One row a criterion and rater: criterion (C1 to C5), the column of `by`, score (0 to 3); of
        one project and round, and of one moment if by role.
    by : {"role", "moment"}
        A role may be "other": those that too few raters have to stand alone.

    Returns
    -------
    Figure
        One bar a criterion and role or moment: scores 0 and 1 left of the middle line, 2 and 3
        right of it, each with its count. Titled by the criterion rated lowest and the one rated
        highest, at the last moment if by moment.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    check_drawable(ratings, score="plot_ratings")
    words = _words(by, lang)
    counts = _counts(ratings, by, list(words))
    last = max(counts.index.get_level_values(by), key=list(words).index)
    headline = counts.xs(last, level=by) if by == "moment" else counts
    total = headline.groupby(level="criterion").sum()
    high = total[[2, 3]].sum(axis=1)
    raters = total.sum(axis=1)
    share = high / raters
    values = {
        "best": lang.join(list(share.index[share == share.max()])),
        "best_n": lang.number(high[share.idxmax()]),
        "best_of": lang.number(raters[share.idxmax()]),
        "worst": lang.join(list(share.index[share == share.min()])),
        "worst_n": lang.number(high[share.idxmin()]),
        "worst_of": lang.number(raters[share.idxmin()]),
    }
    same = bool((share == share.iloc[0]).all())
    title = lang("ratings.title.same" if same else "ratings.title", **values)
    if by == "moment":
        title = lang(
            "ratings.title.moment",
            moment=words[last].capitalize(),
            title=title[0].lower() + title[1:],
        )
    return Figure(
        svg=_draw(counts, words, lang),
        title=title,
        subtitle=lang(f"ratings.subtitle.{by}"),
        note=" ".join([lang("ratings.note"), note]).strip(),
        alt=lang("ratings.alt", title=title, bars=_say_bars(counts, words, lang)),
        lang=lang,
        simulated=simulated,
        table=_tabulate(counts, by, words, lang),
    )


def _words(by: str, lang: Language) -> dict[str, str]:
    """Return the word of each role or moment, in their order."""
    words = load_vocabulary(by).set_index("code")[lang.code].to_dict()
    return words | ({"other": lang("ratings.other")} if by == "role" else {})


def _counts(ratings: pd.DataFrame, by: str, order: list[str]) -> pd.DataFrame:
    """Return the number of raters by criterion and role or moment (rows) and score (columns)."""
    counts = ratings.pivot_table(
        index=["criterion", by], columns="score", aggfunc="size", fill_value=0, observed=True
    )
    return counts.reindex(columns=_LEVELS, fill_value=0).sort_index(
        key=lambda index: index.map(order.index) if index.name == by else index
    )


def _say_bars(counts: pd.DataFrame, words: dict[str, str], lang: Language) -> str:
    """Say each bar by the scores that someone gave."""
    bars = []
    for (criterion, code), row in counts.iterrows():
        given = [
            lang.plural("ratings.alt.score", int(row[level]), score=lang.number(level))
            for level in _LEVELS
            if row[level]
        ]
        scores = lang.join(given)
        bars.append(lang("ratings.alt.bar", criterion=criterion, who=words[code], scores=scores))
    return " ".join(bars)


def _draw(counts: pd.DataFrame, words: dict[str, str], lang: Language) -> bytes:
    criteria = load_vocabulary("criterion").set_index("code")[lang.code]
    lines = []  # (height, label, counts or None), from the top
    height = 0.0
    for criterion, rows in counts.groupby(level="criterion"):
        title = wrapped(f"{criterion} – {criteria[criterion]}", 88)
        lines.append((height + 0.35 * title.count("\n"), title, None))
        height += 1 + 0.7 * title.count("\n")
        for (_, code), row in rows.iterrows():
            lines.append((height, words[code], row))
            height += 1
        height += 0.5
    with in_style():
        figure = canvas(0.24 * height + 0.5)
        axes = figure.add_subplot()
        widest = max(
            _NARROWEST, int(counts[[0, 1]].sum(axis=1).max()), int(counts[[2, 3]].sum(axis=1).max())
        )
        axes.set_xlim(-widest * 1.02, widest * 1.02)
        axes.set_ylim(height - 0.8, -0.7)
        for place, label, row in lines:
            if row is None:
                axes.annotate(
                    label, (0, place), xycoords=("figure fraction", "data"), weight="bold",
                    fontsize=10.5, va="center", xytext=(4, 0), textcoords="offset points",
                )  # fmt: skip
            else:
                _bar(axes, place, row)
                middle = [place - 0.5, place + 0.5]
                axes.plot([0, 0], middle, color=INK, linewidth=1.2, zorder=4)
        named = [(place, label) for place, label, row in lines if row is not None]
        axes.set_yticks(*zip(*named, strict=True))
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([])
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        bars = [axes.barh([0], [0], color=c, edgecolor="white", hatch=h, label=lang.number(v))
                for v, c, h in zip(_LEVELS, SCORES, _HATCHES, strict=True)]  # fmt: skip
        for bar in bars:
            for patch in bar:
                patch.set_edgecolor("white")
        figure.legend(
            handles=bars, labels=[lang(f"ratings.score.{v}") for v in _LEVELS],
            loc="outside upper left", ncols=4, frameon=False, handlelength=1.4,
        )  # fmt: skip
        return to_svg(figure)


def _bar(axes, place: float, row: pd.Series) -> None:
    """Draw one bar, scores in their order from left to right, the middle line between 1 and 2."""
    start = -float(row[0] + row[1])
    for level, color, hatch in zip(_LEVELS, SCORES, _HATCHES, strict=True):
        n = int(row[level])
        if n:
            axes.barh(
                [place], [n], left=start, height=0.78, color=color, edgecolor="white",
                linewidth=0.8, hatch=hatch, zorder=3,
            )  # fmt: skip
            dark = level in (0, 3)
            axes.text(
                start + n / 2, place, str(n), ha="center", va="center", zorder=5, fontsize=10,
                color="white" if dark else INK, weight="bold" if dark else "normal",
                bbox={"boxstyle": "square,pad=0.12", "facecolor": color, "edgecolor": "none"},
            )  # fmt: skip
        start += n


def _tabulate(counts: pd.DataFrame, by: str, words: dict[str, str], lang: Language) -> Table:
    rows = tuple(
        (criterion, words[code], *(lang.number(int(row[level])) for level in _LEVELS))
        for (criterion, code), row in counts.iterrows()
    )
    return Table(
        caption=lang(f"ratings.subtitle.{by}"),
        header=(
            lang("ratings.criterion"),
            lang(f"ratings.{by}"),
            *(lang(f"ratings.score.{level}") for level in _LEVELS),
        ),
        rows=rows,
        text_columns=frozenset({0, 1}),
        lang=lang,
    )
