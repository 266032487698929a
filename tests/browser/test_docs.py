"""The documentation's site as a reader opens it: from its folder, without a network."""

import pytest

from .conftest import outside, violations

pytestmark = pytest.mark.browser
PAGES = [
    "index",
    "index.fr",
    "methods/synthetic-control",
    "reference/api-estimate",
    "examples/effect",
    "tutorial/votre-projet",
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


def test_the_search_finds_a_page_from_a_file(docs_site, open_page):
    page = open_page(docs_site / "search.html")
    page.goto(page.url + "?q=synthetic+control")
    page.locator("#search-results li a").first.wait_for()
    assert "Synthetic control" in page.locator("#search-results").inner_text()
    assert outside(page) == []


def test_a_french_page_says_so_to_a_screen_reader(docs_site, open_page):
    page = open_page(docs_site / "index.fr.html")
    assert page.locator("html[lang=fr] h1").inner_text().startswith("Boîte à outils")
    # What is around the page too: parts of the site, search, table of contents.
    menu = page.locator(".bd-header .bd-navbar-elements .nav-link").first
    assert menu.inner_text() == "Accueil"
    assert "Recherche" in page.locator(".bd-header .search-button-field").first.inner_text()
    page.get_by_role("link", name="votre projet", exact=True).click()
    assert page.locator("[lang=fr] h1").inner_text().startswith("Votre projet")


def test_it_never_scrolls_sideways_on_a_telephone(docs_site, open_page):
    for name in PAGES:
        page = open_page(docs_site / f"{name}.html")
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
