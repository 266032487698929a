"""The pages of the programme: every item of its document is on one, and axe finds nothing."""

import re
from html import unescape

import pytest

from toolkit.i18n import LANGUAGES, language
from toolkit.records.portfolio import load_project, load_projects
from toolkit.records.vocabulary import load_vocabulary
from toolkit.runs.batch import run_batch
from toolkit.runs.plan import plan_batch
from toolkit.sharing.opsi_case import describe_case
from toolkit.sharing.opsi_sheet import render_sheet

from .conftest import outside, violations

PROJECT = "demande-unique"
PAGES = ("project_characterisation", "implementation", "data_quality", "impact_evaluation")
# Of the document and of the OECD; the words of the others depend on what a project chose.
VOCABULARIES = (
    *("mission", "quality", "principle", "public", "criterion", "ecosystem_type"),
    *("association_mode", "opsi_status", "facet", "sector", "dac", "declaration"),
)
NOTEBOOKS = [f"notebooks/{name}.ipynb" for name in (*PAGES, "portfolio_synthesis")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages in each language, by notebook; those of one project and of all, and its sheet."""
    output = tmp_path_factory.mktemp("programme")
    made = {}
    for result in run_batch(
        plan_batch(NOTEBOOKS, projects=[PROJECT], studies=[PROJECT]), output=output
    ):
        assert result.status == "made", result.failure
        name, lang = result.report.notebook.stem, result.report.parameters["lang"]
        made[name, lang] = result.report.folder(output) / "index.html"
    case = describe_case(load_project(PROJECT))
    for lang in LANGUAGES:
        made["opsi", lang] = output / f"opsi.{lang}.html"
        made["opsi", lang].write_text(render_sheet(case, language(lang)), encoding="utf-8")
    return made


def words(page) -> str:
    text = re.sub(r"<(style|script).*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return fold(unescape(re.sub(r"<[^>]+>", " ", text)))


def fold(text: str) -> str:
    return " ".join(text.split()).casefold()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_item_of_the_document_and_of_the_oecd_is_on_a_page(pages, lang):
    seen = " ".join(words(page) for (_, code), page in pages.items() if code == lang)
    items = load_vocabulary()
    items = items[items.vocabulary.isin(VOCABULARIES)]
    assert len(items) == 57
    hidden = [row.code for row in items.itertuples() if fold(getattr(row, lang)) not in seen]
    titles = load_projects()[f"title_{lang}"]
    hidden += [name for name, title in titles.items() if fold(title) not in seen]
    assert hidden == []


@pytest.mark.browser
@pytest.mark.parametrize("name", [*PAGES, "portfolio_synthesis"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(pages, open_page, axe, name):
    page = open_page(pages[name, "fr"])
    assert (outside(page), page.errors) == ([], [])
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(axe)
    assert violations(page) == []
    # What darkness and paper change is colour.
    for scheme, media in (("dark", "screen"), ("dark", "print")):
        page.emulate_media(color_scheme=scheme, media=media)
        judged = page.evaluate("axe.run({runOnly: ['color-contrast']})")
        assert judged["passes"], (scheme, media)
        assert judged["violations"] == [], (scheme, media)
    page.emulate_media(media="screen")
    for width in (1000, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.eval_on_selector_all(".stamp", "es => es.filter(e => e.scrollWidth > e.clientWidth)")
    assert cut == []
    rows = page.locator("tbody tr").count()
    assert page.locator("tbody tr > th[scope=row]").count() == rows
