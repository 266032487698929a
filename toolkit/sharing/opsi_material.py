"""What a project's records say on a field of the OPSI form, to write from."""

from collections.abc import Iterable

import pandas as pd

from toolkit.records.portfolio import Project
from toolkit.records.vocabulary import load_vocabulary

Pieces = tuple[tuple[str, str], ...]


def gather_material(project: Project) -> dict[str, Pieces]:
    """Return the origin and the text of each piece, by the form's field names.

    Of the logbook only public entries are taken, in the language in which they were written.
    """
    tables = project.tables
    logbook = tables["logbook"]
    public = logbook[logbook.confidentiality == "public"]
    failures, lessons = public[public.kind == "erreur"], public[public.kind == "lecon"]
    learnt = public[public.lesson.notna() & (public.lesson != "")]
    links, nodes = tables["theory_links"], tables["theory_nodes"]
    shaken = links[links.status.isin(["mixed", "failed"])]
    outcomes = nodes[nodes.level.isin(["outcome", "impact"])]
    spread = tables["artefacts"][
        tables["artefacts"].adoption.isin(["partial", "adopted", "generalised"])
    ]
    publics = _labels("public", project.facts.publics)
    return {
        "collaboration_partnerships": _pieces(
            tables["partners"], "partners", "partner", "contribution"
        ),
        "users_stakeholders_beneficiaries": (
            *(("project.toml: publics", label) for label in publics),
            *_pieces(outcomes, "theory_nodes", "node", "label_en"),
        ),
        "results_impact": _pieces(tables["evidence"], "evidence", "evidence", "claim_en"),
        "challenges": (
            *_pieces(failures, "logbook", "entry", "text"),
            *_pieces(shaken, "theory_links", "from", "assumption_en"),
        ),
        "lessons_to_share": (
            *_pieces(lessons, "logbook", "entry", "text"),
            *_pieces(learnt, "logbook", "entry", "lesson"),
        ),
        "potential_to_be_replicated": (
            *(
                ("project.toml: reintegration", label)
                for label in _labels("reintegration", [project.facts.reintegration])
            ),
            *_pieces(spread, "artefacts", "artefact", "label_en"),
        ),
    }


def _pieces(rows: pd.DataFrame, table: str, key: str, column: str) -> Pieces:
    found: Iterable = zip(rows[key], rows[column], strict=True)
    return tuple((f"{table}.csv: {name}", text) for name, text in found if pd.notna(text))


def _labels(vocabulary: str, codes: list[str]) -> list[str]:
    labels = load_vocabulary(vocabulary).set_index("code").en
    return [labels[code] for code in codes]
