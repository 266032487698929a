"""The page on all projects: words and numbers, real and simulated in tables of their own."""

import re
from dataclasses import replace

import pytest

from toolkit.display.blocks import Callout, Figure, Masthead, Paragraph, Table
from toolkit.display.portfolio import introduce_portfolio, show_findings, show_grades
from toolkit.display.portfolio_costs import show_costs
from toolkit.display.portfolio_criteria import compare_on_criteria
from toolkit.display.portfolio_effects import compare_effects
from toolkit.display.portfolio_gaps import show_gaps
from toolkit.display.portfolio_lessons import tell_lessons
from toolkit.display.portfolio_programme import (
    show_ecosystem,
    show_opsi,
    show_participation,
    show_publics,
)
from toolkit.display.portfolio_sites import show_sites
from toolkit.estimate import CheckOutcome
from toolkit.i18n import LANGUAGES, language
from toolkit.records.contours import load_contours
from toolkit.records.ecosystem import load_ecosystem_actions
from toolkit.records.portfolio import load_project
from toolkit.records.projects import project_ids
from toolkit.records.toml_model import Text
from toolkit.records.vocabulary import load_vocabulary
from toolkit.study.findings import Refusal, finding_of
from toolkit.study.portfolio import Portfolio

EN = language("en")


@pytest.fixture(scope="module")
def portfolio(demonstration):
    """Six simulated projects of which two were studied, a real one to pull and one in fault."""
    projects = {name: load_project(name) for name in project_ids()}
    refused = {"plateforme-inclusion": "line 3: a fault"}
    del projects["plateforme-inclusion"]
    run = [finding_of(demonstration(name)) for name in ("autonomie-domicile", "demande-unique")]
    pulled = replace(
        run[0], study="paerpa", simulated=False, found=None,
        protocol=run[0].protocol.model_copy(update={"project": "paerpa"}),
        refusal=Refusal("to_pull", sources=("drees-aide-sociale",)),
    )  # fmt: skip
    return Portfolio(projects, refused, (*run, pulled))


@pytest.fixture(scope="module")
def pages(portfolio):
    actions, contours = load_ecosystem_actions(), load_contours("DEP")

    def page(lang):
        return [
            *introduce_portfolio(portfolio, lang=lang),
            *show_findings(portfolio, lang=lang),
            *compare_effects(portfolio, lang=lang),
            *show_grades(portfolio, lang=lang),
            *compare_on_criteria(portfolio, lang=lang),
            *tell_lessons(portfolio, lang=lang),
            *show_costs(portfolio, lang=lang),
            *show_sites(portfolio, lang=lang),
            *show_gaps(portfolio, contours, lang=lang, note="source"),
            *show_publics(portfolio, lang=lang),
            *show_participation(portfolio, lang=lang),
            *show_ecosystem(portfolio, actions, lang=lang),
            *show_opsi(portfolio, actions, lang=lang),
        ]

    return {code: page(language(code)) for code in LANGUAGES}


def test_the_answer_comes_first_with_its_doubts_real_before_simulated(pages):
    masthead, _, lead, simulated, doubts = pages["en"][:5]
    assert isinstance(masthead, Masthead)
    assert (masthead.simulated, masthead.partly, masthead.status) == (True, True, "exploratory")
    assert masthead.facts()[2] == "Partly on simulated data"
    assert "What bears these words rests on made-up data" in masthead.warning().text
    assert lead == Paragraph("On real data, no study has an answer here.", lead=True)
    assert simulated.text == (
        "On simulated data, 2 studies: 1 finds a beneficial effect and 1 finds no meaningful "
        "effect. They try the methods and say nothing of the territories named."
    )
    assert doubts.text == (
        "Doubts on simulated data: of 2 studies, 0 with a protocol locked before the answer was "
        "known, 2 of level of evidence 3 or more (on a scale from 1 to 5), 0 with at least one "
        "check that failed."
    )


def test_what_was_not_run_is_named_with_its_remedy(pages):
    said = [block.text for block in pages["en"] if isinstance(block, Callout)]
    assert any("futurs data pull drees-aide-sociale" in text for text in said)
    assert any("plateforme-inclusion cannot be read" in text for text in said)
    assert any("No study is about 4 projects" in text for text in said)


def test_each_effect_is_in_its_own_unit_and_none_is_pooled(pages):
    real, simulated = [b for b in pages["en"] if isinstance(b, Table)][:2]
    assert (real.simulated, simulated.simulated) == (False, True)
    assert real.rows[0][2:4] == ("nd", "Not run: data to pull")
    assert [row[2] for row in simulated.rows] == [
        "−0.40 points (95%: −1.26 to +0.48)", "−6.6 days (95%: −7.6 to −5.5)",
    ]  # fmt: skip
    texts = [block.text for block in pages["en"] if isinstance(block, Paragraph)]
    assert (
        "On simulated data no mean effect is computed: the 2 studies each measure something else."
        in texts
    )
    assert (
        "These ratings do not rank the 6 projects: no difference exceeds its uncertainty." in texts
    )


