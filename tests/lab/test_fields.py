"""A form's fields are made from the parameters cell: their type, their label, what they offer."""

from pathlib import Path

import ipywidgets as widgets
import pytest

from toolkit.i18n import language
from toolkit.lab.fields import fields_of, label_of
from toolkit.records.portfolio import load_projects
from toolkit.runs.parameters import Parameter, check_parameters, read_parameters

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
REPORT = next(path for path in NOTEBOOKS if path.stem == "territory_report")
DESIGN = next(path for path in NOTEBOOKS if path.stem == "study_design")


def by_name(notebook, lang="en", **values):
    return {
        field.name: field for field in fields_of(read_parameters(notebook), values, language(lang))
    }


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_untouched_form_gives_the_notebook_s_own_values(notebook, lang):
    declared = read_parameters(notebook)
    values = {name: field.read() for name, field in by_name(notebook, lang).items()}
    assert values == {name: eval(p.default) for name, p in declared.items()}
    check_parameters(notebook, values)


def test_each_type_has_its_widget():
    fields = by_name(DESIGN, nearest=3)
    kinds = {name: type(fields[name].widget) for name in ("nearest", "matched", "power", "save")}
    assert kinds == {
        "nearest": widgets.IntText,
        "matched": widgets.Checkbox,
        "power": widgets.FloatText,
        "save": widgets.Text,
    }
    assert fields["nearest"].read() == 3


def test_a_label_is_the_comment_in_the_reader_s_language():
    parameter = Parameter("n", "int", "1", "how many · combien")
    assert label_of(parameter, language("fr")) == "Combien"
    assert label_of(parameter, language("en")) == "How many"
    assert label_of(Parameter("n", "int", "1", ""), language("fr")) == "n"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("creuse", "DEP-23"),
        ("84", "DEP-84"),
        ("reg-84", "REG-84"),
        ("saint etienne", "COM-42218"),
        ("ardeche", "DEP-07"),
        ("qqqqqq", "qqqqqq"),  # nothing: the text itself, to be refused
        ("Finistrèe", "DEP-29"),
    ],
)
def test_a_territory_is_found_by_what_one_types(typed, first):
    field = by_name(REPORT)["territory"]
    text, found = field.widget.children
    text.value = typed
    assert field.read() == first
    assert len(found.options) <= 8


def test_another_territory_than_the_likeliest_can_be_chosen():
    field = by_name(REPORT)["territory"]
    text, found = field.widget.children
    text.value = "creuse"
    assert found.options[:2] == (("Creuse (DEP-23)", "DEP-23"), ("Creuse (COM-80225)", "COM-80225"))
    found.value = "COM-80225"
    assert field.read() == "COM-80225"


def test_the_indicators_offered_are_those_of_the_project_chosen():
    fields = by_name(DESIGN)
    assert "delai-traitement" in fields["indicator"].widget.options
    fields["project"].widget.value = "maison-handicap"
    assert "delai-traitement" not in fields["indicator"].widget.options
    assert fields["indicator"].read() == fields["indicator"].widget.options[0]


def test_projects_are_offered_by_their_title_in_the_reader_s_language():
    titles = dict(by_name(DESIGN, "fr")["project"].widget.options)
    assert titles[load_projects().title_fr["maison-handicap"]] == "maison-handicap"
