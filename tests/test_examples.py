"""Every public name of the toolkit teaches: `name?` shows an example, or says where one runs."""

import inspect
import json
import re
from functools import cache
from pathlib import Path

import pytest

import toolkit

ROOT = Path(__file__).parents[1]


def examples_of(name: str) -> str:
    """Return the section Examples of a docstring; those of the toolkit run as doctests."""
    return (inspect.getdoc(getattr(toolkit, name)) or "").partition("Examples\n--------\n")[2]


@cache
def code_of(page: str) -> str:
    """Return the text of a page that tests execute; of a notebook, its cells."""
    path = ROOT / page
    assert path.parent.name in ("notebooks", "examples", "tutorial", "docs"), page
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def has_example(name: str, asked: frozenset[str] = frozenset()) -> bool:
    """Tell whether a name has an example, is used on a page it names, or names one that has."""
    section = examples_of(name)
    if ">>> " in section:
        return True
    pages = re.findall(r"``((?:docs|notebooks)/[\w./-]+)``", section)
    if any(re.search(rf"\b{name}\(", code_of(page)) for page in pages):
        return True
    others = {*re.findall(r"(?<!`)`(\w+)`(?!`)", section)} - asked - {name}
    return any(other in toolkit.__all__ and has_example(other, asked | {name}) for other in others)


@pytest.mark.parametrize("name", toolkit.__all__)
def test_a_public_name_has_an_example_or_says_where_one_runs(name):
    assert has_example(name)


def test_most_of_what_loads_and_estimates_has_an_example_of_its_own():
    homes = ("toolkit.records.", "toolkit.designs.", "toolkit.i18n", "toolkit.errors")
    names = [name for name, home in toolkit._MODULE.items() if home.startswith(homes)]
    own = [name for name in names if ">>> " in examples_of(name)]
    assert len(own) / len(names) > 0.6


def test_a_name_that_points_to_itself_or_to_a_page_without_it_does_not_teach(monkeypatch):
    monkeypatch.setattr(toolkit.show, "__doc__", "Show.\n\nExamples\n--------\nSee `show`.")
    assert not has_example("show")
    page = "``docs/examples/effect.md``"
    monkeypatch.setattr(toolkit.show, "__doc__", f"Show.\n\nExamples\n--------\nSee {page}.")
    assert not has_example("show")
