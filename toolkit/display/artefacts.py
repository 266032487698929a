"""What a project made, and the freedoms that made it possible."""

import pandas as pd

from toolkit.display.blocks import Block, Heading, Table
from toolkit.display.projects import (
    vocabulary_words,
    words_table,
    write_date,
    write_words,
)
from toolkit.i18n import Language
from toolkit.records.portfolio import Project


def explain_artefacts(project: Project, *, lang: Language) -> list[Block]:
    """List what was made and what became of it, then the freedoms granted.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    blocks: list[Block] = []
    if not project.tables["artefacts"].empty:
        blocks.append(_artefacts(project, lang))
    if not project.tables["freedoms"].empty:
        blocks += [Heading(lang("freedoms.title"), level=3), _freedoms(project, lang)]
    return [Heading(lang("artefacts.title")), *blocks] if blocks else []


def _artefacts(project: Project, lang: Language) -> Table:
    kinds, states = (vocabulary_words(name, lang) for name in ("artefact_kind", "reintegration"))
    artefacts = project.tables["artefacts"].sort_values(["artefact", "made_on"])
    rows = [
        (
            getattr(row, f"label_{lang.code}"),
            f"{kinds[row.kind]}, {row.version}",
            write_date(row.made_on, lang),
            _adoption(states[row.adoption], row.adopted_on, lang),
            lang("artefacts.yes" if row.open else "artefacts.no"),
            _reused(row.reused_from, artefacts, lang),
        )
        for row in artefacts.itertuples()
    ]
    columns = ("artefact", "version", "made_on", "adoption", "open", "reused_from")
    header = [lang(f"artefacts.column.{name}") for name in columns]
    langs = ("", "", "", "", "", "fr")
    return words_table(
        lang("artefacts.made.caption"), header, rows, project=project, lang=lang, langs=langs
    )


def _reused(named: object, artefacts: pd.DataFrame, lang: Language) -> str:
    """Write what an artefact reuses; an earlier version of the project's own by its label."""
    known = dict(
        zip(
            artefacts.artefact + " " + artefacts.version,
            artefacts[f"label_{lang.code}"],
            strict=True,
        )
    )
    return known.get(named, write_words(named))


def _adoption(state: str, day, lang: Language) -> str:
    if day != day:  # not a time: not adopted
        return state
    return lang("artefacts.adopted", state=state, date=write_date(day, lang))


def _freedoms(project: Project, lang: Language) -> Table:
    kinds = vocabulary_words("freedom_kind", lang)
    rows = [
        (
            write_date(row.date, lang),
            kinds[row.kind],
            getattr(row, f"text_{lang.code}"),
            row.granted_by,
            write_date(row.ends_on, lang),
        )
        for row in project.tables["freedoms"].sort_values("date").itertuples()
    ]
    columns = ("date", "kind", "subject", "granted_by", "ends_on")
    header = [lang(f"freedoms.column.{name}") for name in columns]
    langs = ("", "", "", "fr", "")
    return words_table(
        lang("freedoms.granted.caption"), header, rows, project=project, lang=lang, langs=langs
    )
