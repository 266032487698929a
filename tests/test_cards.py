"""What JupyterLab shows of an object, and what `toolkit?` and the Tab key teach."""

import re
from dataclasses import replace

import pytest

import toolkit
from toolkit.records.portfolio import load_project
from toolkit.records.territories import load_territory


def text_of(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "|", html)


@pytest.mark.parametrize(
    ("lang", "year"), [("fr", "Géographie du 1er janvier"), ("en", "Geography of 1 January")]
)
def test_a_territory_shows_its_code_and_parents(monkeypatch, lang, year):
    monkeypatch.setenv("FUTURS_LANG", lang)
    html = load_territory("DEP-23")._repr_html_()
    assert f'<table class="futurs-card" lang="{lang}"><caption>Creuse</caption>' in html
    cells = re.findall('<th scope="row">(.*?)</th><td>(.*?)</td>', html)
    assert cells == [("Code", "DEP-23"), ("Département", "23"), ("Région", "75"), (year, "2026")]


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
