"""What a project's records say on a field of the OPSI form, to write from."""

from dataclasses import dataclass

import pandas as pd

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

    Of the logbook only public entries are taken: in English where someone translated them, in the
    language in which they were written otherwise.
    """
    facts, tables = project.facts, project.tables
    logbook, links = tables["logbook"], tables["theory_links"]
    nodes, made = tables["theory_nodes"], tables["artefacts"]
    public = logbook[logbook.confidentiality == "public"]
    failures = public[public.kind == "erreur"]
    outcomes = nodes[nodes.level.isin(["outcome", "impact"])]
    shaken = links[links.status.isin(["mixed", "failed"])]
    links_of = links["from"] + " – " + links["to"]
    return {
        "collaboration_partnerships": _pieces(
            tables["partners"].assign(
                told=tables["partners"].partner + " – " + tables["partners"].contribution
            ),
            "partners", "partner", "told", "fr",
        ),
        "users_stakeholders_beneficiaries": (
            *_labels("public", facts.publics, "publics"),
            *_pieces(outcomes, "theory_nodes", "node", "label_en"),
        ),
        "results_impact": _pieces(tables["evidence"], "evidence", "evidence", "claim_en"),
        "challenges": (
            *_entries(failures, "text"),
            *_pieces(shaken.assign(link=links_of), "theory_links", "link", "assumption_en"),
        ),
        "lessons_to_share": (
            *_entries(public[public.kind == "lecon"], "text"),
            *_entries(public, "lesson"),
        ),
        "potential_to_be_replicated": (
            *_labels("reintegration", [facts.reintegration], "reintegration"),
            *_pieces(made[made.adoption.isin(_TAKEN_UP)], "artefacts", "artefact", "label_en"),
        ),
    }  # fmt: skip


def _pieces(
    rows: pd.DataFrame, table: str, key: str, column: str, lang: str = "en"
) -> tuple[Piece, ...]:
    """Return a column's texts; what is empty tells nothing."""
    found = zip(rows[key], rows[column].fillna(""), strict=True)
    return tuple(Piece(f"{table}.csv: {name}", text, lang) for name, text in found if text)


def _entries(logbook: pd.DataFrame, column: str) -> tuple[Piece, ...]:
    english = logbook[f"{column}_translated"].where(logbook.lang != "en")
    texts, langs = english.fillna(logbook[column]), logbook.lang.where(english.isna(), "en")
    found = zip(logbook.entry, texts.fillna(""), langs, strict=True)
    return tuple(Piece(f"logbook.csv: {name}", text, lang) for name, text, lang in found if text)


def _labels(vocabulary: str, codes: list[str], key: str) -> tuple[Piece, ...]:
    labels = load_vocabulary(vocabulary).set_index("code").en
    return tuple(Piece(f"project.toml: {key}", labels[code], "en") for code in codes)
