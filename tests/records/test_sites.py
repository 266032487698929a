"""Where projects run is read from their sites; how near, from the centres of outlines."""

import numpy as np
import pytest

from toolkit.records.contours import load_centres
from toolkit.records.sites import (
    EARTH_RADIUS,
    nearest_sites,
    roles_of,
    sites_among,
    sites_in,
    unreadable_projects,
)
from toolkit.records.territories import load_territory

CREUSE = load_territory("DEP-23")


def relations(name: str) -> set[tuple[str, str, str]]:
    found = sites_in(load_territory(name))
    return set(zip(found.project, found.territory, found.relation, strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "DEP-23",
            {
                ("antenne-service-public", "EPCI-242300135", "within"),
                ("plateforme-inclusion", "REG-75", "around"),
            },
        ),
        (
            "EPCI-242300135",
            {
                ("antenne-service-public", "EPCI-242300135", "own"),
                ("plateforme-inclusion", "REG-75", "around"),
            },
        ),
        ("23096", {("plateforme-inclusion", "REG-75", "around")}),
        ("DEP-973", {("plateforme-inclusion", "REG-03", "own")}),
        (
            "REG-04",
            {
                ("numerique-colleges", "DEP-974", "own"),
                ("plateforme-inclusion", "REG-04", "own"),
            },
        ),
        (
            "REG-44",
            {
                ("armoire-numerique", "DEP-57", "within"),
                ("autonomie-domicile", "DEP-88", "within"),
                ("demande-unique", "DEP-10", "within"),
                ("maison-handicap", "DEP-08", "within"),
                ("maison-handicap", "DEP-54", "within"),
                ("plateforme-inclusion", "DEP-67", "within"),
                ("plateforme-inclusion", "REG-44", "own"),
            },
        ),
    ],
)
def test_a_site_is_here_around_or_within(name, expected):
    assert relations(name) == expected


def test_the_whole_country_has_every_treated_site():
    found = sites_in(load_territory("FR"))
    assert set(found.relation) == {"within"}
    assert found.project.value_counts()["numerique-colleges"] == 14
    assert nearest_sites(load_territory("FR")).empty


def test_a_site_has_its_dates_and_the_end_of_its_project():
    (site,) = sites_in(load_territory("DEP-81")).query("relation == 'own'").to_dict("records")
    assert (site["project"], site["name"], site["dose"]) == ("demande-unique", "Tarn", 0.9)
    assert f"{site['adopted_on']:%Y-%m-%d} {site['ended_on']:%Y-%m-%d}" == "2015-03-02 2017-06-30"
    assert bool(site["simulated"]) is True


def test_the_roles_are_those_the_projects_give_the_territory_itself():
    assert roles_of(load_territory("DEP-54")) == {
        "armoire-numerique": "comparison",
        "autonomie-domicile": "excluded",
        "demande-unique": "comparison",
        "maison-handicap": "treated",
        "numerique-colleges": "comparison",
        "paerpa": "in_part",
    }
    assert roles_of(load_territory("REG-03")) == roles_of(load_territory("DEP-973"))


def test_the_nearest_site_is_that_of_least_distance_held_by_the_law_of_cosines():
    found = nearest_sites(CREUSE)
    assert list(found.project[:2]) == ["armoire-numerique", "numerique-colleges"]
    assert found.km.is_monotonic_increasing
    assert not set(found.project) & set(sites_in(CREUSE).project)
    east, north = np.radians(load_centres("DEP")["23"])
    for code, km in (("87", found.km[0]), ("15", found.km[1])):
        x, y = np.radians(load_centres("DEP")[code])
        cosine = np.sin(north) * np.sin(y) + np.cos(north) * np.cos(y) * np.cos(x - east)
        assert km == round(EARTH_RADIUS * np.arccos(cosine))


def test_a_commune_stands_at_the_centre_of_its_departement():
    first = nearest_sites(load_territory("23096")).iloc[0]
    assert (first.project, first.territory, first.km) == (
        "antenne-service-public", "EPCI-242300135", 0,
    )  # fmt: skip
    overseas = nearest_sites(load_territory("DEP-974"))
    assert overseas.km.between(8500, 9500).all()


def test_similar_territories_are_asked_together():
    found = sites_among(["DEP-10", "DEP-53"])
    assert set(found.of[found.project == "demande-unique"]) == {"DEP-10"}
    assert set(found.of[found.project == "paerpa"]) == {"DEP-53"}


def test_a_project_with_faults_is_left_out_and_named(data):
    assert unreadable_projects() == []
    assert set(sites_in(load_territory("DEP-01")).project) == {"petit-projet"}
    path = data / "projects" / "petit-projet" / "deployments.csv"
    path.write_text(path.read_text().replace("treated", "traité"))
    from toolkit.records import sites

    sites._load_sites.cache_clear()
    sites._read_sites.cache_clear()
    assert unreadable_projects() == ["petit-projet"]
    assert sites_in(load_territory("DEP-01")).empty
    assert nearest_sites(load_territory("DEP-01")).empty
