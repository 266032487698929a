"""What is wrong with an answer to the OPSI form, at the boundary and with values."""

import pytest

from toolkit.i18n import LANGUAGES, language
from toolkit.records.opsi_form import load_form
from toolkit.sharing.opsi_lints import ADVICE, count, lint

FORM = load_form()
FIELDS = {asked.name: asked for asked in FORM.fields}
SHORT, SECTOR = FIELDS["short_and_simple_explanation"], FIELDS["organisation_primary_sectorfield"]
YEAR, SITE, LESSONS = (
    FIELDS[name] for name in ("year_innovation_launched", "innovation_website", "lessons_to_share")
)
PLAIN = "One application opens every entitlement (simulated)."


def rules(text: str, asked=LESSONS) -> list[str]:
    return [finding.rule for finding in lint(text, asked=asked, form=FORM)]


def test_the_form_is_the_one_of_2021():
    assert (FORM.version, len(FORM.fields), len(FORM.answerable())) == ("2021-04-21", 48, 31)
    limits = {f.name: f.max_characters for f in FORM.fields if f.max_characters}
    assert sorted(limits.values()) == [500] * 3 + [1000] * 8 + [5000]
    assert sum(f.required for f in FORM.fields) == 24
    assert (YEAR.minimum, YEAR.maximum) == (2003, 2021)
    assert "pdf" in FIELDS["upload_supporting_files"].accepts


def test_a_plain_english_text_has_nothing_to_mend():
    assert rules(PLAIN, SHORT) == []
    assert rules("") == []


def test_the_limit_is_reached_at_its_last_character():
    text = ("A plain one. " * 60)[:500]
    assert rules(text, SHORT) == []
    (finding,) = lint(text + "é", asked=SHORT, form=FORM)
    assert finding.values == {"n": 501, "most": 500, "over": 1}
    assert finding.sentence(language("en")) == "501 characters for at most 500: remove 1."
    assert count("a\r\nb") == 3


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("health, education", SECTOR, []),
        ("health, social", SECTOR, ["choice"]),
        ("2003", YEAR, []),
        ("2021", YEAR, []),
        ("2002", YEAR, ["range"]),
        ("2022", YEAR, ["range"]),
        ("soon", YEAR, ["range"]),
        ("https://example.org/case", SITE, []),
        ("example.org", SITE, ["url"]),
        ("javascript:alert(1)", SITE, ["url"]),
    ],
)
def test_choices_years_and_addresses(text, asked, expected):
    assert rules(text, asked) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Les agents ont affiché la liste des demandes.", ["french"]),
        ("The agents put up the list. Les gens la lisent.", ["french"]),
        ("Every région and département of France is in the list.", []),
        ("n/a", ["blank"]),
        (" TBD. ", ["blank"]),
        ("none", ["blank"]),
        ("None of the agents had time.", []),
        ("See the attached report for details.", ["see_link"]),
        ("Please visit our website.", ["see_link"]),
        ("https://example.org/all-of-it", ["see_link"]),
        ("People see their file move.", []),
        ("The MDPH decides.", ["acronym"]),
        ("The disability centre (MDPH) decides. The MDPH is slow.", []),
        ("The MDPH (disability centre) decides.", []),
        ("The OECD asks.", []),
        ("word " * 30 + ".", []),
        ("word " * 31 + ".", ["long_sentence"]),
        ("Write to a.person@example.org for more.", ["personal"]),
        ("Call 01 42 75 80 00 for more.", ["personal"]),
    ],
)
def test_texts(text, expected):
    assert rules(text) == expected


def test_advice_does_not_keep_a_case_from_being_sent():
    found = lint("The MDPH decides. " + "word " * 31, asked=LESSONS, form=FORM)
    assert [(f.rule, f.blocking) for f in found] == [("long_sentence", False), ("acronym", False)]
    assert "missing" not in ADVICE


def test_every_finding_is_said_in_both_languages():
    text = "Les demandes sont à revoir. " + "word " * 31 + ". The MDPH. See the link. a@b.org"
    for code in LANGUAGES:
        said = [f.sentence(language(code)) for f in lint(text * 10, asked=SHORT, form=FORM)]
        assert all(said)
        assert len(set(said)) > 6
