"""Parameters are checked against the notebook before any kernel starts, all faults at once."""

from pathlib import Path

import pytest

from toolkit.errors import ParameterError
from toolkit.runs.parameters import check_parameters, read_parameters

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "territory_report.ipynb"


def test_every_parameter_is_typed_and_explained():
    parameters = read_parameters(NOTEBOOK)
    assert list(parameters) == ["territory", "lang", "largest", "similar"]
    assert parameters["territory"].type == "str"
    assert parameters["largest"].type == "int"
    assert all(p.type != "None" and p.help for p in parameters.values())


@pytest.mark.parametrize("values", [{}, {"territory": "01"}, {"lang": "fr", "largest": 3}])
def test_values_that_fit_pass(values):
    assert check_parameters(NOTEBOOK, values) is None


def test_all_faults_come_at_once_with_the_nearest_name():
    with pytest.raises(ParameterError) as caught:
        check_parameters(NOTEBOOK, {"teritory": "01", "largest": "ten", "lang": 1, "similar": True})
    lines = str(caught.value).splitlines()
    assert lines[0] == "The parameters do not fit the notebook territory_report.ipynb:"
    assert lines[1:] == [
        "- it has no parameter teritory; the nearest: territory",
        "- largest is 'ten'; it must be of type int",
        "- lang is 1; it must be of type str",
        "- similar is True; it must be of type int",
    ]


@pytest.mark.parametrize("content", ["", "not json", "{}"])
def test_what_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(ParameterError, match=r"broken\.ipynb is not a notebook that can be run"):
        check_parameters(path, {})


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.ipynb does not exist"):
        check_parameters(tmp_path / "none.ipynb", {})
