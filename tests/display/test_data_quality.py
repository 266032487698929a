"""What the page on data says: of a demonstration, and of a project whose outcome is not here."""

import re
from dataclasses import replace
from datetime import date

import pytest

from toolkit.display.blocks import Callout, Figure, Paragraph, Table
from toolkit.display.data_quality import (
    explain_provenance,
    explain_series,
    explain_tables,
    introduce_data,
)
from toolkit.i18n import language
from toolkit.records.portfolio import load_project
from toolkit.study.data_quality import describe_series

EN, FR = language("en"), language("fr")


@pytest.fixture(scope="module")
def project():
    return load_project("autonomie-domicile")


@pytest.fixture(scope="module")
def series(project):
    return describe_series(project)


def test_the_answer_counts_what_is_observed(project, series):
    said = [b.text for b in introduce_data(project, series, lang=EN) if isinstance(b, Paragraph)]
    assert said[0] == (
        "Tables of the project that have rows: 14 of 14. State of the 2,134 values expected of "
        "the indicators: observed 1,910 (89.5%), statistical secrecy 2 (0.1%), not available 32 "
        "(1.5%), and provisional 190 (8.9%)."
    )
    assert said[1] == "Values that stand out: 0. Breaks in a series: 0."
    short = {name: replace(found, breaks=None) for name, found in series.items()}
    said = [b.text for b in introduce_data(project, short, lang=EN) if isinstance(b, Paragraph)]
    assert said[1].endswith("2 series are too short to tell whether they break.")


def test_the_territories_that_are_not_counted_are_named(project, series):
    said = [b.text for b in explain_series(project, series, lang=FR) if isinstance(b, Paragraph)]
    assert said[0] == (
        "Territoires exclus, qui ne sont pas comptés ici\u00a0: Indre-et-Loire, Mayotte, "
        "Meurthe-et-Moselle et Rhône (deployments.csv dit pourquoi)."
    )
    [found, _] = series.values()
    panel = found.panel[found.panel.territory != "DEP-01"].copy()
    panel.attrs = found.panel.attrs
    less = explain_series(project, {"part-apa-domicile": replace(found, panel=panel)}, lang=EN)
    assert any(b.text.startswith("Without any row: Ain.") for b in less if isinstance(b, Paragraph))


def test_the_page_bears_the_date_of_what_it_shows_when_that_is_later(project, series):
    """A source pulled years after the project's last record is what its values date from."""
    plain = introduce_data(project, series, lang=EN)[0]
    assert plain.as_of == project.updated_on == date(2018, 9, 28)
    found = next(iter(series.values()))
    pulled = found.panel.copy()
    pulled.attrs = found.panel.attrs | {"updated_on": date(2022, 1, 19)}
    later = introduce_data(project, {"x": replace(found, panel=pulled)}, lang=EN)[0]
    assert later.as_of == date(2022, 1, 19)


def test_each_indicator_has_its_coverage_and_its_states(project, series):
    blocks = explain_series(project, series, lang=FR)
    assert sum(isinstance(block, Figure) for block in blocks) == len(series) == 2
    states = [b for b in blocks if isinstance(b, Table) and b.header[0] == "État"]
    assert [row[0] for row in states[0].rows] == [
        "Observée", "Secret statistique", "Non disponible", "Imputée", "Censurée", "Provisoire",
        "Sans ligne",
    ]  # fmt: skip
    assert all(block.simulated for block in blocks if isinstance(block, Figure | Table))


def test_every_table_is_listed_with_what_is_never_filled(project):
    table = explain_tables(project, lang=EN)[1]
    rows = {row[0]: row[1:] for row in table.rows}
    assert len(rows) == 14
    assert rows["Ratings of the criteria C1 to C5 by rater (ratings.csv)"] == ("40", "100%", "–")
    assert "url" in rows["What was made, and what becomes of it (artefacts.csv)"][2]


def test_provenance_has_producer_licence_and_hash():
    sources, hashes = explain_provenance(load_project("paerpa"), lang=EN)[1:]
    assert any("Licence Ouverte" in cell for row in sources.rows for cell in row)
    assert any(re.fullmatch(r"[0-9a-f]{64}", row[2]) for row in hashes.rows)


def test_an_outcome_that_is_not_here_says_how_to_pull_it():
    project = load_project("paerpa")
    blocks = explain_series(project, {"apa-domicile-60": None}, lang=EN)
    [note] = [block for block in blocks if isinstance(block, Callout)]
    assert note.text.endswith("futurs data pull drees-aide-sociale.")
    said = introduce_data(project, {"apa-domicile-60": None}, lang=EN)
    assert any("No outcome is here" in str(block) for block in said)
