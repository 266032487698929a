"""Projects load whole, in documented types, and panels carry their attribution with them."""

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records.portfolio import load_panel, load_project, load_projects

SIX = {
    "antenne-service-public",
    "numerique-colleges",
    "autonomie-domicile",
    "demande-unique",
    "armoire-numerique",
    "maison-handicap",
}


def test_a_project_loads_in_the_types_of_its_schemas(data):
    project = load_project("petit-projet")
    assert project.id == "petit-projet"
    deployments = project.tables["deployments"]
    assert deployments.territory.tolist() == ["DEP-01", "DEP-2A", "DEP-971"]
    assert deployments.adopted_on[0] == pd.Timestamp("2015-04-01")
    assert pd.isna(deployments.adopted_on[1])
    assert str(project.tables["ratings"].score.dtype) == "Int64"
    assert project.tables["costs"].home_unit.tolist() == [True, False]
    assert project.tables["costs"].amount.isna().tolist() == [False, True]


def test_a_table_without_a_file_is_empty_with_its_columns(data):
    (data / "projects/petit-projet/freedoms.csv").unlink()
    freedoms = load_project("petit-projet").tables["freedoms"]
    assert freedoms.empty
    assert "granted_by" in freedoms.columns


def test_a_project_with_faults_is_refused_with_all_of_them(data):
    folder = data / "projects/petit-projet"
    for name in ("ratings", "costs"):
        path = folder / f"{name}.csv"
        path.write_bytes(path.read_bytes().replace(b",1", b",x", 1))
    with pytest.raises(DataError, match=r"(?s)has faults.*ratings\.csv.*costs\.csv"):
        load_project("petit-projet")


def test_an_unknown_project_names_those_there_are():
    with pytest.raises(DataError, match=r"no project 'demande'\. There are: antenne"):
        load_project("demande")


def test_a_panel_is_tidy(data):
    panel = load_panel(load_project("petit-projet"), "delai")
    assert panel.territory.tolist() == ["DEP-01", "DEP-01", "DEP-2A", "DEP-2A"]
    assert panel.start.tolist() == [pd.Timestamp("2015-01-01"), pd.Timestamp("2015-04-01")] * 2
    assert panel.event_time.tolist() == [-1, 0, pd.NA, pd.NA]
    assert panel.value.isna().tolist() == [False, False, True, False]
    assert panel.role.tolist() == ["treated", "treated", "comparison", "comparison"]
    assert panel.attrs["unit"] == "days"
    assert panel.attrs["simulated"] is True
    assert "simulées" in panel.attrs["attribution"]["fr"][0]


def test_a_territory_that_took_part_twice_counts_once_from_its_first_adoption(data):
    path = data / "projects/petit-projet/deployments.csv"
    text = path.read_text("utf-8").replace("2015-04-01,,1", "2015-04-01,2015-04-30,1")
    path.write_text(text + "DEP-01,treated,2016-01-01,,1,,encore\n", encoding="utf-8")
    panel = load_panel(load_project("petit-projet"), "delai")
    assert not panel.duplicated(["territory", "period"]).any()
    own = panel[panel.territory == "DEP-01"]
    assert set(own.adopted_on) == {pd.Timestamp("2015-04-01")}
    assert set(own.ended_on) == {pd.Timestamp("2015-04-30")}


def test_the_attribution_travels_with_the_panel(data):
    panel = load_panel(load_project("petit-projet"), "delai")
    assert panel[panel.role == "treated"].dropna().attrs == panel.attrs


def test_an_unknown_indicator_names_those_there_are(data):
    with pytest.raises(DataError, match=r"no indicator 'delais'\. It has: delai"):
        load_panel(load_project("petit-projet"), "delais")


def test_the_portfolio_has_the_six_projects_of_the_document_and_two_real_roll_outs():
    projects = load_projects()
    assert set(projects.index) >= SIX
    assert projects.simulated[list(SIX)].all()
    assert not projects.simulated[["plateforme-inclusion", "paerpa"]].any()
    titles = projects.title_fr.str.cat(sep=" ")
    for words in ("antenne locale de service public", "demande unique", "maison du handicap"):
        assert words in titles


@pytest.mark.parametrize("name", sorted(SIX))
def test_every_demonstration_panel_has_treated_and_comparison_before_and_after(name):
    project = load_project(name)
    for indicator in project.tables["indicators"].indicator:
        panel = load_panel(project, indicator)
        assert set(panel.role) == {"treated", "comparison"}
        treated = panel[panel.role == "treated"]
        assert treated.event_time.min() < 0 <= treated.event_time.max()
        assert panel.attrs["simulated"] is True
        assert set(panel.source) == {"simulation"}
        assert not panel.duplicated(["territory", "period"]).any()
        known = panel.status.isin(["ok", "imputed", "provisional", "censored"])
        assert (known == panel.value.notna()).all()
