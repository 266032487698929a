"""A batch is planned whole, or refused with every fault, before anything runs."""

from pathlib import Path

import nbformat
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


def test_a_territory_that_is_not_found_is_not_asked_for_again():
    with pytest.raises(ParameterError, match="DEP-23  Creuse") as refused:
        plan_batch([TERRITORY], territories=["Creuze"])
    assert "needs a value" not in str(refused.value)


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


def test_all_notebooks_that_do_not_say_their_language_are_named_before_anything_runs(tmp_path):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    paths = {tmp_path / "first.ipynb": {}, tmp_path / "second.ipynb": kernel}
    for path, metadata in paths.items():
        nbformat.write(nbformat.v4.new_notebook(metadata=metadata), path)
    with pytest.raises(ParameterError) as caught:
        plan_batch(list(paths), languages=["en"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    for path, line in zip(paths, lines, strict=True):
        assert str(path) in line
        assert "do not say its language: neither kernelspec nor language_info" in line
        assert "Open it in JupyterLab, choose a Python kernel and save it." in line


def test_a_notebook_in_another_language_is_refused(tmp_path):
    new = nbformat.v4.new_notebook(metadata={"language_info": {"name": "R"}})
    nbformat.write(new, tmp_path / "r.ipynb")
    with pytest.raises(ParameterError, match="it is in R, and reports are made in Python"):
        plan_batch([tmp_path / "r.ipynb"], languages=["en"])
