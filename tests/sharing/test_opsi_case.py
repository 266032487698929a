"""A project as a case for the OECD observatory: what is filled, what lacks, whether it may go."""

import json
from dataclasses import replace
from datetime import date

import pytest

from toolkit.i18n import language
from toolkit.records.opsi_form import Opsi
from toolkit.records.portfolio import load_project
from toolkit.sharing.opsi_case import describe_case
from toolkit.sharing.opsi_sheet import case_record

RECORD = {
    "study": "demande-unique",
    "simulated": True,
    "protocol": {"question": {"en": "By how many days did it change?", "fr": "De combien ?"}},
    "estimate": {
        "value": -6.6, "low": -7.6, "high": -5.5, "p": "nan", "design": "did", "estimand": "att",
        "inference": "wild", "unit": "days", "n_treated": 3, "n_comparison": 20, "n_periods": 28,
        "level": 0.95, "smallest_p": 0.0, "cautions": [], "reason": "enough",
    },
    "grade": {"level": 3, "ceiling": 3},
    "verdict": {"verdict": "beneficial", "reason": "interval", "checks": []},
}  # fmt: skip
ANSWERS = {
    "organisation_name": "A département council",
    "organisation_type": "government",
    "level_of_government": "local",
    "innovation_tags": "single window",
    "collaboration_partnerships": "Two public bodies and a research team worked together.",
    "challenges": "The first form had too many questions.",
    "potential_to_be_replicated": "Two départements have asked for it.",
    "lessons_to_share": "Ask only for what is not known yet.",
}


@pytest.fixture(scope="module")
def project():
    return load_project("armoire-numerique")


def told(project, answers: dict[str, str], **facts):
    """Return the project with these answers and facts."""
    opsi = Opsi(answers=answers)
    return replace(project, facts=project.facts.model_copy(update={"opsi": opsi} | facts))


def by_name(case) -> dict:
    return {answer.asked.name: answer for answer in case.answers}


def test_what_is_missing_says_where_to_write_it(project):
    case = describe_case(told(project, {}))
    missing = [
        name for name, answer in by_name(case).items()
        if any(finding.rule == "missing" for finding in answer.findings)
    ]  # fmt: skip
    assert missing == [
        "organisation_name", "level_of_government", "innovation_tags",
        "collaboration_partnerships", "results_impact", "challenges",
        "potential_to_be_replicated", "lessons_to_share",
    ]  # fmt: skip
    said = by_name(case)["challenges"].findings[0].sentence(language("en"))
    assert "write it in English in project.toml, under [opsi.answers], as challenges" in said
    assert by_name(case)["challenges"].text == ""
    assert case.state == "draft"


def test_what_the_records_answer_bears_its_origin(project):
    answers = by_name(describe_case(told(project, {}), [RECORD]))
    title = answers["name_of_innovation"]
    assert (title.text, title.origin) == (project.facts.title.en, "project.toml: title.en")
    assert answers["year_innovation_launched"].text == "2015"
    assert answers["country"].text == "France"
    results = answers["results_impact"]
    assert results.origin == "estimates.json"
    assert results.text.startswith(
        "By how many days did it change? Beneficial: the whole interval is on the side hoped for, "
        "but it holds effects too small to matter. "
        "The estimated effect is −6.60 days (95% interval: −7.60 days"
    )
    assert results.text.endswith("Simulated data.")
    assert [f for f in results.findings if f.blocking] == []


@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        ({"verdict": "no_meaningful_effect", "reason": "equivalence"}, "No meaningful effect: "),
        ({"verdict": "inconclusive", "reason": "interval"}, "Inconclusive: on 3 treated "),
    ],
)
def test_a_result_has_one_verdict(project, verdict, first):
    record = RECORD | {
        "verdict": {"checks": [], **verdict},
        "estimate": RECORD["estimate"] | {"value": -0.4, "low": -1.3, "high": 0.5},
    }
    text = by_name(describe_case(told(project, {}), [record]))["results_impact"].text
    assert text.removeprefix("By how many days did it change? ").startswith(first)
    assert text.count("Inconclusive") == (verdict["verdict"] == "inconclusive")


def test_an_answer_stands_before_a_draft(project):
    answers = by_name(describe_case(told(project, {"name_of_innovation": "A locker"})))
    assert answers["name_of_innovation"].text == "A locker"
    assert answers["name_of_innovation"].origin == "project.toml: opsi.answers.name_of_innovation"


