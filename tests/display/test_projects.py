"""What a project's pages say, block by block, in both languages; and what they never say."""

import re

import pandas as pd
import pytest

from toolkit.display.artefacts import explain_artefacts
from toolkit.display.blocks import Callout, Figure, Heading, Masthead, Paragraph, Table
from toolkit.display.criteria import compare_sides, explain_criteria, introduce_criteria
from toolkit.display.fidelity import explain_costs, explain_sites
from toolkit.display.implementation import (
    explain_cycles,
    explain_logbook,
    explain_reintegration,
    explain_theory,
    introduce_implementation,
)
from toolkit.display.participation import explain_participation
from toolkit.display.programme import place_project
from toolkit.display.qualities import tabulate_qualities
from toolkit.display.unwritten import list_unwritten
from toolkit.i18n import LANGUAGES, language
from toolkit.records.portfolio import load_project
from toolkit.study.criteria import describe_criteria
from toolkit.study.fidelity import planned_and_actual, treated_sites
from toolkit.study.qualities import measure_qualities

EN, FR = language("en"), language("fr")


@pytest.fixture(scope="module")
def projects():
    names = ("antenne-service-public", "demande-unique", "maison-handicap", "paerpa")
    return {name: load_project(name) for name in names}


def page(project, lang) -> list:
    """Every block of both notebooks."""
    criteria, measures = describe_criteria(project), measure_qualities(project)
    parts = (explain_cycles, explain_logbook, explain_artefacts, explain_participation,
             explain_sites, explain_costs, explain_theory, explain_reintegration,
             list_unwritten)  # fmt: skip
    return [
        *introduce_criteria(project, criteria, measures, lang=lang),
        *explain_criteria(project, criteria, lang=lang),
        *compare_sides(project, criteria, lang=lang),
        *(
            tabulate_qualities(measures, which, lang=lang, simulated=project.facts.simulated)
            for which in ("quality", "principle")
        ),
        *introduce_implementation(project, lang=lang),
        *(block for part in parts for block in part(project, lang=lang)),
    ]


@pytest.fixture(scope="module")
def pages(projects):
    return {(name, code): page(projects[name], language(code))
            for name in projects for code in LANGUAGES}  # fmt: skip


def words(blocks) -> str:
    drawn = [block.svg.decode() for block in blocks if isinstance(block, Figure)]
    behind = [block.table for block in blocks if isinstance(block, Figure)]
    return "\n".join(map(str, [*blocks, *drawn, *behind]))


def tables(blocks) -> dict[str, Table]:
    return {block.caption: block for block in blocks if isinstance(block, Table)}


def test_pseudonyms_and_raters_words_never_leave(projects, pages):
    for (name, _), blocks in pages.items():
        said = words(blocks)
        tables_ = projects[name].tables
        people = {*tables_["participation"].pseudonym, *tables_["ratings"].rater}
        assert [person for person in people if re.search(rf"\b{person}\b", said)] == []
        assert [text for text in tables_["ratings"].evidence if text in said] == []


def test_a_pseudonym_in_someone_s_words_is_taken_out(projects):
    project = projects["maison-handicap"]
    logbook = project.tables["logbook"].assign(text="P51 en parle à C51.", confidentiality="public")
    told = type(project)(project.facts, project.tables | {"logbook": logbook})
    said = "\n".join(map(str, explain_logbook(told, lang=FR)))
    assert "… en parle à …." in said
    assert "P51" not in said


def test_only_public_entries_of_the_logbook_are_quoted(projects, pages):
    for (name, code), blocks in pages.items():
        quoted = "\n".join(map(str, blocks))
        logbook = projects[name].tables["logbook"]
        public = logbook.confidentiality == "public"
        for column in ("text", "lesson", "text_translated", "lesson_translated"):
            hidden = logbook[column][~public].dropna()
            assert [text for text in hidden if text in quoted] == []
        own = logbook.text.where(logbook.lang == code, logbook.text_translated)
        assert [text for text in own[public] if text not in quoted] == []


