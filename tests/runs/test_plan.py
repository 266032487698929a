"""A batch is planned whole, or refused with every fault, before anything runs."""

from pathlib import Path

import pytest

from toolkit.errors import ParameterError
from toolkit.records.places import Place, list_places
from toolkit.runs.plan import plan_batch

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TERRITORY, IMPACT = NOTEBOOKS / "territory_report.ipynb", NOTEBOOKS / "impact_evaluation.ipynb"


def test_notebooks_are_crossed_along_the_parameters_they_have():
    reports = plan_batch(
        [TERRITORY, IMPACT],
        territories=["Ardèche", Place("COM", "23096", "23"), Place("EPCI", "200068199", None)],
        studies=["demande-unique"],
        formats=("html", "pdf"),
    )
    assert [report.address for report in reports] == [
        "territory_report/DEP/07/fr", "territory_report/DEP/07/en",
        "territory_report/COM/23/23096/fr", "territory_report/COM/23/23096/en",
        "territory_report/EPCI/200068199/fr", "territory_report/EPCI/200068199/en",
        "impact_evaluation/demande-unique/fr", "impact_evaluation/demande-unique/en",
    ]  # fmt: skip
    assert reports[2].parameters == {"territory": "COM-23096", "lang": "fr"}
    assert reports[7].parameters == {"study": "demande-unique", "lang": "en"}
    assert {(r.languages, r.formats) for r in reports} == {(("fr", "en"), ("html", "pdf"))}


def test_a_text_is_read_as_the_type_that_the_notebook_declares():
    given = {"largest": "3", "similar": 2}
    (report,) = plan_batch([TERRITORY], territories=["01"], languages=["en"], parameters=given)
    assert report.parameters == {"largest": 3, "similar": 2, "territory": "DEP-01", "lang": "en"}


def test_every_fault_is_in_one_message():
    with pytest.raises(ParameterError) as caught:
        plan_batch(
            [TERRITORY, IMPACT, "none.ipynb"],
            territories=["23", "Ardeche du Nord"],
            studies=["demande-uniqe"],
            languages=["fr", "de"],
            parameters={"largest": "ten"},
        )
    message = str(caught.value)
    for fault in (
        "Ardeche du Nord",
        "study is 'demande-uniqe'; known values: ",
        "lang is 'de'; known values: fr, en.",
        "largest is 'ten'; it must be of type int",
        "it has no parameter largest; the nearest: study, lang",
        "none.ipynb does not exist",
    ):
        assert fault in message


def test_a_notebook_without_a_value_for_its_subject_is_refused():
    with pytest.raises(ParameterError, match=r"impact_evaluation\.ipynb needs a value .* study"):
        plan_batch([IMPACT], territories=["23"])
    with pytest.raises(ParameterError, match=r"No notebook has a parameter study: .* of demande-"):
        plan_batch([TERRITORY], territories=["23"], studies=["demande-unique"])


def test_the_country_is_planned_quickly_and_spread_over_folders():
    communes = list_places(["COM"])
    reports = plan_batch([TERRITORY], territories=communes)
    assert len(reports) == 2 * len(communes) > 69_000
    folders = {report.address.rsplit("/", 2)[0] for report in reports}
    assert len(folders) == len({place.department for place in communes})
