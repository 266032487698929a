"""What a project made, and the freedoms that made it possible."""

import pandas as pd

from toolkit.display.blocks import Block, Heading, Table
from toolkit.display.projects import (
    vocabulary_words,
    words_table,
    write_date,
    write_words,
    written_words,
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
    reused, written = _reused(artefacts, lang)
    artefacts = artefacts.assign(reused=reused)
    rows = [
        (
            getattr(row, f"label_{lang.code}"),
            f"{kinds[row.kind]}, {row.version}",
            write_date(row.made_on, lang),
            _adoption(states[row.adoption], row.adopted_on, lang),
            lang("artefacts.yes" if row.open else "artefacts.no"),
            write_words(row.reused),
        )
        for row in artefacts.itertuples()
    ]
    columns = ("artefact", "version", "made_on", "adoption", "open", "reused_from")
    header = [lang(f"artefacts.column.{name}") for name in columns]
    langs = ("", "", "", "", "", written)
    return words_table(
        lang("artefacts.made.caption"), header, rows, project=project, lang=lang, langs=langs
    )


def _reused(artefacts: pd.DataFrame, lang: Language) -> tuple[pd.Series, str]:
    """Return what artefacts reuse: earlier versions of the project's own by their label."""
    labels = artefacts.set_index(artefacts.artefact + " " + artefacts.version)
    known = artefacts.reused_from.isin(labels.index)
    others, written = written_words(
        artefacts.assign(reused_from=artefacts.reused_from.mask(known)), "reused_from", lang
    )
    own = artefacts.reused_from.map(labels[f"label_{written}"])
    return own.where(known, others), written


def _adoption(state: str, day, lang: Language) -> str:
    if day != day:  # not a time: not adopted
        return state
    return lang("artefacts.adopted", state=state, date=write_date(day, lang))


def _freedoms(project: Project, lang: Language) -> Table:
    kinds = vocabulary_words("freedom_kind", lang)
    freedoms = project.tables["freedoms"].sort_values("date")
    givers, written = written_words(freedoms, "granted_by", lang)
    rows = [
        (
            write_date(row.date, lang),
            kinds[row.kind],
            getattr(row, f"text_{lang.code}"),
            row.giver,
            write_date(row.ends_on, lang),
        )
        for row in freedoms.assign(giver=givers).itertuples()
    ]
    columns = ("date", "kind", "subject", "granted_by", "ends_on")
    header = [lang(f"freedoms.column.{name}") for name in columns]
    langs = ("", "", "", written, "")
    return words_table(
        lang("freedoms.granted.caption"), header, rows, project=project, lang=lang, langs=langs
    )
