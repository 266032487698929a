"""The documentation's site is made without a warning, and says what the code and the data say."""

import csv
import json
import os
import re
from pathlib import Path

import pytest

import toolkit

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def read(docs_site: Path, pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in docs_site.glob(pattern))


def test_it_is_made_without_a_warning(docs_site):
    assert (docs_site / "warnings.txt").read_text() == ""


def test_every_page_is_reached_from_the_front(docs_site):
    pages = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    reached = set()
    for front in ("", "fr"):
        for pattern in ("index.html", "*/index.html", "guides.html"):
            for path in (docs_site / front).glob(pattern):
                links = re.findall(r'href="([^"#:]+\.html)', path.read_text(encoding="utf-8"))
                reached |= {os.path.relpath(path.parent / link, docs_site) for link in links}
    wanted = {page.as_posix() for page in pages if page.parts[0] != "_build"}
    assert wanted - reached - {"index.html"} == set()


def test_every_public_name_is_documented_with_what_it_returns(docs_site):
    pages = read(docs_site, "reference/api-*.html")
    documented = set(re.findall(r'id="toolkit\.(\w+)"', pages))
    assert set(toolkit.__all__) - documented == set()
    assert {"toolkit.estimate.Estimate", "toolkit.designs.staggered_result.Staggered"} <= set(
        re.findall(r'id="(toolkit\.[\w.]+)"', pages)
    )


@pytest.mark.parametrize(("lang", "folder", "suffix"), [("en", "", ""), ("fr", "fr/", "_fr")])
def test_the_dictionary_has_every_column_and_code(docs_site, lang, folder, suffix):
    page = read(docs_site, f"{folder}reference/data-dictionary.html").replace("&#x27;", "'")
    wanted = set()
    for path in (ROOT / "data" / "schemas").glob("*.json"):
        fields = json.loads(path.read_text(encoding="utf-8"))["fields"]
        wanted |= {field[f"description{suffix}"] for field in fields}
    with (ROOT / "data" / "programme" / "vocabulary.csv").open(encoding="utf-8") as file:
        wanted |= {row[lang] for row in csv.DictReader(file)}
    assert {text for text in wanted if text not in page} == set()


METHODS = sorted((DOCS / "methods").glob("*.md"))


@pytest.mark.parametrize(
    "note", [n for n in METHODS if n.stem not in {"index", "inference-size"}], ids=lambda n: n.stem
)
def test_a_method_note_says_first_when_to_use_it_and_what_it_cannot_do(note):
    sections = re.findall(r"^## (.*)$", note.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections[:3] == ["When to use it", "What it assumes", "What it cannot do"]


def test_examples_show_what_their_cells_gave(docs_site):
    effect = read(docs_site, "examples/effect.html")
    assert "The estimated effect is −6.56 days (95% interval: −7.57 days to −5.55 days)" in effect
    assert "Adoption pretended half-way" in effect
    assert 'class="stamp"' in effect
    assert "Creuse" in read(docs_site, "examples/territory.html")


@pytest.mark.parametrize("page", ["index.md", "fr/index.md"])
def test_each_kind_of_user_has_five_steps_at_most(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    ways = re.split(r"^## ", text, flags=re.MULTILINE)[1:4]
    assert [len(re.findall(r"^\d\. ", way, re.MULTILINE)) for way in ways] == [4, 4, 4]
    assert all(re.search(r"\[.*\]\(.*\.md\)", way) for way in ways)
