"""What JupyterLab shows of an object, and what `toolkit?` and the Tab key teach."""

import pickle
import re
from dataclasses import replace

import pandas as pd
import pytest

import toolkit
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.territories import load_territory
from toolkit.study.protocol import load_protocol


def text_of(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "|", html)


def cells_of(html: str) -> dict[str, str]:
    return dict(re.findall('<th scope="row">(.*?)</th><td>(.*?)</td>', html))


@pytest.mark.parametrize(
    ("lang", "year"), [("fr", "Géographie du 1er janvier"), ("en", "Geography of 1 January")]
)
def test_a_territory_shows_its_code_and_parents(monkeypatch, lang, year):
    monkeypatch.setenv("FUTURS_LANG", lang)
    html = load_territory("DEP-23")._repr_html_()
    assert f'<table class="futurs-card" lang="{lang}"><caption>Creuse</caption>' in html
    expected = {"Code": "DEP-23", "Département": "23", "Région": "75", year: "2026"}
    assert cells_of(html) == expected


def test_a_name_cannot_become_live_markup():
    hostile = replace(load_territory("DEP-23"), name="<img src=x>")
    assert "&lt;img src=x&gt;" in hostile._repr_html_()
    assert "<img" not in hostile._repr_html_()


def test_a_project_and_a_study_say_that_their_data_is_simulated(monkeypatch, demonstration):
    monkeypatch.setenv("FUTURS_LANG", "fr")
    project = text_of(load_project("demande-unique")._repr_html_())
    assert "Données||simulées" in project
    assert "logbook" in project
    study = demonstration("demande-unique")
    shown = text_of(study._repr_html_())
    assert "Données||simulées" in shown
    assert study.conclusion.sentence(toolkit.language("fr")) in shown
    estimate = text_of(study.estimate._repr_html_())
    assert study.estimate.sentence(toolkit.language("fr")) in estimate


PANEL = {
    "fr": {
        "Code": "demande-unique / delai-traitement",
        "Unité": "jours",
        "Périodes": "2012-01 à 2017-06 (66 mois)",
        "Territoires traités": "3",
        "Territoires de comparaison": "94",
        "Adoption": "2 mars 2015",
        "Valeurs manquantes": "non disponible\u00a0: 106 · secret statistique\u00a0: 9",
        "Données": "simulées",
    },
    "en": {
        "Code": "demande-unique / delai-traitement",
        "Unit": "days",
        "Periods": "2012-01 to 2017-06 (66 months)",
        "Treated territories": "3",
        "Comparison territories": "94",
        "Adoption": "2 March 2015",
        "Missing values": "not available: 106 · statistical secrecy: 9",
        "Data": "simulated",
    },
}


@pytest.fixture(scope="module")
def panel():
    return load_panel(load_project("demande-unique"), "delai-traitement")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_panel_shows_what_it_holds_above_its_rows(monkeypatch, panel, lang):
    monkeypatch.setenv("FUTURS_LANG", lang)
    html = panel._repr_html_()
    assert cells_of(html) == PANEL[lang]
    card, rows = html.split("</table>", 1)
    title = {"fr": "Délai de traitement d’une demande", "en": "Processing time of an application"}
    assert f"<caption>{title[lang]}</caption>" in card
    assert "<td>2012-01</td>" in rows


def test_gaps_and_days_of_adoption_of_a_panel_are_those_of_its_rows(panel):
    def shown(frame: pd.DataFrame) -> dict[str, str]:
        other = type(panel)(frame)
        other.attrs = panel.attrs
        return cells_of(other._repr_html_())

    assert shown(panel[panel.value.notna()])["Missing values"] == "without a row: 115"
    assert shown(panel[panel.role == "comparison"])["Adoption"] == "none"
    first = panel.territory[panel.role == "treated"].iloc[0]
    moved = panel.adopted_on + pd.Timedelta("9D")
    later = panel.assign(adopted_on=panel.adopted_on.where(panel.territory != first, moved))
    assert shown(later)["Adoption"] == "2 March 2015 to 11 March 2015"


def test_a_panel_changed_in_place_or_kept_is_still_a_frame(panel):
    changed = pickle.loads(pickle.dumps(panel))
    assert cells_of(changed._repr_html_()) == PANEL["en"]
    del changed["period"]
    assert "futurs-card" not in changed._repr_html_()
    assert type(panel.head()) is pd.DataFrame


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", {
            "Projet": "demande-unique", "Résultat": "delai-traitement", "Échelle": "telle quelle",
            "Méthode": "différence de différences", "Périodes": "2012-01 à 2017-06",
            "Étude": "non verrouillée",
        }),
        ("en", {
            "Project": "demande-unique", "Outcome": "delai-traitement", "Scale": "as it is",
            "Design": "difference-in-differences", "Periods": "2012-01 to 2017-06",
            "Study": "not locked",
        }),
    ],
)  # fmt: skip
def test_a_protocol_shows_what_it_asks_and_that_it_is_not_locked(monkeypatch, lang, expected):
    monkeypatch.setenv("FUTURS_LANG", lang)
    cells = cells_of(load_protocol("demande-unique")._repr_html_())
    assert cells.pop("Question").startswith({"fr": "De combien de", "en": "By how many"}[lang])
    assert cells == expected


def test_the_map_of_the_toolkit_names_what_there_is():
    lines = toolkit.__doc__.split("explains one:")[1].splitlines()
    named = {name for line in lines if line.startswith("    ") for name in re.findall(r"\w+", line)}
    assert len(named) > 50
    assert named <= set(toolkit.__all__)
    assert dir(toolkit) == toolkit.__all__


def test_every_public_name_explains_itself():
    silent = [
        name for name in toolkit.__all__ if not (getattr(toolkit, name).__doc__ or "").strip()
    ]
    assert silent == []
