"""The documentation's site as a reader opens it: from its folder, without a network."""

import pytest

from .conftest import outside, violations

pytestmark = pytest.mark.browser
PAGES = [
    "index",
    "fr/index",
    "fr/reports",
    "methods/synthetic-control",
    "reference/api-estimate",
    "examples/effect",
    "fr/tutorial/a-project-of-your-own",
]


def test_pages_ask_nothing_of_any_network(docs_site, open_page):
    for name in [*PAGES, "reference/api-designs", "reference/data-dictionary"]:
        page = open_page(docs_site / f"{name}.html")
        assert page.locator("h1").is_visible()
        assert outside(page) == [], name
        assert page.errors == [], name


def test_axe_finds_nothing(docs_site, open_page, axe):
    for name in PAGES:
        page = open_page(docs_site / f"{name}.html")
        page.evaluate(axe)
        assert violations(page) == [], name


def test_the_search_finds_pages_in_both_languages_from_a_file(docs_site, open_page):
    page = open_page(docs_site / "search.html")
    search = page.url
    for words, title in (("synthetic+control", "Synthetic control"), ("évaluateurs", "Glossaire")):
        page.goto(f"{search}?q={words}")
        # Results come one by one: the page is read when the one that is looked for is there.
        page.locator("#search-results li a", has_text=title).first.wait_for()
    assert outside(page) == []


def test_a_french_page_says_so_to_a_screen_reader(docs_site, open_page):
    page = open_page(docs_site / "fr/index.html")
    assert page.locator("html[lang=fr] h1").inner_text().startswith("Boîte à outils")
    # What is around the page too: parts of the site, search, table of contents.
    menu = page.locator(".bd-header .bd-navbar-elements .nav-link").first
    assert menu.inner_text() == "Tutoriel"
    assert "Recherche" in page.locator(".bd-header .search-button-field").first.inner_text()
    page.get_by_role("link", name="votre projet", exact=True).click()
    assert page.locator("[lang=fr] h1").inner_text().startswith("Votre projet")


def test_menus_of_a_french_page_lead_to_french_pages(docs_site, open_page):
    page = open_page(docs_site / "fr/batch.html")
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("button", name="Navigation dans le site").click()
    menu = page.locator("#pst-primary-sidebar-modal")
    menu.get_by_role("link", name="Méthodes").wait_for()
    links = page.locator("header a, #pst-primary-sidebar-modal a, .bd-breadcrumbs a")
    named = links.evaluate_all("links => links.map(link => [link.href, link.innerText.trim()])")
    assert len(named) > 15
    assert [
        name for href, name in named if "/fr/" not in href and not name.endswith("(en anglais)")
    ] == []


def test_a_page_leads_to_itself_in_the_other_language(docs_site, open_page):
    page = open_page(docs_site / "reports.html")
    page.get_by_role("link", name="Cette page en français").click()
    assert page.locator("h1").inner_text().startswith("Les rapports")
    page.get_by_role("link", name="This page in English").click()
    assert page.locator("h1").inner_text().startswith("Reports")


def test_it_never_scrolls_sideways_on_a_telephone(docs_site, open_page):
    for name in PAGES:
        page = open_page(docs_site / f"{name}.html")
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
