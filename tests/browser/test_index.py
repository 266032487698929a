"""The index as a reader uses it: by keyboard, by night, on a telephone, without scripts."""

import pytest

from toolkit.records.territories import load_territories
from toolkit.sharing.site import render_index

from .conftest import outside, violations

pytestmark = pytest.mark.browser
# Where the focus is in the page, and whether it can be seen there.
FOCUSED = """(() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const seen = at.closest(".map") ? getComputedStyle(at.firstElementChild.nextElementSibling)
    .strokeWidth === "2px" : style.outlineStyle !== "none";
  return [[...document.querySelectorAll("*")].indexOf(at), seen];
})()"""
INDEX = {"fr": "index.html", "en": "index.en.html"}


@pytest.fixture(scope="module")
def site(tmp_path_factory, put_report):
    """An index of every département, some communes and two studies, and one failure."""
    output = tmp_path_factory.mktemp("site")
    places = [("DEP", row) for row in load_territories("DEP").itertuples()]
    places += [("COM", row) for row in load_territories("COM", department="23").itertuples()]
    for level, place in places:
        for lang in INDEX:
            title = f"{place.name} : combien ?" if lang == "fr" else f"{place.name}: how many?"
            folder = output / f"r/{level}/{place.code}/{lang}"
            put_report(folder, title=title, territories=[f"{level}-{place.code}"])
    studies = (("essai", "locked", "beneficial", True), ("pilote", "exploratory", "harmful", False))
    for name, status, verdict, simulated in studies:
        for lang in INDEX:
            put_report(
                output / f"s/{name}/{lang}", title=f"Effect of {name}?", subject=name.title(),
                project=name, study=name, status=status, verdict=verdict, simulated=simulated,
                grade="3", territories=["DEP-23", "DEP-75"], formats=("html", "pdf"),
                as_of="2025-01-02",
            )  # fmt: skip
    failed = output / "r/DEP/999/fr"
    failed.mkdir(parents=True)
    (failed / "failure.txt").write_text("The notebook stopped at cell 3: no data")
    for name, page in render_index(output).items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(page, encoding="utf-8")
    return output


@pytest.fixture
def index(site, open_page):
    """The English index, open."""
    return open_page(site / "index.en.html")


def count(page) -> str:
    return page.locator("#count").inner_text()


def listed(page) -> list[str]:
    return page.locator("#rows .name a").all_inner_texts()


def test_it_opens_from_a_file_without_a_request_and_shows_the_first(index):
    assert outside(index) == []
    assert index.errors == []
    assert count(index) == "358 reports of 358"
    assert len(listed(index)) == 50
    assert listed(index)[:3] == ["Effect of essai?", "Effect of pilote?", "Ain: how many?"]
    assert index.locator("#rows li").nth(0).locator(".stamp").inner_text() == "Simulated data"
    assert "Protocol locked before the analysis · Beneficial · 3" in index.locator(
        "#rows .about"
    ).nth(0).inner_text().replace("\n", " ")
    assert index.get_by_text("The notebook stopped at cell 3: no data").is_visible()
    index.get_by_role("searchbox").fill("23096")
    assert index.locator("#rows .about").inner_text().startswith("commune 23096 · Creuse · ")


def test_more_are_shown_on_demand_and_the_keyboard_goes_on_there(index):
    index.get_by_role("button", name="Show 50 more reports").click()
    assert len(listed(index)) == 100
    assert index.evaluate("document.activeElement.textContent") == listed(index)[50]


@pytest.mark.parametrize(
    ("words", "expected", "first"),
    [
        ("creuse", "1 report of 358", "Creuse: how many?"),
        ("cote d or", "1 report of 358", "Côte-d'Or: how many?"),
        ("SÈVRES deux", "1 report of 358", "Deux-Sèvres: how many?"),
        ("2a", "1 report of 358", "Corse-du-Sud: how many?"),
        ("loire", "7 reports of 358", "Loire: how many?"),
        ("pilote", "1 report of 358", "Effect of pilote?"),
        ("xyzzy", "No report fits: remove a filter or a word.", None),
    ],
)
def test_search_needs_neither_accents_nor_order(index, words, expected, first):
    index.get_by_role("searchbox").fill(words)
    assert count(index) == expected
    assert (listed(index) or [None])[0] == first
    assert index.errors == []


def test_who_types_sees_how_many_and_goes_to_them(index):
    jump = index.locator("#jump")
    assert jump.is_hidden()
    index.get_by_role("searchbox").fill("loire")
    assert jump.inner_text() == "7 reports of 358"
    index.keyboard.press("Enter")
    assert index.evaluate("document.activeElement.id") == "found"
    assert index.locator("#rows li").first.bounding_box()["y"] < index.viewport_size["height"]
    jump.click()
    index.wait_for_url("**#q=loire")


