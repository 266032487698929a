"""A study's page says what is estimated, on what assumption, and what its checks cannot prove."""

from toolkit.display.blocks import Paragraph
from toolkit.display.studies import explain_study, introduce_study, show_checks
from toolkit.i18n import language

FR, EN = language("fr"), language("en")


def test_the_estimand_the_assumption_and_the_interval_are_said_first(told):
    blocks = explain_study(told[0], lang=EN)
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert "average effect on the treated territories, counted alike" in texts[0]
    assert "parallel trends" in texts[0]
    assert texts[1].startswith("The 95% interval gathers the effects compatible with the data")
    assert "at the 5% threshold" in texts[1]
    assert "not of bias" in texts[1]


def test_checks_have_a_unit_a_level_and_prove_nothing_by_passing(told):
    _, table = show_checks(told[0], lang=EN, note="Source: us")
    assert table.note.startswith("Unit: months; intervals at 95%. A passed check found nothing")
    assert "For trends, a period is a block of 4." in table.note
    assert table.note.endswith("Source: us")
    said = {row[0]: row[2] for row in table.rows}
    assert "no gap in how they changed stands out from chance" in said["Effect on neighbours"]
    french = show_checks(told[0], lang=FR, note="")[1].note
    assert "ce n’est pas une preuve en sa faveur" in french


def test_what_could_be_seen_stands_at_the_top_only_where_the_interval_leaves_it_open(told):
    # Refuted by its checks, whatever its power.
    study, project, _ = told
    top = "\n".join(str(block) for block in introduce_study(study, project, lang=EN))
    assert "cannot reliably detect" not in top
    assert any("cannot reliably detect" in str(block) for block in explain_study(study, lang=EN))


def test_made_up_data_say_how_far_they_go(told):
    study, project, _ = told
    masthead = introduce_study(study, project, lang=FR)[0]
    assert masthead.facts()[-1] == "Données simulées jusqu’au 30 novembre 2018"
