"""French and English are equals: each page of the documentation says the same in both."""

import re

import pytest

from tests.docs_page import DOCS, FRENCH, numbers, read_page

# The code and what it gives are in English, and the pages of the repository.
_ENGLISH_ONLY = re.compile(
    r"examples/|reference/(api-.*|architecture|changelog|contributing|index|territories)\.md"
)
PAGES = sorted(
    name
    for name in (path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    if not name.startswith(("fr/", "_build/")) and not _ENGLISH_ONLY.match(name)
)


def test_each_page_has_its_french_and_says_that_it_is():
    french = {path.relative_to(FRENCH).as_posix(): path for path in FRENCH.rglob("*.md")}
    assert french.keys() == {*PAGES, "reference/index.md"}
    starts = {name: path.read_text(encoding="utf-8")[:18] for name, path in french.items()}
    assert starts == dict.fromkeys(french, "---\nlang: fr\n---\n\n")


@pytest.mark.parametrize("name", PAGES)
def test_it_has_the_same_sections_code_numbers_and_links(name):
    assert read_page(FRENCH / name) == read_page(DOCS / name)


def test_numbers_are_the_same_in_either_language():
    assert numbers("5,039 of 10,078 in 0.27 s, 1, 2", french=False) == numbers(
        "5\u202f039 sur 10\u00a0078 en 0,27 s, 1, 2", french=True
    )


def test_french_pages_have_french_typography():
    """No-break spaces before double signs, curled apostrophes; code is left as it is typed."""
    faults = []
    for path in FRENCH.rglob("*.md"):
        prose = re.sub(r"```.*?```|`[^`]*`", "", path.read_text("utf-8"), flags=re.DOTALL)
        faults += [(path.name, m) for m in re.findall(r".{12}(?: [;:?!»%](?!\w)|« |\w'\w)", prose)]
    assert faults == []
