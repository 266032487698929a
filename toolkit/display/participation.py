"""Who took part in a project, how, and with which interests: roles, never persons."""

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.projects import (
    EMPTY,
    vocabulary_words,
    words_table,
    write_date,
    written_words,
)
from toolkit.i18n import Language
from toolkit.records.portfolio import Project


def explain_participation(project: Project, *, lang: Language) -> list[Block]:
    """List roles, modes and interests declared, then partners: pseudonyms never leave.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    blocks: list[Block] = []
    if not project.tables["participation"].empty:
        blocks += [Paragraph(lang("participation.explain")), _people(project, lang)]
    if not project.tables["partners"].empty:
        blocks += [Heading(lang("partners.title"), level=3), _partners(project, lang)]
    return [Heading(lang("participation.title")), *blocks] if blocks else []


def _people(project: Project, lang: Language) -> Table:
    """Lay out the rows by role: one person's are not put together."""
    roles, modes = (vocabulary_words(name, lang) for name in ("role", "association_mode"))
    about = vocabulary_words("lens", lang) | vocabulary_words("scope", lang)
    people = project.tables["participation"]
    interests, written = written_words(people, "interests_declared", lang)
    people = people.assign(interests=interests)
    order = people["role"].map(list(roles).index)
    rows = []
    for row in people.assign(order=order).sort_values(["order", "mode", "from"]).to_dict("records"):
        mode = f"{row['mode']} – {modes[row['mode']]}"
        subject = about.get(row["lens"], about.get(row["scope"], ""))
        start, end = (write_date(row[name], lang) for name in ("from", "to"))
        span = lang("participation.since", start=start) if end == EMPTY else f"{start} – {end}"
        rows.append(
            (
                roles[row["role"]],
                lang("participation.mode", mode=mode, subject=subject) if subject else mode,
                span,
                row["interests"],
            )
        )
    columns = ("role", "mode", "span", "interests")
    header = [lang(f"participation.column.{name}") for name in columns]
    langs = ("", "", "", written)
    return words_table(
        lang("participation.people.caption"), header, rows, project=project, lang=lang, langs=langs
    )


def _partners(project: Project, lang: Language) -> Table:
    kinds = vocabulary_words("partner_kind", lang)
    partners = project.tables["partners"].sort_values(["cycle", "kind", "partner"])
    names, of_names = written_words(partners, "partner", lang)
    contributions, of_contributions = written_words(partners, "contribution", lang)
    partners = partners.assign(name=names, brings=contributions)
    rows = [
        (row.name, kinds[row.kind], lang.number(row.cycle), row.brings)
        for row in partners.itertuples()
    ]
    columns = ("partner", "kind", "cycle", "contribution")
    header = [lang(f"partners.column.{name}") for name in columns]
    langs = (of_names, "", "", of_contributions)
    return words_table(
        lang("partners.listed.caption"), header, rows, project=project, lang=lang, langs=langs
    )
