"""What a project's records say on a field of the OPSI form, to write from."""

from dataclasses import dataclass

import pandas as pd

from toolkit.i18n import language
from toolkit.records.portfolio import Project
from toolkit.records.vocabulary import load_vocabulary

_TAKEN_UP = ("partial", "adopted", "generalised")


@dataclass(frozen=True)
class Piece:
    """Something the records say, where, and in which language."""

    origin: str
    text: str
    lang: str


def gather_material(project: Project) -> dict[str, tuple[Piece, ...]]:
    """Return what the records say, by the form's field names.

    Of the logbook only public entries are taken. Words are in English where someone translated
    them, in the language in which they were written otherwise.
    """
    facts, tables = project.facts, project.tables
    logbook, links = tables["logbook"], tables["theory_links"]
    nodes, made = tables["theory_nodes"], tables["artefacts"]
    public = logbook[logbook.confidentiality == "public"]
    failures = public[public.kind == "erreur"]
    outcomes = nodes[nodes.level.isin(["outcome", "impact"])]
    shaken = links[links.status.isin(["mixed", "failed"])]
    shaken = shaken.assign(link=shaken["from"] + " – " + shaken["to"])
    return {
        "collaboration_partnerships": _partners(tables["partners"]),
        "users_stakeholders_beneficiaries": (
            *(Piece("project.toml: publics", _words("public")[c], "en") for c in facts.publics),
            *_pieces(outcomes, "theory_nodes", "node", "label_en"),
        ),
        "results_impact": _pieces(tables["evidence"], "evidence", "evidence", "claim_en"),
        "challenges": (
            *_entries(failures, "text"),
            *_pieces(
                shaken, "theory_links", "link", "assumption_en",
                state="status", of="assumption_status",
            ),
        ),
        "lessons_to_share": (
            *_entries(public[public.kind == "lecon"], "text"),
            *_entries(public, "lesson"),
        ),
        "potential_to_be_replicated": (
            _reintegration(facts.reintegration),
            *_pieces(
                made[made.adoption.isin(_TAKEN_UP)], "artefacts", "artefact", "label_en",
                state="adoption", of="reintegration",
            ),
        ),
    }  # fmt: skip


def _pieces(
    rows: pd.DataFrame, table: str, key: str, column: str, *, state: str = "", of: str = ""
) -> tuple[Piece, ...]:
    """Return a column's English texts, after the state they are in if they have one.

    What is empty tells nothing.
    """
    rows = rows[rows[column].notna()]
    texts = rows[column]
    if state:
        states = rows[state].map(_words(of))
        said = zip(states, texts, strict=True)
        texts = [language("en")(f"opsi.stated.{of}", state=word, text=text) for word, text in said]
    found = zip(rows[key], texts, strict=True)
    return tuple(Piece(f"{table}.csv: {name}", text, "en") for name, text in found)


def _partners(partners: pd.DataFrame) -> tuple[Piece, ...]:
    """Say who brings what; a partner whose name or part was not translated stands in French."""
    english = partners.partner_en + " – " + partners.contribution_en
    texts = english.fillna(partners.partner + " – " + partners.contribution)
    langs = english.notna().map({True: "en", False: "fr"})
    found = zip(partners.partner, texts, langs, strict=True)
    return tuple(Piece(f"partners.csv: {name}", text, lang) for name, text, lang in found)


def _entries(logbook: pd.DataFrame, column: str) -> tuple[Piece, ...]:
    english = logbook[f"{column}_translated"].where(logbook.lang != "en")
    texts, langs = english.fillna(logbook[column]), logbook.lang.where(english.isna(), "en")
    found = zip(logbook.entry, texts.fillna(""), langs, strict=True)
    return tuple(Piece(f"logbook.csv: {name}", text, lang) for name, text, lang in found if text)


def _reintegration(code: str) -> Piece:
    text = language("en")("implementation.reintegration", state=_words("reintegration")[code])
    return Piece("project.toml: reintegration", text, "en")


def _words(vocabulary: str) -> dict[str, str]:
    return load_vocabulary(vocabulary).set_index("code").en.to_dict()
