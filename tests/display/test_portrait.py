"""Where, what and by whom, with the numbers of the records."""

import dataclasses

import pytest

from toolkit.display.blocks import Figure, Paragraph, Table
from toolkit.display.portrait import (
    describe_intervention,
    describe_positions,
    describe_stake,
    portray_territories,
)
from toolkit.i18n import LANGUAGES, language

EN = language("en")


def test_territories_are_drawn_compared_and_listed(told):
    _, figure, groups, treated = portray_territories(told[0], lang=EN)
    assert isinstance(figure, Figure)
    assert [row[:2] for row in groups.rows] == [("Treated territories", "10"), ("Comparison", "88")]
    # Mean of the territories' own means before adoption, by hand.
    panel = told[0].sample.panel
    before = panel[(panel.period < "2015-Q2") & panel.adoption.notna()]
    expected = before.groupby("territory").value.mean().mean()
    assert groups.rows[0][3] == EN.number(expected, 2)
    assert len(treated.rows) == 10
    assert treated.rows[0][0] == "Ardennes"
    assert treated.rows[0][3] == "2015-Q2"


def test_the_stake_is_the_problem_and_its_ratings(told):
    texts = [block.text for block in describe_stake(told[1], lang=EN)]
    assert texts[1].startswith("A decision may take six months")
    assert texts[-1].startswith("Stakes (C1), on exit: median rating 3 of 3")


def test_the_intervention_says_how_complete_it_is(told):
    _, count, table = describe_intervention(told[1], lang=EN)
    assert "12 of the 12 items" in count.text
    assert len(table.rows) == 12


@pytest.mark.parametrize(("mode", "sits"), [("A1", True), ("A4", False)])
def test_insiders_are_told(told, mode, sits):
    study, project, _ = told
    roles = [study.file.protocol.roles[0].model_copy(update={"mode": mode})]
    protocol = study.file.protocol.model_copy(update={"roles": roles})
    file = dataclasses.replace(study.file, protocol=protocol)
    blocks = describe_positions(dataclasses.replace(study, file=file), project, lang=EN)
    assert ("not independent of it" in blocks[1].text) == sits
    # A researcher sits on this project's steering committee.
    assert blocks[2].text == EN("actors.researchers_inside")
    assert blocks[3].text == "Public research funding, no link with the operators."


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_of_the_portrait_bears_a_pseudonym(told, code):
    study, project, _ = told
    lang = language(code)
    blocks = [
        *describe_stake(project, lang=lang),
        *portray_territories(study, lang=lang),
        *describe_intervention(project, lang=lang),
        *describe_positions(study, project, lang=lang),
    ]
    text = "\n".join(str(block) for block in blocks if isinstance(block, Paragraph | Table))
    known = {*project.tables["participation"].pseudonym, *project.tables["ratings"].rater}
    assert not [name for name in known if name in text]