def test_nothing_simulated_goes_without_its_mark(pages):
    for block in pages["en"]:
        if isinstance(block, Table | Figure):
            own = block.caption if isinstance(block, Table) else block.subtitle
            assert ("real data" in own) == (not block.simulated), own


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_item_of_the_programme_is_on_the_page(pages, code):
    text = "\n".join(map(str, pages[code]))
    for name in ("mission", "criterion", "public", "ecosystem_type", "association_mode"):
        for row in load_vocabulary(name).itertuples():
            assert f"{row.code} – {getattr(row, code)}" in text
    for name in ("facet", "declaration"):
        for word in load_vocabulary(name)[code]:
            assert re.search(re.escape(word), text, re.IGNORECASE), word


def test_both_languages_say_the_same_numbers(pages):
    def numbers(blocks):
        text = "\n".join(str(block) for block in blocks if isinstance(block, Table))
        text = re.sub(r"(?<=\d)[,\u202f](?=\d{3}\b)", "", text)
        return sorted(re.findall(r"\d+", text))

    french, english = (numbers(pages[code]) for code in LANGUAGES)
    assert french == english
    assert len(french) > 300


def test_no_pseudonym_is_on_the_page(pages, portfolio):
    text = "\n".join(map(str, pages["fr"]))
    for project in portfolio.projects.values():
        for name in {*project.tables["ratings"].rater, *project.tables["participation"].pseudonym}:
            assert not re.search(rf"\b{name}\b", text), name


def test_every_site_is_listed_with_its_dates_and_the_way_to_its_project(pages):
    real, simulated = [
        b for b in pages["en"] if isinstance(b, Table) and b.caption.startswith("Sites of each")
    ]
    assert [row[1:] for row in real.rows] == [
        ("1\u00a0September\u00a02013", "–", "2", "Mayenne and Hautes-Pyrénées"),
    ]
    assert sum(int(row[3]) for row in simulated.rows) == 44
    single = next(row for row in simulated.rows if row[0].startswith("Single application"))
    assert single[1:] == (
        "2\u00a0March\u00a02015", "30\u00a0June\u00a02017", "3", "Aube, Maine-et-Loire, and Tarn",
    )  # fmt: skip
    ways = [b for b in pages["en"] if isinstance(b, Paragraph) and b.links]
    assert ("Single application for all social benefits", "projects/demande-unique/") in (
        ways[0].links
    )
    assert len(ways[0].links) == 7


def test_a_departement_covered_no_one_knows_how_far_is_named_after_its_project(pages):
    table = next(
        b for b in pages["en"] if isinstance(b, Table) and b.caption.startswith("The départements")
    )
    (title, n, _), (apart, n_apart, names), nowhere = table.rows
    assert (n, apart, n_apart) == ("2", f"{title}: an unknown part, or none", "10")
    assert names.startswith("Corrèze, Côte-d'Or, ")
    assert names.endswith(" and Yonne")
    assert nowhere[:2] == ("No project", "99")


def test_an_interval_that_a_check_contradicts_is_explained_where_it_is_read(
    portfolio, demonstration
):
    finding = finding_of(demonstration("maison-handicap"))
    alone = Portfolio({"maison-handicap": load_project("maison-handicap")}, {}, (finding,))
    said = [b.text for b in show_findings(alone, lang=EN) if isinstance(b, Callout)]
    assert said == [
        "“Disability centre of the future”: the interval excludes zero, but a check contradicts "
        "the comparison. The difference measured may come from elsewhere than the project: "
        "inconclusive."
    ]
    figure = next(b for b in compare_effects(alone, lang=EN) if isinstance(b, Figure))
    assert figure.title.endswith("1 of 1, of which contradicted by a check: 1")


def test_costs_stand_beside_the_effect_planned_beside_actual_and_their_lack_is_said(pages):
    table = next(
        b for b in pages["en"] if isinstance(b, Table) and b.caption.startswith("Effect, expenses")
    )
    rows = {row[0]: row[1:] for row in table.rows}
    assert len(rows) == 6
    assert rows["Single application for all social benefits"] == (
        "−6.6 days (95%: −7.6 to −5.5)", "Beneficial",
        "940,770", "1,021,120", "+9%", "3,316", "3,538",
    )  # fmt: skip
    assert rows["Local public-service outlet of the future"][:2] == ("–", "–")  # no study ran
    said = [block.text for block in pages["en"] if isinstance(block, Callout)]
    assert "No expense is recorded (real data)." in said


def test_the_limits_a_protocol_states_and_a_fragile_effect_are_said_under_the_findings(
    demonstration,
):
    finding = finding_of(demonstration("demande-unique"))
    uneven = CheckOutcome("honest_trends", "informative", "relative", {"breakdown": 0.5})
    limits = [Text(fr="Deux sites seulement.", en="Two sites only.")]
    doubtful = replace(
        finding,
        found=replace(finding.found, checks=(uneven,)),
        protocol=finding.protocol.model_copy(update={"limits": limits}),
    )
    alone = Portfolio({"demande-unique": load_project("demande-unique")}, {}, (doubtful,))
    said = [b.text for b in show_findings(alone, lang=EN) if isinstance(b, Callout)]
    assert said == [
        "Single application for all social benefits: Two sites only.",
        "Single application for all social benefits: the effect would not survive trends that "
        "diverge after adoption as much as they did before.",
    ]
