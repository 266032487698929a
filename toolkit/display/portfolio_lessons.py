"""What was learnt from failures: those that projects let anyone read, dated, in their own words."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import vocabulary_words, without_pseudonyms, write_date, write_words
from toolkit.i18n import LANGUAGES, Language
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_lessons import count_failures, public_lessons


def tell_lessons(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Count the failures of each part, then quote those that are public with their lesson."""
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
        lessons = public_lessons(part.projects)
        tables = [_quotes(lessons[lessons.lang == code], code, part, lang) for code in LANGUAGES]
        blocks += [table for table in tables if table.rows]
    return blocks


def _quotes(lessons: pd.DataFrame, code: str, part: Portfolio, lang: Language) -> Table:
    kinds = vocabulary_words("entry_kind", lang)
    rows = []
    for row in lessons.itertuples():
        project = part.projects[row.project]
        quoted = (row.text, write_words(row.lesson))
        rows.append(
            (
                project_name(row.project, part, lang),
                write_date(row.date, lang),
                kinds[row.kind],
                *(without_pseudonyms(text, project) for text in quoted),
            )
        )
    names = ("project", "date", "kind", "text", "lesson")
    own = "" if code == lang.code else code
    return Table(
        caption=lang(f"portfolio.lessons.caption.{code}", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in names),
        rows=tuple(rows),
        text_columns=frozenset(range(len(names))),
        langs=("", "", "", own, own),
        simulated=part.is_simulated,
        lang=lang,
    )
