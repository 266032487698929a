"""All projects on the five criteria: medians, how far raters part, and no order without proof."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import vocabulary_words
from toolkit.display.signs import with_signs, write_cell
from toolkit.i18n import Language
from toolkit.records.limits import load_limits
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_criteria import ComparedCriteria, compare_criteria


def compare_on_criteria(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Lay out the scores of every project, with the raters' disagreement beside.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    labels = vocabulary_words("criterion", lang)
    said = " · ".join(f"{code} – {label}" for code, label in labels.items())
    blocks: list[Block] = [
        Heading(lang("portfolio.criteria.title")),
        Paragraph(lang("portfolio.criteria.explain", criteria=said)),
    ]
    for part in portfolio.parts:
        compared = compare_criteria(part.projects)
        if compared.unrated:
            names = [project_name(name, part, lang) for name in compared.unrated]
            text = lang.plural("portfolio.criteria.unrated", len(names), projects=lang.join(names))
            blocks.append(Callout("note", text, lang))
        if len(compared.rows):
            blocks += [_tabulate(compared, part, lang), *_order(compared, part, lang)]
    return blocks


def _tabulate(compared: ComparedCriteria, part: Portfolio, lang: Language) -> Table:
    codes = list(vocabulary_words("criterion", lang))
    rows = tuple(
        (
            project_name(project, part, lang),
            vocabulary_words("moment", lang)[of.moment.iloc[0]],
            lang.number(of.n_raters.max()),
            *(_cell(of.set_index("criterion"), code, lang) for code in codes),
            _gap(of, lang),
            write_cell(compared.agreement[project], lang, 2),
        )
        for project, of in compared.rows.groupby("project", sort=False)
    )
    names = ("project", "moment", "raters", *codes, "gap", "alpha")
    header = [lang(f"portfolio.column.{name}") if name not in codes else name for name in names]
    note = lang("portfolio.criteria.note", n=lang.number(load_limits().min_raters))
    return Table(
        caption=lang("portfolio.criteria.caption", part=part_name(part, lang)),
        header=tuple(header),
        rows=rows,
        note=with_signs(rows, note, lang),
        text_columns=frozenset({0, 1}),
        simulated=part.is_simulated,
        lang=lang,
    )


def _cell(scores: pd.DataFrame, code: str, lang: Language) -> str:
    """Write a median with the lowest and the highest score: "2 (1–3)"."""
    if code not in scores.index:
        return write_cell(float("nan"), lang)
    row = scores.loc[code]
    if row.withheld:
        return write_cell(float("nan"), lang, status="secret")
    median, low, high = (_score(row[name], lang) for name in ("median", "low", "high"))
    return median if low == high else f"{median} ({low}–{high})"


def _gap(scores: pd.DataFrame, lang: Language) -> str:
    """Write how many points two raters part by, on average over the criteria."""
    if (scores.withheld != "").any():
        return write_cell(float("nan"), lang, status="secret")
    return lang.number(float(scores.gap.mean()), 1)


def _score(value: float, lang: Language) -> str:
    return lang.number(value, 0 if float(value).is_integer() else 1)


def _order(compared: ComparedCriteria, part: Portfolio, lang: Language) -> list[Block]:
    """Say which projects come before which where that is established, and never more."""
    if compared.ranking is None:
        return [Paragraph(lang("portfolio.criteria.no_order"))]
    names = {name: project_name(name, part, lang) for name in compared.ranking.projects.index}
    return [
        Paragraph(compared.ranking.sentence(lang, names=names)),
        *map(Paragraph, compared.ranking.details(lang)),
    ]
