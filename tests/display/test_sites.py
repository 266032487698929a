"""A territory's page says which projects run here, what similar ones did, and who is nearest."""

import pytest

from toolkit.display.sites import (
    count_projects,
    link_projects,
    name_unreadable,
    tabulate_nearest,
    tabulate_similar_sites,
    tabulate_sites,
)
from toolkit.i18n import NBSP, language
from toolkit.records.sites import nearest_sites, roles_of, sites_among, sites_in
from toolkit.records.territories import load_territory

FR, EN = language("fr"), language("en")
CREUSE, GRAND_EST = load_territory("DEP-23"), load_territory("REG-44")


def test_the_answer_counts_projects_by_where_they_run():
    said = count_projects(sites_in(GRAND_EST), nearest_sites(GRAND_EST), lang=EN)
    assert said == (
        "5 projects of the programme concern this territory: 1 run here as such and 4 run in "
        "one or more places within it."
    )


def test_where_nothing_runs_one_sentence_names_the_nearest():
    nearest, nothing = nearest_sites(CREUSE), sites_in(CREUSE).iloc[:0]
    assert count_projects(nothing, nearest, lang=EN) == (
        f"No project of the programme runs here. The nearest one does 64{NBSP}km away "
        "(Haute-Vienne): “Digital locker” for people in precarity (simulated data)."
    )
    beside = nearest_sites(load_territory("23096"))
    assert "in the same département (CC du Pays Sostranien)" in count_projects(
        nothing, beside, lang=EN
    )
    assert count_projects(nothing, nearest.iloc[:0], lang=FR) == (
        "Aucun projet du programme n’est mené ici."
    )


def test_a_row_says_where_since_when_until_when_and_how_much():
    table = tabulate_sites(sites_in(GRAND_EST), lang=EN)
    rows = {row[:2]: row[2:] for row in table.rows}
    single = "Single application for all social benefits"
    day = "2 March 2015".replace(" ", NBSP)
    end = "30 June 2017".replace(" ", NBSP)
    assert rows[single, "Aube"] == (day, end, "100%", "Simulated")
    two = rows["“Disability centre of the future”", "Ardennes and Meurthe-et-Moselle"]
    assert two[2] == "60% to 100%"
    assert rows["Roll-out of the inclusion platform", "here"][3] == "Observed"
    assert table.simulated
    assert "they describe no fact." in table.note


def test_many_sites_are_counted_and_their_dates_span():
    rows = tabulate_sites(sites_in(load_territory("FR")), lang=EN).rows
    college = next(row for row in rows if row[0] == "Digital teaching use in collèges")
    assert college[1] == "14 départements"
    assert college[2].replace(NBSP, " ") == "between 2 September 2014 and 4 September 2017"


def test_observed_projects_alone_bear_no_stamp():
    sites = sites_in(load_territory("DEP-65"))
    observed = sites[~sites.simulated]
    table = tabulate_sites(observed, lang=FR)
    assert not table.simulated
    assert {row[-1] for row in table.rows} == {"Observées"}
    assert "simulées" not in table.note


def test_the_nearest_come_with_the_role_of_the_territory_and_the_method():
    nearest = nearest_sites(CREUSE)
    table = tabulate_nearest(nearest, roles_of(CREUSE), lang=FR, note="Source : nous.")
    assert table.rows[0][1:4] == ("comparaison", "Haute-Vienne", "64")
    assert 3 not in table.text_columns
    assert "du centre au centre" in table.note
    assert "Source : nous." in table.note
    assert "Rôle" in table.note
    region = load_territory("REG-75")
    table = tabulate_nearest(nearest_sites(region), roles_of(region), lang=FR, note="")
    assert "Rôle de ce territoire" not in table.header
    assert table.text_columns == {0, 1, 3, 4}
    assert "Rôle" not in table.note


def test_a_territory_that_a_project_reached_in_part_says_so():
    north = load_territory("DEP-59")
    table = tabulate_nearest(nearest_sites(north), roles_of(north), lang=FR, note="")
    roles = {row[0]: row[1] for row in table.rows}
    (paerpa,) = [role for title, role in roles.items() if "PAERPA" in title]
    assert paerpa == f"exclu{NBSP}: couvert en partie, ou peut-être"


def test_similar_territories_without_a_project_are_named_too():
    alike = {"DEP-10": "Aube", "DEP-08": "Ardennes"}
    sites = sites_among(alike)
    table = tabulate_similar_sites(sites[sites.of == "DEP-10"], alike, lang=EN)
    assert [row[0] for row in table.rows] == ["Aube", "Aube", "Ardennes"]
    assert [row[2] for row in table.rows] == ["the territory itself", "région Grand Est", "–"]
    assert "Share" not in table.note
    assert table.rows[-1][1:] == ("none", "–", "–", "–")


def test_links_lead_to_the_pages_of_the_projects():
    found = sites_in(CREUSE).drop_duplicates("project")
    paragraph = link_projects(found, lang=EN)
    assert dict(paragraph.links) == {
        "Local public-service outlet of the future": "projects/antenne-service-public/",
        "Roll-out of the inclusion platform": "projects/plateforme-inclusion/",
    }
    assert "<a" not in paragraph.html()  # a notebook has no such page beside it
    assert 'href="../projects/antenne-service-public/"' in paragraph.html("../{}".format)


@pytest.mark.parametrize("lang", [FR, EN])
def test_projects_left_out_are_named(lang):
    assert name_unreadable([], lang=lang) == []
    (callout,) = name_unreadable(["mon-projet"], lang=lang)
    assert "mon-projet" in callout.text
    assert "futurs validate" in callout.text
