"""Five hundred characters, in both languages, with what must not be left out."""

from dataclasses import replace

import pytest

from toolkit.display.blocks import Callout, Heading, Paragraph
from toolkit.display.summary import LONGEST, place_on_nesta, summarise_study, write_summary
from toolkit.i18n import LANGUAGES, language
from toolkit.records.toml_model import Text
from toolkit.study.evidence import Conclusion

FR, EN = language("fr"), language("en")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_summary_has_the_answer_its_interval_its_grade_and_its_limits(told, code):
    study, lang = told[0], language(code)
    text = write_summary(study, told[2], lang)
    assert len(text) <= LONGEST
    assert study.estimate.sentence(lang) in text
    assert study.conclusion.sentence(lang) in text
    assert lang("summary.grade", level=1, ceiling=3) in text
    assert text.endswith(lang("summary.simulated"))


def test_what_does_not_fit_is_left_out_whole(told):
    study = told[0]
    long, short = Text(fr="a" * 400, en="a" * 400), Text(fr="Court.", en="Short.")
    protocol = study.file.protocol.model_copy(update={"limits": [long, short]})
    text = write_summary(replace(study, file=replace(study.file, protocol=protocol)), told[2], EN)
    assert len(text) <= LONGEST
    assert text.endswith("Simulated data. Short.")
    longer = protocol.model_copy(update={"title": long})
    bare = write_summary(replace(study, file=replace(study.file, protocol=longer)), told[2], EN)
    assert bare.startswith("Inconclusive")


def test_both_languages_stand_on_the_page(told):
    heading, own, other = summarise_study(told[0], told[2], lang=EN)
    assert (type(heading), type(own), type(other)) == (Heading, Paragraph, Callout)
    assert other.lang == FR
    assert 'lang="fr"' in other.html()


def test_nesta_is_said_beside_the_grade(told):
    # The waiting time falls, but the comparison is contradicted: a change, not its cause.
    assert "level 2 of 5" in place_on_nesta(told[0], told[1], lang=EN).text


def test_a_doubt_on_the_project_s_part_is_in_the_summary(told):
    good = replace(told[0], conclusion=Conclusion("beneficial", "interval"))
    text = write_summary(good, replace(told[2], claim="rivalled"), EN)
    assert EN("claim.rivalled") in text
    assert len(text) <= LONGEST


def test_an_interval_that_does_not_decide_is_said_once(told):
    undecided = replace(told[0], conclusion=Conclusion("inconclusive", "interval"))
    assert undecided.conclusion.sentence(EN) not in write_summary(undecided, told[2], EN)
