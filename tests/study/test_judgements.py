"""Six judgements: made by people, resting on records, held against the finding."""

from dataclasses import replace

import pytest

from toolkit.i18n import language
from toolkit.records.portfolio import Project, load_project
from toolkit.records.toml_model import Text
from toolkit.records.vocabulary import vocabulary_codes
from toolkit.study.contribution import contribution
from toolkit.study.judgements import judgements, rating_facts
from toolkit.study.reading import Judgement, Reading

EN = language("en")
STUDY = "maison-handicap"


@pytest.fixture(scope="module")
def found(demonstration):
    study, project = demonstration(STUDY), load_project(STUDY)
    return study, project, contribution(study, project)


def judged(found, answer: str, claim: str = ""):
    study, project, story = found
    why = Text(fr="Parce que.", en="Because.")
    reading = Reading(judgements={"effectiveness": Judgement(answer=answer, why=why)})
    story = replace(story, claim=claim) if claim else story
    return {j.criterion: j for j in judgements(study, project, story, reading)}


def test_the_six_are_there_judged_or_not(found):
    six = judged(found, "no")
    assert tuple(six) == vocabulary_codes("dac")
    assert [code for code, j in six.items() if j.judgement is not None] == ["effectiveness"]
    assert all(j.facts for j in six.values())


def test_a_judgement_beyond_the_finding_is_told(found):
    # The verdict is inconclusive: nothing allows a plain yes.
    assert found[2].claim == "undecided"
    assert judged(found, "yes")["effectiveness"].beyond
    assert not judged(found, "partly")["effectiveness"].beyond
    assert judged(found, "yes", claim="rivalled")["effectiveness"].beyond
    assert not judged(found, "yes", claim="credible")["effectiveness"].beyond


def test_what_a_criterion_rests_on_is_said_with_its_numbers(found):
    six = judged(found, "no")
    said = {code: [f.sentence(EN) for f in j.facts] for code, j in six.items()}
    assert said["impact"] == ["To long-term effects, 2 links: held 0, untested 2."]
    assert said["coherence"][1] == "Partners: 7, of which outside the State 6 (86%)."
    assert said["efficiency"][1].startswith("Spent: €1,814,5")
    assert said["sustainability"][0] == "Adoption: none."
    assert said["effectiveness"] == ["The study does not allow a conclusion on the effect."]


def test_ratings_are_said_by_moment_and_never_by_rater(found):
    project = found[1]
    facts = rating_facts(project, "C1", "relevance")
    assert [f.sentence(EN).split(":")[0] for f in facts] == [
        "Stakes (C1), on admission",
        "Stakes (C1), on exit",
    ]
    ratings = project.tables["ratings"]
    two = ratings[ratings.rater.isin(sorted(ratings.rater.unique())[:2])]
    few = Project(project.facts, project.tables | {"ratings": two})
    assert {f.key for f in rating_facts(few, "C1", "x")} == {"rating.withheld"}
    none = Project(project.facts, project.tables | {"ratings": ratings.iloc[:0]})
    assert [f.missing for f in rating_facts(none, "C1", "x")] == [True]
