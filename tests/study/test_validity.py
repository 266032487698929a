"""The five validities of action research, each from what the records hold."""

import pytest

from toolkit.i18n import language
from toolkit.records.portfolio import Project, load_project
from toolkit.study.evidence import Conclusion
from toolkit.study.validity import VALIDITIES, public_entries, validities

EN = language("en")


CONCLUSION = Conclusion("inconclusive", "interval")


@pytest.fixture(scope="module")
def project():
    return load_project("antenne-service-public")


def said(project, kind):
    return [f.sentence(EN) for f in validities(CONCLUSION, project) if f.topic == kind]


def test_each_of_the_five_is_said_from_the_records(project):
    assert tuple(dict.fromkeys(f.topic for f in validities(CONCLUSION, project))) == VALIDITIES
    assert said(project, "outcome") == ["The study does not say whether the problem is resolved."]
    assert said(project, "process") == [
        "3 cycles, of which complete (plan, act, observe, reflect): 3.",
        "6 pieces of evidence (quantitative, qualitative, and documentary), "
        "of which against the project: 3.",
    ]
    assert said(project, "democratic")[0].startswith("6 people involved, users included")
    assert said(project, "catalytic")[0] == (
        "3 decisions at the end of a cycle, of which changes or stops: 1."
    )
    assert "seminar" in said(project, "dialogic")[0]


def test_what_is_not_recorded_is_said_not_supposed(project):
    empty = Project(project.facts, {name: f.iloc[:0] for name, f in project.tables.items()})
    missing = {f.topic for f in validities(CONCLUSION, empty) if f.missing}
    assert missing == set(VALIDITIES) - {"outcome"}
    people = project.tables["participation"]
    without = Project(
        project.facts, project.tables | {"participation": people[people.role != "usager"]}
    )
    assert "none as a user" in said(without, "democratic")[0]


def test_only_public_entries_are_counted(project):
    entries = public_entries(project)
    logbook = project.tables["logbook"]
    assert set(entries.confidentiality) == {"public"}
    assert len(entries) < len(logbook)
