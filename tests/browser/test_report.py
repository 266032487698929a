"""A report and the index as a reader opens them: real Chromium, from a file, network blocked."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from .conftest import outside, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The reports of two territories in both languages, made by the command itself."""
    output = tmp_path_factory.mktemp("reports")
    futurs = Path(sys.executable).parent / "futurs"
    for territory in ("DEP-23", "REG-94"):
        subprocess.run(
            [futurs, "report", territory, "--pdf", "--code", "--output", output],
            check=True,
            capture_output=True,
            env=os.environ | {"FUTURS_LANG": "en"},
        )
    return output


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_report_opens_whole_without_a_network(reports, open_page, code):
    page = open_page(reports / "territory_report/DEP/23" / code / "index.html")
    assert outside(page) == []
    assert page.errors == []
    assert page.locator("html").get_attribute("lang") == code
    images = page.locator("img")
    assert images.count() >= 2  # and a series, where the data of a project are pulled
    for i in range(images.count()):
        assert images.nth(i).evaluate("i => i.complete && i.naturalWidth > 300")
        assert len(images.nth(i).get_attribute("alt")) > 40
    assert page.evaluate("document.fonts.check('16px \"Futurs Sans\"')")


@pytest.mark.parametrize("name", ["index.html", "code.html"])
@pytest.mark.parametrize("code", ["fr", "en"])
def test_axe_finds_nothing_by_day_by_night_and_on_paper(reports, open_page, axe, code, name):
    page = open_page(reports / "territory_report/DEP/23" / code / name)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(axe)
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        page.emulate_media(color_scheme=scheme, media=media)
        assert violations(page) == [], (scheme, media)


def test_axe_sees_a_fault(reports, open_page, axe):
    page = open_page(reports / "territory_report/DEP/23/en/index.html")
    page.evaluate(axe)
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    page.evaluate("document.querySelector('h1').style.color = '#dddddd'")
    assert violations(page) == ["color-contrast", "image-alt"]


@pytest.mark.parametrize("name", ["index.html", "code.html"])
def test_identifiers_are_unique_and_links_within_lead_somewhere(reports, open_page, name):
    page = open_page(reports / "territory_report/DEP/23/fr" / name)
    ids = page.eval_on_selector_all("[id]", "es => es.map(e => e.id)")
    assert len(ids) == len(set(ids))
    within = page.eval_on_selector_all("a[href^='#']", "as => as.map(a => a.hash.slice(1))")
    assert set(within) <= set(ids)
    assert len(within) >= 7


@pytest.mark.parametrize("code", ["fr", "en"])
def test_alternatives_say_the_kind_of_figure_and_its_main_numbers(reports, open_page, code):
    page = open_page(reports / "territory_report/DEP/23" / code / "index.html")
    alts = page.eval_on_selector_all("img", "is => is.map(i => i.alt)")
    titles = page.eval_on_selector_all("figure .title", "ts => ts.map(t => t.innerText)")
    assert not set(alts) & set(titles)
    assert "96" in alts[0]  # the index of the Creuse in 2022
    assert "Creuse" in alts[1]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_part_in_another_language_says_so(reports, open_page, code):
    page = open_page(reports / "territory_report/DEP/23" / code / "code.html")
    other = {"fr": "en", "en": "fr"}[code]
    switch = page.locator(f".masthead a[hreflang={other}]")
    assert switch.get_attribute("lang") == other
    langs = page.eval_on_selector_all("main [lang]:not(pre)", "es => es.map(e => e.lang)")
    assert set(langs) == {code}
    assert page.locator("pre:not([lang=en])").count() == 0


def test_the_keyboard_reaches_every_link_and_every_table(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/fr/index.html")
    stops = "a[href], summary, [tabindex='0']"
    hidden = "e => !e.closest('details:not([open])') || e.tagName === 'SUMMARY'"
    wanted = page.eval_on_selector_all(stops, f"es => es.filter({hidden}).length")
    reached = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
        )
        # Whatever has the focus shows it.
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert len(set(reached)) == wanted
    assert reached == sorted(reached)  # in the order of the page


def test_the_data_behind_a_figure_is_printed(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/fr/index.html")
    assert not page.locator("figure table").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("figure table").first.is_visible()
    assert page.locator(".toc").is_hidden()


def test_a_typical_report_is_small(reports):
    for page in reports.rglob("index.html"):
        assert page.stat().st_size < 400_000


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
    assert page.title() == "Projects, studies and territories"


def test_the_skip_link_is_the_first_stop_of_the_keyboard(reports, open_page):
    page = open_page(reports / "territory_report/DEP/23/en/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html#main")
