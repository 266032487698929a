"""A field of a form for each parameter of a notebook, chosen by its name, or else by its type."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets

from toolkit.errors import UnknownTerritoryError
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.records.places import Place
from toolkit.records.portfolio import load_project, load_projects
from toolkit.records.territories import find_territories, load_territory
from toolkit.runs.parameters import Parameter
from toolkit.study.protocol import study_ids

_BY_TYPE = {
    "str": widgets.Text,
    "int": widgets.IntText,
    "float": widgets.FloatText,
    "bool": widgets.Checkbox,
}
_FOUND = 8  # territories shown at once


@dataclass(frozen=True)
class Field:
    """A parameter as a form asks for it: what is seen, and how its value is read."""

    name: str
    widget: widgets.Widget
    read: Callable[[], object]


def fields_of(
    parameters: dict[str, Parameter], values: dict[str, object], lang: Language
) -> list[Field]:
    """Return a field for each parameter whose type a form can ask for, in their order.

    Parameters
    ----------
    parameters : dict of str to Parameter
        As `toolkit.runs.parameters.read_parameters` returns them.
    values : dict
        What the fields hold first; a parameter that is not among them has its default.
    lang : Language
        In which to ask.
    """
    asked = [parameter for parameter in parameters.values() if parameter.type in _BY_TYPE]
    fields = [
        _field(parameter, values.get(parameter.name, ast.literal_eval(parameter.default)), lang)
        for parameter in asked
    ]
    named = {field.name: field.widget for field in fields}
    if {"project", "indicator"} <= named.keys():
        _follow(named["project"], named["indicator"])
    return fields


def _field(parameter: Parameter, value: object, lang: Language) -> Field:
    label = label_of(parameter, lang)
    match parameter.name:
        case "territory":
            return _territory(label, str(value), lang)
        case "lang":
            options = [(language(code)("page.language"), code) for code in LANGUAGES]
        case "project":
            titles = load_projects()[f"title_{lang.code}"]
            options = [(title, name) for name, title in titles.items()]
        case "study":
            options = [(name, name) for name in study_ids()]
        case "indicator":
            options = [(str(value), value)]
        case _:
            widget = _BY_TYPE[parameter.type](value=value, description=label)
            return Field(parameter.name, widget, lambda: widget.value)
    return _choice(parameter.name, label, options, value)


def label_of(parameter: Parameter, lang: Language) -> str:
    """Return what a parameter is called: its comment, which may be "English · français"."""
    texts = parameter.help.split(" · ")
    text = texts[-1] if lang.code == "fr" else texts[0]
    return text[:1].upper() + text[1:] if text else parameter.name


def _choice(name: str, label: str, options: list, value: object) -> Field:
    if value not in [known for _, known in options]:
        value = options[0][1]
    widget = widgets.Dropdown(options=options, value=value, description=label)
    return Field(name, widget, lambda: widget.value)


def _territory(label: str, value: str, lang: Language) -> Field:
    """Return a text to type in, and under it the territories it may mean."""
    typed = widgets.Text(value=value, description=label)
    found = widgets.Select(
        options=_territories(value, lang), description=lang("lab.found"), rows=_FOUND
    )

    def search(change) -> None:
        found.options = _territories(change.new, lang)

    typed.observe(search, "value")
    # Where nothing is found, the text itself is read, and refused with the nearest names.
    return Field("territory", widgets.VBox([typed, found]), lambda: found.value or typed.value)


def _territories(text: str, lang: Language) -> list[tuple[str, str]]:
    """Return the territories that a text may mean, the likeliest first: what is shown, and id."""
    try:
        likeliest = [load_territory(text)]
    except UnknownTerritoryError as error:
        likeliest = [load_territory(name) for name in error.candidates]
    rest = find_territories(text).head(_FOUND)
    names = {place.id: place.name for place in likeliest}
    for row in rest.itertuples():
        names.setdefault(Place(row.level, row.code, row.department).id, row.name)
    return [(lang("lab.place", name=name, id=i), i) for i, name in list(names.items())[:_FOUND]]


def _follow(project: widgets.Dropdown, indicator: widgets.Dropdown) -> None:
    """Offer the indicators of the project that is chosen."""

    def offer(_change=None) -> None:
        known = list(load_project(project.value).tables["indicators"].indicator)
        kept = indicator.value if indicator.value in known else known[0]
        indicator.options = known
        indicator.value = kept

    offer()
    project.observe(offer, "value")