def test_what_a_team_wrote_in_french_is_read_in_english_where_it_was_translated(projects, pages):
    caption = "Public entries, translated from the team’s French"
    rows = tables(pages["demande-unique", "en"])[caption].rows
    assert rows[1][3:] == (
        "First single application: the forms put end to end, 38 questions. More than half of the "
        "people do not finish.",
        "Ask only for what is not known already.",
    )
    assert len(rows) == 7
    project = projects["demande-unique"]
    logbook = project.tables["logbook"].assign(text_translated=None, lesson_translated=None)
    untold = type(project)(project.facts, project.tables | {"logbook": logbook})
    captions = list(tables(explain_logbook(untold, lang=EN)))
    assert captions[1:] == ["Public entries, in the team’s words (written in French)"]


def test_what_was_translated_is_read_in_english_and_the_rest_is_marked_as_french(projects, pages):
    found = tables(pages["maison-handicap", "en"])
    partners = found["Partner organisations"]
    made = found["What the project made, version by version"]
    assert partners.rows[0] == (
        "Association of disabled people", "association", "1",
        "Trying out the reception and the follow-up",
    )  # fmt: skip
    assert [row[5] for row in made.rows] == [
        "kiosk of another public service", "–", "case review of a hospital department", "–",
        "Message at each stage of the file",
    ]  # fmt: skip
    assert {*partners.langs, *made.langs} == {""}
    project = projects["maison-handicap"]
    untold = {
        "partners": project.tables["partners"].assign(contribution_en=None),
        "artefacts": project.tables["artefacts"].assign(reused_from_en=None),
    }
    bare = type(project)(project.facts, project.tables | untold)
    partners = tables(explain_participation(bare, lang=EN))["Partner organisations"]
    assert partners.langs == ("", "", "", "fr")
    assert '<td lang="fr">L’essai de l’accueil et du suivi</td>' in partners.html()
    own = tables(pages["maison-handicap", "fr"])["Qui prend part, comment, et avec quels intérêts"]
    assert "lang" not in own.html().split("<tbody>")[1]
    made = tables(explain_artefacts(bare, lang=EN))["What the project made, version by version"]
    assert made.langs == ("", "", "", "", "", "fr")
    assert made.rows[4][5] == "Message à chaque étape du dossier"


def test_simulated_data_is_labelled_on_every_figure_and_table(projects, pages):
    for (name, _), blocks in pages.items():
        simulated = projects[name].facts.simulated
        marked = [b.simulated for b in blocks if isinstance(b, Figure | Table | Masthead)]
        assert set(marked) == {simulated}, name


def test_a_project_without_records_says_so_once_and_where_to_write_each(pages):
    """No section stands empty: what is lacking is one table, and an absence is never a zero."""
    blocks = pages["paerpa", "en"]
    lacking = tables(blocks)["Topics without a single row, and the table to write them in"]
    assert [file.removeprefix("data/projects/paerpa/") for _, file in lacking.rows] == [
        "cycles.csv", "logbook.csv", "artefacts.csv", "freedoms.csv", "participation.csv",
        "partners.csv", "costs.csv", "theory_nodes.csv",
    ]  # fmt: skip
    titles = [block.text for block in blocks if isinstance(block, Heading) and block.level > 1]
    assert titles == [
        "The five criteria, on admission and on exit", "Sites", "Reintegration into ordinary life",
        "What is not recorded yet",
    ]  # fmt: skip
    said = [block.text for block in blocks if isinstance(block, Paragraph | Callout)]
    assert any("nothing says whether their actors had signed off" in text for text in said)
    assert any("10 other territories have an opening date but are not counted" in t for t in said)
    assert "Reintegration into ordinary life: not recorded." in said
    assert any(text.endswith("2 sites, opened on 1 September 2013.") for text in said)
    assert not any(b.simulated for b in blocks if isinstance(b, Masthead))


def test_facets_that_are_not_scored_are_written_in_the_projects_own_file(projects):
    project = projects["paerpa"]
    notes = [
        b.text
        for b in place_project(project, measure_qualities(project), lang=EN)
        if isinstance(b, Callout)
    ]
    assert notes == [
        "The facets of the OECD observatory are not scored. To be written: "
        "data/projects/paerpa/project.toml, under [facets]."
    ]


def test_evidence_on_a_criterion_is_told_though_nobody_scored():
    project = load_project("plateforme-inclusion")
    blocks = explain_criteria(project, describe_criteria(project), lang=EN)
    [row] = tables(blocks)["What speaks for and against, by criterion"].rows
    assert row[0].startswith("C5 – ")
    assert row[2:] == ("for", "documentary", "3")


