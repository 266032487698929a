"""Other evidence beside the interval, and the story, as tables a reader can check."""

from dataclasses import replace

from toolkit.display.blocks import Callout, Table
from toolkit.display.contribution import integrate_evidence, tell_contribution, warn_of_doubts
from toolkit.i18n import language
from toolkit.study.reading import Reading, load_reading

EN = language("en")


def tables(blocks):
    return {block.caption: block for block in blocks if isinstance(block, Table)}


def test_evidence_stands_beside_the_interval_it_agrees_with_or_not(told):
    study, project, story = told
    found = tables(integrate_evidence(study, project, story, Reading(), lang=EN))
    pieces = found[EN("evidence.caption")]
    assert [row[0] for row in pieces.rows] == [f"V0{i}" for i in range(1, 8)]
    steps = found[EN("strand.caption")]
    assert steps.rows[0][:3] == ("The decision comes sooner", "−0.54 months to −0.36 months", "–")
    assert steps.strong == {0}
    row = {step[0]: step for step in steps.rows}["Clarify the request at reception"]
    assert row[1:3] == ("not estimated here", "V05 (against)")
    assert row[3] == EN("strand.against")


def test_gramms_counts_what_the_reading_holds(told):
    study, project, story = told
    empty = integrate_evidence(study, project, story, Reading(), lang=EN)
    full = integrate_evidence(study, project, story, load_reading(study.id), lang=EN)
    said = [
        [b.text for b in blocks if "GRAMMS" in getattr(b, "text", "")] for blocks in (empty, full)
    ]
    assert said == [
        ["The study covers 0 of the 6 items of the GRAMMS list."],
        ["The study covers 5 of the 6 items of the GRAMMS list."],
    ]


def test_the_story_says_its_claim_its_conditions_and_its_rivals(told):
    blocks = tell_contribution(told[2], lang=EN, simulated=True)
    claim = next(block for block in blocks if isinstance(block, Callout))
    assert (claim.kind, claim.text) == ("caution", EN("claim.undecided"))
    rivals = tables(blocks)[EN("rival.caption")]
    assert rivals.rows[0][1:] == (
        "Trends before adoption, Pretended adoption earlier, V01, and V02",
        "–",
        "Supported: it may explain the gap.",
    )
    assert rivals.rows[1][2:] == ("V04", "Weakened, not excluded.")


def test_doubts_stand_beside_a_beneficial_effect_only(told):
    story = told[2]
    assert warn_of_doubts(story, lang=EN) == []
    doubt = warn_of_doubts(replace(story, claim="rivalled"), lang=EN)
    assert [block.text for block in doubt] == [EN("claim.rivalled")]
    assert warn_of_doubts(replace(story, claim="credible"), lang=EN) == []