def test_material_holds_the_public_logbook_and_nothing_else_of_it(project):
    case = describe_case(told(project, {}))
    pieces = [piece.text for answer in case.answers for piece in answer.material]
    logbook = project.tables["logbook"]
    hidden = logbook[logbook.confidentiality != "public"]
    assert len(hidden) > 0
    columns = ("text", "lesson", "text_translated", "lesson_translated")
    written = [text for column in columns for text in hidden[column].dropna()]
    assert not [text for text in written if text and text in pieces]
    failures = logbook[(logbook.confidentiality == "public") & (logbook.kind == "erreur")]
    assert (failures.lang == "fr").all()
    assert set(failures.text_translated) <= set(pieces)  # the form asks for English
    pasted = json.dumps(case_record(case, language("en")), ensure_ascii=False)
    assert not [text for text in logbook.text if text in pasted]


def test_material_is_in_english_and_says_what_became_of_each_thing(project):
    answers = by_name(describe_case(told(project, {})))
    said = {name: [(p.text, p.lang) for p in answer.material] for name, answer in answers.items()}
    assert said["collaboration_partnerships"][0] == (
        "Federation of reception associations – The first idea and the reception centres", "en",
    )  # fmt: skip
    assert ("Assumption (failed): Administrations say why they refuse.", "en") in said["challenges"]
    assert said["potential_to_be_replicated"][:2] == [
        ("Reintegration into ordinary life: partial.", "en"),
        ("Locker with a reception code and a chosen question (adoption: partial)", "en"),
    ]
    partners = project.tables["partners"]
    untold = partners.assign(contribution_en=partners.contribution_en.mask(partners.cycle > 0))
    bare = replace(told(project, {}), tables=project.tables | {"partners": untold})
    piece = by_name(describe_case(bare))["collaboration_partnerships"].material[0]
    assert (piece.text, piece.lang) == (
        "Fédération d’associations d’accueil – L’idée de départ et les lieux d’accueil", "fr",
    )  # fmt: skip


def test_gates_one_by_one(project):
    def outcomes(case):
        return {gate.name: (gate.outcome, gate.reason) for gate in case.gates}

    assert outcomes(describe_case(told(project, {}), [RECORD])) == {
        "real": ("failed", "simulated"),
        "implemented": ("passed", "sites"),
        "public_sector": ("passed", "partners"),
        "novel": ("passed", "said"),
        "impact": ("passed", "measured"),
    }
    bare = replace(
        told(project, {}, simulated=False, opsi_status="generating_ideas", facets={}),
        tables=project.tables | {"partners": project.tables["partners"].iloc[:0]},
    )
    assert outcomes(describe_case(bare)) == {
        "real": ("passed", "real"),
        "implemented": ("failed", "too_early"),
        "public_sector": ("unknown", "unsaid"),
        "novel": ("unknown", "unsaid"),
        "impact": ("unknown", "unsaid"),
    }


def test_states_follow_from_what_is_written(project):
    real = {**RECORD, "simulated": False}
    whole = told(project, ANSWERS, simulated=False)
    case = describe_case(whole, [real])
    assert (case.ready, case.state) == (True, "checked")
    sent = Opsi(answers=ANSWERS, submitted_on=date(2026, 3, 2))
    facts = whole.facts.model_copy(update={"opsi": sent})
    assert describe_case(replace(whole, facts=facts), [real]).state == "submitted"
    out = sent.model_copy(update={"published_url": "https://example.org/case"})
    facts = whole.facts.model_copy(update={"opsi": out})
    record = case_record(describe_case(replace(whole, facts=facts)), language("en"))
    assert (record["state"], record["submitted_on"]) == ("published", "2026-03-02")


def test_a_field_that_is_not_asked_lacks_nothing(project):
    assert by_name(describe_case(told(project, {})))["innovation_tags_opengov"].findings == ()
    answers = by_name(describe_case(told(project, {"primary_case_type": "open-government"})))
    assert [f.rule for f in answers["innovation_tags_opengov"].findings] == ["missing"]


def test_attachments_are_of_a_type_the_form_accepts(project):
    files = ["a/en/report.pdf", "a/en/index.html", "b/IMAGE.PNG"]
    assert describe_case(project, attachments=files).attachments == (
        "a/en/report.pdf",
        "b/IMAGE.PNG",
    )


def test_the_record_counts_as_the_form_does(project):
    case = describe_case(told(project, ANSWERS), actions=[("2015-09-22", "Case contributions")])
    record = case_record(case, language("fr"))
    fields = {field["name"]: field for field in record["fields"]}
    assert len(fields) == 48
    assert fields["challenges"]["characters"] == len(ANSWERS["challenges"])
    assert fields["challenges"]["max_characters"] == 1000
    assert fields["cs_user_email"] | {"label": ""} == {
        "group": "personal_details", "name": "cs_user_email", "label": "", "required": True,
        "by_hand": True, "value": "", "characters": 0, "max_characters": None, "origin": "",
        "findings": [],
    }  # fmt: skip
    assert record["actions"] == [{"date": "2015-09-22", "title": "Case contributions"}]
    assert record["simulated"] is True
    assert json.loads(json.dumps(record)) == record