def leads(blocks) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Paragraph) and block.lead]


def test_the_answer_comes_first(pages):
    criteria, implementation = leads(pages["maison-handicap", "en"])
    assert criteria == (
        "On exit (9 raters), the project is rated highest on C1 (median 3 of 3) and lowest on C5 "
        "(median 1). Since admission, more raters have raised their score than lowered it on C1, "
        "C2, C3, and C4; the reverse holds on C5."
    )
    assert implementation == (
        "3 cycles, ending in: adapt → continue → adapt. 3 failures are in the logbook (3 with "
        "their lesson)."
    )
    french = leads(pages["antenne-service-public", "fr"])[1]
    assert french.startswith("3 cycles, et à leur fin\u00a0: adapter → continuer → continuer.")


def test_practitioners_beside_researchers_or_why_not(pages):
    table = tables(pages["maison-handicap", "en"])[
        "Medians of practitioners and of researchers, on admission and on exit"
    ]
    assert table.header[1:] == (
        "Practitioners, on admission", "Researchers, on admission", "Practitioners, on exit",
        "Researchers, on exit", "Difference",
    )  # fmt: skip
    assert table.rows[4][1:] == ("2", "1", "3", "0", "+3")
    assert table.strong == {4}
    kept = [b.text for b in pages["demande-unique", "en"] if isinstance(b, Callout)]
    assert any("at least 3 raters on each side" in text for text in kept)


def test_what_an_artefact_reuses_of_the_project_is_named_not_coded(pages):
    rows = tables(pages["demande-unique", "en"])["What the project made, version by version"].rows
    assert [row[5] for row in rows[:2]] == [
        "the bodies’ own forms", "Forms put end to end, 38 questions",
    ]  # fmt: skip


def test_planned_beside_actual(projects, pages):
    sums = planned_and_actual(projects["maison-handicap"], "category")
    assert sums.loc["equipement"].tolist()[:2] == [122_400, 146_450]
    assert sums.loc["equipement", ["days_planned", "days_actual"]].isna().all()
    assert sums.amount_actual.sum() == 1_814_510
    years = planned_and_actual(projects["maison-handicap"], "year")
    assert years.sum().round(6).equals(sums.sum().round(6))
    table = tables(pages["maison-handicap", "en"])[
        "Planned and actual expenses and time, by category"
    ]
    total = ("Total", "1,865,880", "1,814,510", "−3%", "6,874", "6,742", "−2%")
    assert table.rows[-1] == total
    assert planned_and_actual(projects["paerpa"], "year").empty


def test_sites_with_a_sign_off_before_they_opened(projects):
    sites = treated_sites(projects["antenne-service-public"])
    assert len(sites) == 5
    assert sites.signed_before.sum() == 4
    assert set(sites.ended_on) == {pd.Timestamp("2018-06-29")}  # the end of the project
    assert sites.adopted_on.is_monotonic_increasing


def test_sites_within_a_region_that_is_a_site_too_are_said():
    _, said, table = explain_sites(load_project("plateforme-inclusion"), lang=EN)
    assert said.text.endswith("3 sites lie within a région that is itself a site.")
    assert [row[0] for row in table.rows[2:4]] == ["Seine-Saint-Denis", "région Île-de-France"]


def test_assumptions_stand_by_their_state(pages):
    rows = tables(pages["maison-handicap", "en"])[
        "Each link, its mechanism and the state of its assumption"
    ].rows
    assert [row[3] for row in rows] == ["held"] * 3 + ["mixed"] * 6 + ["failed"] + ["untested"] * 3


def test_a_role_is_never_told_by_the_order_of_its_rows(projects):
    """Rows stand by role, mode and date, so that one person's are not put together."""
    project = projects["maison-handicap"]
    shuffled = project.tables["participation"].sample(frac=1, random_state=3)
    again = type(project)(project.facts, project.tables | {"participation": shuffled})
    first, second = (tables(explain_participation(p, lang=EN)) for p in (project, again))
    assert first["Who takes part, how, and with which interests"].rows[0][0] == "practitioner"
    assert first.keys() == second.keys()


def test_the_date_is_the_last_thing_that_happened(projects):
    assert projects["maison-handicap"].updated_on == pd.Timestamp("2018-11-30").date()
    assert projects["paerpa"].updated_on == pd.Timestamp("2013-09-01").date()
