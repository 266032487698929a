"""What the programme's own vocabularies say of its projects: how researchers took part, and OPSI.

The OECD's Declaration on Public Sector Innovation (2019) sets five commitments and no indicator:
what stands beside each is our reading of the records, counted.
"""

from collections.abc import Mapping

import pandas as pd

from toolkit.records.portfolio import Project
from toolkit.records.vocabulary import vocabulary_codes

# Members of the steering committee and embedded experts look at a project from inside.
INSIDERS = ("A1", "A2")
# What is written where somebody has none to declare.
_NONE = "aucun"
_RETURNED = ("partial", "adopted", "generalised")


def count_modes(projects: Mapping[str, Project]) -> pd.DataFrame:
    """Count who took part in each project by mode, and who declared an interest.

    Returns
    -------
    DataFrame
        Indexed by project: a column a mode (A1 to A4), people; insiders (people in A1 or A2);
        interests (people who declared one), undeclared (people of whom nothing is written). A
        project without participation has no row.
    """
    modes, rows = vocabulary_codes("association_mode"), {}
    for name, project in projects.items():
        people = project.tables["participation"]
        if len(people):
            said = people.interests_declared.fillna("").str.strip()
            by_mode = people.groupby("mode").pseudonym.nunique()
            rows[name] = {
                **{mode: int(by_mode.get(mode, 0)) for mode in modes},
                "people": people.pseudonym.nunique(),
                "insiders": people.pseudonym[people["mode"].isin(INSIDERS)].nunique(),
                "interests": people.pseudonym[~said.isin(["", _NONE])].nunique(),
                "undeclared": people.pseudonym[said == ""].nunique(),
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def count_publics(projects: Mapping[str, Project]) -> pd.DataFrame:
    """Count, for each public (U1 to U3), the projects that serve it and those that measure it.

    Returns
    -------
    DataFrame
        Indexed by public: projects (that name it), measured (those with an indicator of it) and
        indicators.
    """
    rows = {}
    for public in vocabulary_codes("public"):
        measured = {
            name: int(project.tables["indicators"].publics.fillna("").str.contains(public).sum())
            for name, project in projects.items()
        }
        rows[public] = {
            "projects": sum(public in project.facts.publics for project in projects.values()),
            "measured": sum(n > 0 for n in measured.values()),
            "indicators": sum(measured.values()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def count_actions(actions: pd.DataFrame) -> pd.DataFrame:
    """Count the actions of each type (E1 to E6), those without any too.

    Returns
    -------
    DataFrame
        Indexed by type: actions, reach (people; missing where no action gives it), first and last
        (Timestamp, missing without any), projects (tuple of the ids they name).
    """
    rows = {}
    for code in vocabulary_codes("ecosystem_type"):
        own = actions[actions.type == code]
        rows[code] = {
            "actions": len(own),
            "reach": own.reach.sum(min_count=1),
            "first": own.date.min(),
            "last": own.date.max(),
            "projects": tuple(dict.fromkeys(own.project.dropna())),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def read_declaration(
    projects: Mapping[str, Project], actions: pd.DataFrame
) -> dict[str, dict[str, int]]:
    """Count what the records hold of each commitment of the Declaration.

    Returns
    -------
    dict
        By commitment, counts by name: embrace (projects; returned, at least in part, to ordinary
        administration), equip (actions of E1 and E4), partner (partners; kinds of them; actions of
        E3), explore (cycles; failures), diffuse (open_artefacts; actions of E2, E5 and E6).
    """
    tables = [project.tables for project in projects.values()]

    def acted(*types: str) -> int:
        return int(actions.type.isin(types).sum())

    partners = pd.concat([each["partners"] for each in tables]) if tables else pd.DataFrame()
    return {
        "embrace": {
            "projects": len(projects),
            "returned": sum(p.facts.reintegration in _RETURNED for p in projects.values()),
        },
        "equip": {"actions": acted("E1", "E4")},
        "partner": {
            "partners": partners.partner.nunique() if len(partners) else 0,
            "kinds": partners.kind.nunique() if len(partners) else 0,
            "actions": acted("E3"),
        },
        "explore": {
            "cycles": sum(each["cycles"].cycle.nunique() for each in tables),
            "failures": sum(int((each["logbook"].kind == "erreur").sum()) for each in tables),
        },
        "diffuse": {
            "open_artefacts": sum(
                each["artefacts"].artefact[each["artefacts"].open.fillna(False)].nunique()
                for each in tables
            ),
            "actions": acted("E2", "E5", "E6"),
        },
    }
