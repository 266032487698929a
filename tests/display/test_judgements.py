"""Judgements, what would hold elsewhere, limits, and how to make the study again."""

import hashlib
from dataclasses import replace
from pathlib import Path

from toolkit.display.blocks import Callout, Table
from toolkit.display.judgements import (
    describe_transfer,
    judge,
    show_own_words,
    state_limits,
    state_reproducibility,
)
from toolkit.i18n import language
from toolkit.records.portfolio import load_project
from toolkit.records.toml_model import Text
from toolkit.study.reading import Judgement, OwnWords, Reading

EN = language("en")
WHY = Text(fr="Parce que.", en="Because.")


def test_a_criterion_not_judged_says_where_to_write_it(told):
    study, project, story = told
    reading = Reading(judgements={"relevance": Judgement(answer="partly", why=WHY)})
    blocks = judge(study, project, story, reading, lang=EN)
    table = next(block for block in blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows][:2] == ["Relevance", "Coherence"]
    assert table.rows[0][1] == "Partly. Because."
    assert "data/studies/maison-handicap.reading.toml" in table.rows[1][1]
    assert not any(isinstance(block, Callout) for block in blocks)


def test_a_judgement_that_says_more_than_the_study_bears_a_caution(told):
    study, project, story = told
    reading = Reading(judgements={"effectiveness": Judgement(answer="yes", why=WHY)})
    caution = judge(study, project, story, reading, lang=EN)[-1]
    assert (caution.kind, "(Effectiveness)" in caution.text) == ("caution", True)


def test_what_did_not_hold_here_would_have_to_hold_elsewhere(told):
    table = describe_transfer(told[1], told[2], lang=EN)[-1]
    assert ("Family doctors fill in the certificate on time.", "failed") in table.rows
    assert len(table.rows) == 5


def test_limits_count_what_is_hidden_and_ask_for_ethics(told):
    study, project, _ = told
    texts = [block.text for block in state_limits(study, project, Reading(), lang=EN)]
    hidden = int(study.sample.panel.value.isna().sum())
    assert f"{hidden} observations of 2,744 are missing or secret." in texts
    assert any("maison-handicap.reading.toml" in text for text in texts)
    told_ethics = state_limits(study, project, Reading(ethics=WHY), lang=EN)
    assert "Because." in [block.text for block in told_ethics]
    censored = replace(study, sample=replace(study.sample, censored=4))
    texts = [block.text for block in state_limits(censored, project, Reading(), lang=EN)]
    assert any(text.startswith("4 observations are known by their limit") for text in texts)


def test_sites_that_ended_before_the_last_measure_are_told(told, demonstration):
    study, project = demonstration("autonomie-domicile"), load_project("autonomie-domicile")
    texts = [block.text for block in state_limits(study, project, Reading(), lang=EN)]
    assert (
        "4 sites ended before the last period measured (2019), the first on "
        "28\u00a0September\u00a02018. They count as treated to the end: the effect is that of "
        "having been served, not of still being so."
    ) in texts
    texts = [block.text for block in state_limits(*told[:2], Reading(), lang=EN)]
    assert not any("the last period measured" in text for text in texts)


def test_own_words_stand_as_they_were_written():
    words = OwnWords(Path("x.en.txt"), ("One.", "Two."))
    assert [block.text for block in show_own_words(words, lang=EN)][1:] == ["One.", "Two."]
    nobody = show_own_words(OwnWords(Path("x.en.txt"), ()), lang=EN)
    assert "x.en.txt" in nobody[1].text


def test_the_study_can_be_made_again_from_what_is_said(told):
    rows = dict(state_reproducibility(told[0], lang=EN)[-1].rows)
    digest = hashlib.sha256(told[0].file.text.encode()).hexdigest()
    assert rows[EN("redo.protocol")] == digest[:16]
    assert rows[EN("redo.command")] == "futurs study run maison-handicap"
    assert rows[EN("redo.lock")] == "not locked"
