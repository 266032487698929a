"""Agreement and conflict are computed: by hand here, then on the demonstration projects."""

from dataclasses import replace

import pandas as pd
import pytest

from toolkit.estimate import CheckOutcome
from toolkit.i18n import LANGUAGES, language
from toolkit.records.portfolio import Project, load_project
from toolkit.records.toml_model import Text
from toolkit.study.contribution import (
    Piece,
    agreement,
    contribution,
    evidence_pieces,
    rival_outcome,
)
from toolkit.study.evidence import Conclusion
from toolkit.study.protocol import Rival

WORDS = Text(fr="Autre chose.", en="Something else.")


@pytest.mark.parametrize(
    ("effect", "directions", "found"),
    [
        ("good", ["for", "for"], "agree"),
        ("good", ["against"], "conflict"),
        ("none", ["against"], "agree"),
        ("none", ["for"], "conflict"),
        ("bad", ["for"], "conflict"),
        ("good", ["for", "against"], "divided"),
        ("undecided", ["for"], "undecided"),
        ("undecided", ["for", "against"], "divided"),
        ("good", [], "alone"),
    ],
)
def test_evidence_agrees_with_an_effect_or_not(effect, directions, found):
    assert agreement(effect, directions) == found


@pytest.mark.parametrize(
    ("statuses", "directions", "state"),
    [
        (["failed"], [], "supported"),
        (["passed"], [], "weakened"),
        (["failed"], ["for"], "disputed"),
        (["passed"], ["against"], "disputed"),
        (["informative"], [], "open"),
        (["not_applicable"], [], "open"),
        ([], ["against"], "supported"),
        ([], [], "open"),
    ],
)
def test_a_rival_explanation_is_what_checks_and_evidence_make_of_it(statuses, directions, state):
    checks = [CheckOutcome(f"check{i}", s, "any") for i, s in enumerate(statuses)]
    pieces = [Piece(f"V0{i}", "doc", WORDS, "", 2, d) for i, d in enumerate(directions)]
    rival = Rival(
        explanation=WORDS, checks=[c.check for c in checks], evidence=[p.id for p in pieces]
    )
    assert rival_outcome(rival, checks, pieces).state == state


@pytest.fixture(scope="module")
def study(demonstration):
    return demonstration("demande-unique")


@pytest.fixture(scope="module")
def project():
    return load_project("demande-unique")


def changed(project: Project, table: str, **columns) -> Project:
    frame = project.tables[table].assign(**columns)
    return Project(project.facts, project.tables | {table: frame})


def told(study, project, verdict: str):
    """Return the story, had the study concluded otherwise."""
    return contribution(replace(study, conclusion=Conclusion(verdict, "interval")), project)


def test_the_story_of_a_demonstration(study, project):
    story = contribution(study, project)
    strands = {strand.label.en: strand for strand in story.strands}
    measured = story.strands[0]
    assert (measured.label.en, measured.measured) == ("The answer comes sooner", True)
    # A quicker refusal is felt as a loss (V07): against, where the effect is beneficial.
    assert ([p.id for p in measured.pieces], measured.agreement) == (["V07"], "conflict")
    assert strands["Documents no longer asked for again"].agreement == "for"
    assert strands["A legal framework for exchanging data"].agreement == "against"
    assert {p.type for s in story.strands for p in s.pieces} <= {"qual", "doc"}
    assert len(evidence_pieces(project)) == 7
    # The same piece supports the rival that refusals, not answers, come sooner.
    assert [rival.state for rival in story.rivals][-1] == "supported"
    assert story.claim == "rivalled"


def test_the_way_to_the_effect_holds_or_breaks(study, project):
    def reading(status: str, verdict: str) -> str:
        whole = changed(project, "theory_links", status=status)
        return told(study, whole, verdict).chain.reading

    assert reading("held", "beneficial") == "carried"
    assert reading("mixed", "beneficial") == "carried"
    assert reading("failed", "beneficial") == "unexplained"
    assert reading("untested", "no_meaningful_effect") == "broken"
    assert reading("held", "no_meaningful_effect") == "contradicted"
    assert reading("held", "harmful") == "contradicted"
    assert reading("held", "inconclusive") == "unproven"
    assert reading("failed", "inconclusive") == "broken_undecided"


def test_only_the_links_upstream_of_the_indicator_count(study, project):
    chain = contribution(study, project).chain
    links = project.tables["theory_links"]
    beyond = links[links["from"] == "delai-court"]
    assert len(beyond) > 0
    assert not set(map(tuple, beyond[["from", "to"]].to_numpy())) & set(
        map(tuple, chain.links[["from", "to"]].to_numpy())
    )


def test_a_story_without_a_theory_says_so(study, project):
    bare = Project(
        project.facts,
        project.tables
        | {name: project.tables[name].iloc[:0] for name in ("theory_nodes", "theory_links")},
    )
    story = contribution(study, bare)
    assert (story.chain.reading, story.strands) == ("none", ())
    assert story.conditions[0].missing
    untied = changed(project, "theory_nodes", indicator=pd.NA)
    assert contribution(study, untied).chain.reading == "untied"


@pytest.mark.parametrize(
    ("verdict", "claim"),
    [
        ("harmful", "bad"),
        ("no_meaningful_effect", "hidden"),
        ("inconclusive", "undecided"),
        ("beneficial", "rivalled"),
    ],
)
def test_the_claim_is_never_more_than_the_finding(study, project, verdict, claim):
    assert told(study, project, verdict).claim == claim


def test_without_a_rival_no_effect_leaves_nothing_to_explain(study, project):
    protocol = study.file.protocol.model_copy(update={"rivals": []})
    alone = replace(study, file=replace(study.file, protocol=protocol))
    assert told(alone, project, "no_meaningful_effect").claim == "none"


def test_a_contribution_is_credible_only_if_every_rival_is_weakened(study, project):
    def with_rivals(rivals):
        protocol = study.file.protocol.model_copy(update={"rivals": rivals})
        return contribution(replace(study, file=replace(study.file, protocol=protocol)), project)

    passed = next(check.check for check in study.checks if check.status == "passed")
    weakened = Rival(explanation=WORDS, checks=[passed])
    assert with_rivals([weakened]).claim == "credible"
    assert with_rivals([weakened, Rival(explanation=WORDS)]).claim == "partial"
    assert with_rivals([]).claim == "partial"
    assert with_rivals([]).conditions[-1].missing


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_condition_is_said(study, project, code):
    story = contribution(study, project)
    said = [fact.sentence(language(code)) for fact in story.conditions]
    assert [fact.topic for fact in story.conditions] == ["theory", "done", "chain", "rivals"]
    assert all(said)
    assert said[0].startswith("12 ")
