"""How a project went: its cycles, its logbook, its validity as action research."""

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.cycles import plot_cycles
from toolkit.display.facts import tabulate_facts
from toolkit.display.portrait import without_pseudonyms
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.facts import word
from toolkit.study.validity import VALIDITIES, public_entries, validities

_MISSING = "fact.missing"


def describe_cycles(project: Project, *, lang: Language, note: str = "") -> list[Block]:
    """Draw the cycles and show the public entries of the logbook, failures included."""
    blocks: list[Block] = [Heading(lang("logbook.title"))]
    cycles, entries = project.tables["cycles"], public_entries(project)
    simulated = project.facts.simulated
    if len(cycles):
        blocks.append(plot_cycles(cycles, lang=lang, simulated=simulated, note=note))
    else:
        blocks.append(Paragraph(lang(_MISSING, place=f"data/projects/{project.id}/cycles.csv")))
    if entries.empty:
        place = f"data/projects/{project.id}/logbook.csv"
        return [*blocks, Paragraph(lang(_MISSING, place=place))]
    counts = {"n": len(entries), "errors": int((entries.kind == "erreur").sum())}
    blocks.append(Paragraph(lang.plural("logbook.counts", counts["n"], errors=counts["errors"])))
    # An entry keeps the language it was written in: so do the table that quotes it, and its lang.
    for code in LANGUAGES:
        own = entries[entries.lang == code].sort_values("date", kind="stable")
        if len(own):
            blocks.append(_quote(own, project, language(code)))
    return blocks


def tabulate_validity(study: Study, project: Project, *, lang: Language) -> list[Block]:
    """Say what the records hold of the five validities of action research."""
    return [
        Heading(lang("validity.title")),
        tabulate_facts(
            validities(study.conclusion, project),
            caption=lang("validity.caption"),
            names={kind: lang(f"validity.kind.{kind}") for kind in VALIDITIES},
            head=lang("validity.head"),
            lang=lang,
            simulated=project.facts.simulated,
            note=lang("validity.note"),
        ),
    ]


def _quote(entries, project: Project, lang: Language) -> Table:
    rows = tuple(
        (
            lang.date(row.date.date()),
            getattr(word("entry_kind", row.kind), lang.code),
            without_pseudonyms(row.text, project),
            without_pseudonyms(row.lesson, project) if isinstance(row.lesson, str) else "",
        )
        for row in entries.itertuples()
    )
    failed = [i for i, kind in enumerate(entries.kind) if kind == "erreur"]
    return Table(
        caption=lang("logbook.caption"),
        header=tuple(lang(f"logbook.{name}") for name in ("date", "kind", "text", "lesson")),
        rows=rows,
        strong=frozenset(failed),
        text_columns=frozenset(range(4)),
        simulated=project.facts.simulated,
        lang=lang,
    )
