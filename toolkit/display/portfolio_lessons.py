"""What was learnt from failures: those that projects let anyone read, dated, in their own words."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import without_pseudonyms, write_date, write_words
from toolkit.i18n import LANGUAGES, Language
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_lessons import count_failures, public_lessons


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
            of_kind = told[told.kind == kind]
            tables = [_quote(of_kind[of_kind.lang == c], kind, c, part, lang) for c in LANGUAGES]
            blocks += [table for table in tables if table.rows]
    return blocks


def _quote(lessons: pd.DataFrame, kind: str, code: str, part: Portfolio, lang: Language) -> Table:
    """Quote failures with what they taught, or lessons, in the language they were written in."""
    names = ("text", "lesson") if kind == "erreur" else ("text",)
    rows = []
    for row in lessons.to_dict("records"):
        project = part.projects[row["project"]]
        name = project_name(row["project"], part, lang)
        quoted = (without_pseudonyms(write_words(row[each]), project) for each in names)
        rows.append((f"{name} ({write_date(row['date'], lang)})", *quoted))
    columns = ("project_on", *(("text", "lesson") if kind == "erreur" else ("lesson",)))
    own = "" if code == lang.code else code
    return Table(
        caption=lang(f"portfolio.lessons.{kind}.{code}", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in columns),
        rows=tuple(rows),
        text_columns=frozenset(range(len(columns))),
        langs=("", *(own for _ in names)),
        simulated=part.is_simulated,
        lang=lang,
    )
