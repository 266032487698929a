"""What the records of a project do not hold yet, and the file to write it in."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.i18n import Language
from toolkit.records.portfolio import Project

# The tables that tell how a project was carried out, and the title of what each would show.
_TITLES = {
    "cycles": "implementation.cycles.title",
    "logbook": "implementation.logbook.title",
    "artefacts": "artefacts.title",
    "freedoms": "freedoms.title",
    "participation": "participation.title",
    "partners": "partners.title",
    "deployments": "fidelity.sites.title",
    "costs": "fidelity.costs.title",
    "theory_nodes": "implementation.theory.title",
    "theory_links": "implementation.theory.title",
}


def not_written(project: Project, table: str, *, lang: Language) -> Callout:
    """Say that a table of the project is empty, and where to write it."""
    return Callout("note", lang("project.not_written", project=project.id, table=table), lang)


def list_unwritten(project: Project, *, lang: Language) -> list[Block]:
    """List in one table what nobody has recorded of how the project was carried out.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    lacking = {}
    for table, title in _TITLES.items():
        if project.tables[table].empty:
            # The first table of a topic is the one to begin with.
            lacking.setdefault(title, table)
    if not lacking:
        return []
    rows = tuple(
        (lang(title), f"data/projects/{project.id}/{table}.csv") for title, table in lacking.items()
    )
    return [
        Heading(lang("unwritten.title")),
        Paragraph(lang("unwritten.explain")),
        Table(
            caption=lang("unwritten.caption"),
            header=(lang("unwritten.topic"), lang("unwritten.file")),
            rows=rows,
            text_columns=frozenset({0, 1}),
            simulated=project.facts.simulated,
            lang=lang,
        ),
    ]
