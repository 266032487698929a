"""The case in a notebook: its state first, every field with its origin, what is to mend."""

from dataclasses import replace

import pytest

from toolkit.display.blocks import Paragraph, Table
from toolkit.i18n import LANGUAGES, language
from toolkit.records.portfolio import load_project
from toolkit.sharing.opsi_blocks import introduce_case, show_case
from toolkit.sharing.opsi_case import describe_case


@pytest.fixture(scope="module")
def case():
    return describe_case(load_project("armoire-numerique"), actions=[("2015-10-08", "E5 sheet")])


def tables(blocks) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def test_the_first_line_says_what_keeps_a_case_from_being_sent(case):
    lead = next(b for b in introduce_case(case, lang=language("en")) if isinstance(b, Paragraph))
    blocked = sum(answer.blocked for answer in case.answers)
    assert lead.text == (
        "State: draft, which cannot be sent yet. "
        f"{blocked} fields to mend. Condition not met: Real. Condition left open: Impact."
    )


def test_every_field_that_the_records_may_answer_has_its_row(case):
    rows = [row for table in tables(show_case(case, lang=language("en"))) for row in table.rows]
    assert [row[0] for row in rows] == [a.asked.label for a in case.answers if not a.asked.by_hand]
    title = next(row for row in rows if row[0] == "Title of Innovation")
    assert title[1:4] == (case.project.facts.title.en, str(len(title[1])), "project.toml: title.en")
    missing = next(row for row in rows if row[0] == "Organisation Name")
    assert missing[1] == "–"
    assert "organisation_name" in missing[4]


@pytest.mark.parametrize("code", LANGUAGES)
def test_answers_are_marked_as_english_and_simulated(case, code):
    found = tables(show_case(case, lang=language(code)))
    assert found
    assert all(table.langs[1] == "en" and table.simulated for table in found)


def test_contributions_to_the_observatory_are_listed_or_said_to_lack(case):
    assert "8 octobre 2015 – E5 sheet" in show_case(case, lang=language("fr"))[-1].text
    without = show_case(replace(case, actions=()), lang=language("fr"))[-1].text
    assert "E5" in without
    assert "ecosystem_actions.csv" in without
