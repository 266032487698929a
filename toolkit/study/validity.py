"""Action-research validity: the five kinds of Herr and Anderson, from what the records hold.

Herr & Anderson, The Action Research Dissertation (2005; 2015, chapter 4): outcome (the actions
resolve the problem), process (problems are framed so that one goes on learning, with several kinds
of evidence), democratic (those with a stake take part), catalytic (those who take part come to see
and act differently), dialogic (the work is discussed by others). No score: each is what can be
read, or where to write it.
"""

import pandas as pd

from toolkit.records.portfolio import Project
from toolkit.study.criteria import OTHERS
from toolkit.study.evidence import Conclusion
from toolkit.study.facts import Fact, lacking, word

VALIDITIES = ("outcome", "process", "democratic", "catalytic", "dialogic")
_PHASES = {"plan", "act", "observe", "reflect"}


def public_entries(project: Project) -> pd.DataFrame:
    """Return the entries of the logbook that anyone may read."""
    logbook = project.tables["logbook"]
    return logbook[logbook.confidentiality == "public"]


def split_by_language(entries: pd.DataFrame, code: str) -> dict[str, pd.DataFrame]:
    """Part entries by how a page in a language quotes them.

    Returns
    -------
    dict of str to DataFrame
        "translated": text and lesson in the language of the page, though the team wrote the
        other; then by the language the team wrote in. A part without an entry is left out.
    """
    foreign = (entries.lang != code) & entries.text_translated.notna()
    translated = entries[foreign]
    translated = translated.assign(
        text=translated.text_translated, lesson=translated.lesson_translated
    )
    written = dict(iter(entries[~foreign].groupby("lang")))
    parts = {"translated": translated} | written
    return {name: part for name, part in parts.items() if len(part)}


def validities(conclusion: Conclusion, project: Project) -> list[Fact]:
    """Return what the records say of each of the five, in order."""
    return [
        Fact("outcome", f"validity.outcome.{conclusion.verdict}"),
        *_process(project),
        *_democratic(project),
        *_catalytic(project),
        *_dialogic(project),
    ]


def _process(project: Project) -> list[Fact]:
    cycles, evidence = project.tables["cycles"], project.tables["evidence"]
    facts = [lacking("process", project, "cycles.csv")]
    if len(cycles):
        phases = cycles.groupby("cycle").phase.agg(set)
        whole = int((phases == _PHASES).sum())
        facts = [Fact("process", "validity.cycles", {"n": len(phases), "whole": whole})]
    if evidence.empty:
        return [*facts, lacking("process", project, "evidence.csv")]
    types = [word("evidence_type", code) for code in dict.fromkeys(evidence.type)]
    values = {
        "n": len(evidence),
        "types": types,
        "against": int((evidence.direction == "against").sum()),
    }
    return [*facts, Fact("process", "validity.evidence", values)]


def _democratic(project: Project) -> list[Fact]:
    people = project.tables["participation"]
    if people.empty:
        return [lacking("democratic", project, "participation.csv")]
    roles = [word("role", code) for code in dict.fromkeys(people.role)]
    values = {"n": people.pseudonym.nunique(), "roles": roles}
    users = "users" if (people.role == "usager").any() else "no_users"
    return [Fact("democratic", f"validity.{users}", values)]


def _catalytic(project: Project) -> list[Fact]:
    cycles, entries = project.tables["cycles"], public_entries(project)
    facts = []
    if cycles.decision.notna().any():
        decided = cycles.decision.dropna()
        values = {"n": len(decided), "changed": int(decided.isin(["adapt", "stop"]).sum())}
        facts.append(Fact("catalytic", "validity.decisions", values))
    learnt = int((entries.lesson.fillna("").ne("") | (entries.kind == "lecon")).sum())
    if learnt:
        facts.append(Fact("catalytic", "validity.lessons", {"n": learnt}))
    return facts or [lacking("catalytic", project, "logbook.csv")]


def _dialogic(project: Project) -> list[Fact]:
    people, ratings = project.tables["participation"], project.tables["ratings"]
    facts = []
    if (people["mode"] == "A3").any():
        facts.append(Fact("dialogic", "validity.seminar"))
    if len(ratings):
        values = {"n": ratings.rater.nunique()}
        if (ratings.role == OTHERS).any():  # several roles may have become one
            facts.append(Fact("dialogic", "validity.raters.merged", values))
        else:
            values["roles"] = ratings.role.nunique()
            facts.append(Fact("dialogic", "validity.raters", values))
    return facts or [lacking("dialogic", project, "participation.csv")]