@pytest.mark.parametrize(
    ("label", "option", "n"),
    [
        ("Subject", "Communes (255)", 255),
        ("Project", "Pilote (1)", 1),
        ("Status", "Protocol locked before the analysis (1)", 1),
        ("Status", "Descriptive (356)", 356),
        ("Data", "Simulated (1)", 1),
        ("Conclusion", "Harmful (1)", 1),
        ("Data of", "2025 (2)", 2),
    ],
)
def test_a_filter_leaves_what_it_counts(index, label, option, n):
    index.get_by_label(label, exact=True).select_option(label=option)
    assert count(index) == f"{n} report{'s' if n > 1 else ''} of 358"


def test_filters_add_up_stand_in_the_address_and_are_cleared(site, index):
    index.get_by_label("Subject", exact=True).select_option("project")
    index.get_by_role("searchbox").fill("essai")
    assert count(index) == "1 report of 358"
    index.wait_for_url("**#q=essai&kind=project")
    index.goto(index.url.replace("essai", "pilote"))
    assert listed(index) == ["Effect of pilote?"]
    index.get_by_role("link", name="Français", exact=True).first.click()
    assert index.locator("html").get_attribute("lang") == "fr"
    assert count(index) == "1 rapport sur 358"
    index.get_by_role("button", name="Tout effacer").click()
    assert count(index) == "358 rapports sur 358"
    assert index.evaluate("document.activeElement.id") == "q"


def test_the_map_leaves_what_lies_in_a_place_by_mouse_and_by_keyboard(index):
    creuse = index.locator("#map-DEP a[data-place=DEP-23]")
    assert creuse.get_attribute("aria-label") == "Creuse: 258 reports"
    creuse.click()
    assert count(index) == "Creuse – 258 reports of 358"
    assert creuse.get_attribute("aria-current") is not None
    creuse.click()
    assert count(index) == "358 reports of 358"
    index.get_by_role("button", name="Régions").click()
    assert index.locator("#map-DEP").is_hidden()
    index.locator("#map-REG a[data-place=REG-84]").focus()
    index.keyboard.press("Enter")
    assert count(index) == "Auvergne-Rhône-Alpes – 12 reports of 358"
    # Paris, too small on the map of France, is in its frame.
    index.get_by_role("button", name="Départements").click()
    index.get_by_role("link", name="Paris: 3 reports").click()
    assert count(index) == "Paris – 3 reports of 358"


def test_an_address_that_asks_for_what_is_not_there_asks_nothing(site, open_page):
    page = open_page(site / "index.en.html")
    page.goto(page.url + "#within=DEP-999&kind=moon&q=ain")
    page.reload()
    assert listed(page)[0] == "Ain: how many?"
    assert page.locator("#by-kind").input_value() == ""
    assert page.errors == []


@pytest.mark.parametrize("lang", INDEX)
@pytest.mark.parametrize("where", ["", "projects/essai/"])
def test_axe_finds_nothing_by_day_by_night_and_on_paper(site, open_page, axe, where, lang):
    page = open_page(site / f"{where}{INDEX[lang]}")
    page.evaluate(axe)
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        page.emulate_media(color_scheme=scheme, media=media)
        assert violations(page) == [], (scheme, media)


def test_the_keyboard_reaches_everything_and_may_pass_the_map(index):
    stops = "a[href]:not([tabindex='-1']), button, input, select, summary"
    wanted = index.eval_on_selector_all(
        stops, "es => es.filter(e => e.type !== 'hidden' && e.checkVisibility()).length"
    )
    reached = []
    for _ in range(wanted):
        index.keyboard.press("Tab")
        place, seen = index.evaluate(FOCUSED)
        reached.append(place)
        assert seen
    assert len(set(reached)) == wanted
    assert reached == sorted(reached)
    index.get_by_role("link", name="Skip the map").focus()
    assert index.get_by_role("link", name="Skip the map").bounding_box()["x"] >= 0
    index.keyboard.press("Enter")
    assert index.evaluate("document.activeElement.id") == "found"
    assert count(index) == "358 reports of 358"


@pytest.mark.parametrize("page", ["index.html", "projects/pilote/index.html"])
@pytest.mark.parametrize("width", [320, 1000])
def test_it_never_scrolls_sideways(site, open_page, page, width):
    opened = open_page(site / page)
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_a_plain_list_shows_every_report(site, chromium):
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((site / "index.en.html").as_uri())
    assert page.locator("#finder").is_hidden()
    assert page.locator("main noscript").get_by_role("link").count() == 358
    page.get_by_role("link", name="Creuse", exact=True).click()
    page.wait_for_url("**/r/DEP/23/en/index.html")
    context.close()


def test_the_page_of_a_project_leads_to_its_reports_and_home(site, open_page):
    page = open_page(site / "projects/essai/index.en.html")
    assert outside(page) == []
    assert page.locator("h1").inner_text() == "Essai"
    page.locator("#map-DEP a").first.click()
    page.wait_for_url("**/r/DEP/23/en/index.html")
    page.go_back()
    page.get_by_role("link", name="Creuse", exact=True).click()
    page.wait_for_url("**/r/DEP/23/en/index.html")
    page.go_back()
    page.get_by_role("link", name="All reports").click()
    assert page.title() == "Projects, studies and territories"
