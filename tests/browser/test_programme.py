"""The pages of the programme: every item of its document is on one, and axe finds nothing."""

import re
from html import unescape
from pathlib import Path

import pytest

from toolkit.i18n import language
from toolkit.records.portfolio import load_project, load_projects
from toolkit.records.vocabulary import load_vocabulary
from toolkit.runs.batch import run_batch
from toolkit.runs.plan import plan_batch
from toolkit.sharing.opsi_case import describe_case
from toolkit.sharing.opsi_sheet import render_sheet
from toolkit.sharing.site import write_index

from .conftest import outside, violations

PROJECT = "demande-unique"
PAGES = ("project_characterisation", "implementation", "data_quality", "impact_evaluation")
# Of the document and of the OECD; the words of the others depend on what a project chose.
VOCABULARIES = (
    *("mission", "quality", "principle", "public", "criterion", "ecosystem_type"),
    *("association_mode", "opsi_status", "facet", "sector", "dac", "declaration"),
)
MODES = (("dark", "screen"), ("dark", "print"))
COLOURED = ("project_characterisation", "portfolio_synthesis")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages by notebook, in French: those of one project and of all, and its sheet."""
    output = tmp_path_factory.mktemp("programme")
    made = {}
    asked = {"projects": [PROJECT], "studies": [PROJECT], "languages": ["fr"]}
    reports = plan_batch([NOTEBOOKS / f"{name}.ipynb" for name in PAGES], **asked)
    # The synthesis of one project runs one study, not all.
    synthesis = NOTEBOOKS / "portfolio_synthesis.ipynb"
    reports += plan_batch([synthesis], languages=["fr"], parameters={"projects": PROJECT})
    for result in run_batch(reports, output=output):
        assert result.status == "made", result.failure
        made[result.report.notebook.stem] = result.report.folder(output) / "index.html"
    write_index(output)
    made |= {page.parent.name: page for page in output.glob("projects/*/index.html")}
    made["opsi"] = output / "opsi.html"
    sheet = render_sheet(describe_case(load_project(PROJECT)), language("fr"))
    made["opsi"].write_text(sheet, encoding="utf-8")
    return made


def words(page) -> str:
    text = re.sub(r"<(style|script).*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return fold(unescape(re.sub(r"<[^>]+>", " ", text)))


def fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def test_every_item_of_the_document_and_of_the_oecd_is_on_a_page(pages):
    seen = " ".join(map(words, pages.values()))
    items = load_vocabulary()
    items = items[items.vocabulary.isin(VOCABULARIES)]
    assert len(items) == 61
    hidden = [row.code for row in items.itertuples() if fold(row.fr) not in seen]
    titles = load_projects().title_fr
    hidden += [name for name, title in titles.items() if fold(title) not in seen]
    assert hidden == []


@pytest.mark.browser
@pytest.mark.parametrize("name", [*PAGES, "portfolio_synthesis"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(pages, open_page, axe, name):
    page = open_page(pages[name])
    assert (outside(page), page.errors) == ([], [])
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(axe)
    assert violations(page) == []
    # What darkness and paper change is colour, and pages share their colours.
    for scheme, media in MODES if name in COLOURED else ():
        page.emulate_media(color_scheme=scheme, media=media)
        judged = page.evaluate("axe.run({runOnly: ['color-contrast']})")
        assert judged["passes"], (scheme, media)
        assert judged["violations"] == [], (scheme, media)
    page.emulate_media(media="screen")
    for width in (1000, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows = page.locator("tbody tr").count()
    assert page.locator("tbody tr > th[scope=row]").count() == rows
