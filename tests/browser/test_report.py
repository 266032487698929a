"""A report and the index as a reader opens them: real Chromium, from a file, network blocked."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The reports of two territories in both languages, made by the command itself."""
    output = tmp_path_factory.mktemp("reports")
    futurs = Path(sys.executable).parent / "futurs"
    for territory in ("DEP-23", "REG-94"):
        subprocess.run(
            [futurs, "report", territory, "--lang", "fr", "--lang", "en", "--output", output],
            check=True,
            capture_output=True,
            env=os.environ | {"FUTURS_LANG": "en"},
        )
    return output


@pytest.fixture
def open_page(chromium):
    """Open a file with the network blocked; whatever is asked of it, or said in error, is kept."""
    context = chromium.new_context(offline=True, viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.asked, page.errors = [], []
    page.on("request", lambda r: r.url.startswith("file:") or page.asked.append(r.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))

    def visit(path: Path):
        page.goto(path.as_uri())
        return page

    yield visit
    context.close()


def outside(page) -> list[str]:
    return [url for url in page.asked if not url.startswith("data:")]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_report_opens_whole_without_a_network(reports, open_page, code):
    page = open_page(reports / "territory_report/DEP/23" / code / "index.html")
    assert outside(page) == []
    assert page.errors == []
    assert page.locator("html").get_attribute("lang") == code
    images = page.locator("img")
    assert images.count() == 2
    for i in range(images.count()):
        assert images.nth(i).evaluate("i => i.complete && i.naturalWidth > 300")
        assert len(images.nth(i).get_attribute("alt")) > 40
    assert page.evaluate("document.fonts.check('16px \"Futurs Sans\"')")


def test_headings_descend_one_step_at_a_time(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/fr/index.html")
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "hs => hs.map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_table_has_a_caption_and_row_headers(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/en/index.html")
    tables = page.locator("table")
    assert tables.count() >= 6
    for i in range(tables.count()):
        assert tables.nth(i).locator("caption").count() == 1
        rows = tables.nth(i).locator("tbody tr").count()
        assert tables.nth(i).locator("tbody th[scope=row]").count() == rows


@pytest.mark.parametrize("width", [320, 1000])
def test_a_page_never_scrolls_sideways(reports, open_page, width):
    page = open_page(reports / "territory_report/DEP/23/fr/index.html")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_language_switch_and_the_way_home(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/fr/index.html")
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Creuse: how many people live here" in page.title()
    page.get_by_role("link", name="All reports").click()
    assert page.title() == "Territory reports"


def test_the_index_finds_a_territory_and_opens_its_report(reports, open_page):
    page = open_page(reports / "index.html")
    assert outside(page) == []
    assert page.locator("tbody tr:visible").count() == 2
    page.get_by_role("searchbox").fill("creuse")
    assert page.locator("tbody tr:visible").count() == 1
    page.get_by_role("link", name="Français (Creuse)").click()
    assert page.locator("h1").inner_text().startswith("Creuse")
    assert page.errors == []


def test_the_skip_link_is_the_first_stop_of_the_keyboard(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/en/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
