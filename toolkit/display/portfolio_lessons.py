"""What was learnt from failures: those that projects let anyone read, dated, in their own words."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import without_pseudonyms, write_date, write_words
from toolkit.i18n import Language
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_lessons import count_failures, public_lessons
from toolkit.study.validity import split_by_language


def tell_lessons(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Count the failures of each part, then quote those that are public with their lesson.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("portfolio.lessons.title"))]
    for part in portfolio.parts:
        counts = count_failures(part.projects)
        if counts.empty:
            blocks.append(
                Callout("note", lang("portfolio.lessons.none", part=part_name(part, lang)), lang)
            )
            continue
        sums = {name: lang.number(int(n)) for name, n in counts[["learnt", "public"]].sum().items()}
        blocks.append(
            Paragraph(lang.plural("portfolio.lessons", int(counts.failures.sum()), **sums))
        )
        told = public_lessons(part.projects)
        for kind in ("erreur", "lecon"):
            found = split_by_language(told[told.kind == kind], lang.code)
            blocks += [_quote(lessons, kind, how, part, lang) for how, lessons in found.items()]
    return blocks


def _quote(lessons: pd.DataFrame, kind: str, how: str, part: Portfolio, lang: Language) -> Table:
    """Quote failures with what they taught, or lessons: as they were written, or translated."""
    names = ("text", "lesson") if kind == "erreur" else ("text",)
    rows = []
    for row in lessons.to_dict("records"):
        project = part.projects[row["project"]]
        name = project_name(row["project"], part, lang)
        quoted = (without_pseudonyms(write_words(row[each]), project) for each in names)
        rows.append((f"{name} ({write_date(row['date'], lang)})", *quoted))
    columns = ("project_on", *(("text", "lesson") if kind == "erreur" else ("lesson",)))
    own = "" if how in ("translated", lang.code) else how
    return Table(
        caption=lang(f"portfolio.lessons.{kind}.{how}", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in columns),
        rows=tuple(rows),
        text_columns=frozenset(range(len(columns))),
        langs=("", *(own for _ in names)),
        simulated=part.is_simulated,
        lang=lang,
    )
