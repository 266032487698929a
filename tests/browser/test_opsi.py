"""The sheet of an OPSI case as its reader uses it: copied by mouse or keyboard, from a file."""

from dataclasses import replace

import pytest

from toolkit.i18n import LANGUAGES, language
from toolkit.records.opsi_form import Opsi
from toolkit.records.portfolio import load_project
from toolkit.sharing.opsi_case import describe_case
from toolkit.sharing.opsi_sheet import render_sheet
from toolkit.sharing.render import index_name

from .conftest import outside, violations

pytestmark = pytest.mark.browser
HOSTILE = "</textarea><script>document.title='owned'</script><img src=x onerror=alert(1)>"
LESSON = "Ask only for what is not known yet.\nThen “stop”: 3 < 4 & done."


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """The sheet of a project with one answer of ours and one that would be a program."""
    project = load_project("demande-unique")
    answers = {"lessons_to_share": LESSON, "challenges": HOSTILE, "custom_innovation_tags": "form"}
    facts = project.facts.model_copy(update={"opsi": Opsi(answers=answers)})
    actions = [("2015-09-22", "</script><b>")]
    case = describe_case(replace(project, facts=facts), actions=actions)
    folder = tmp_path_factory.mktemp("opsi")
    for code in LANGUAGES:
        (folder / index_name(code)).write_text(render_sheet(case, language(code)), "utf-8")
    return folder


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_by_day_and_by_night(sheet, open_page, axe, lang):
    page = open_page(sheet / index_name(lang))
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
    assert outside(page) == []
    assert page.errors == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_field_is_copied_whole_and_said_to_be(sheet, open_page):
    page = open_page(sheet / "index.en.html")
    field = page.get_by_role("region", name="Lessons Learned")
    field.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Copied: Lessons Learned").wait_for(state="attached")
    assert page.evaluate("document.activeElement.textContent") == "Copy"
    # Pasted where the form would be.
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('textarea'),{id:'t'}))"
    )
    page.locator("#t").focus()
    page.keyboard.press("Control+V")
    assert page.locator("#t").input_value() == LESSON
    assert page.errors == []


def test_what_is_changed_is_counted(sheet, open_page):
    page = open_page(sheet / "index.en.html")
    field = page.get_by_role("region", name="Short and Simple Explanation")
    count = field.locator(".count")
    field.get_by_role("textbox").fill("é" * 500)
    assert count.inner_text() == "500 of 500 characters"
    assert "over" not in count.get_attribute("class")
    field.get_by_role("textbox").fill("é" * 1501)
    assert count.inner_text() == "1,501 of 500 characters"
    assert "over" in count.get_attribute("class")
    tags = page.get_by_role("region", name="Custom Innovation Tags")
    assert tags.locator(".count").inner_text() == "4 characters"
    tags.get_by_role("textbox").fill("a")
    assert tags.locator(".count").inner_text() == "1 character"


def test_a_hostile_text_stays_text(sheet, open_page):
    page = open_page(sheet / "index.en.html")
    assert page.title() == "Sheet for the OECD (OPSI): Single application for all social benefits"
    assert page.locator("img, main script").count() == 0
    field = page.get_by_role("region", name="Challenges and Failures")
    assert field.get_by_role("textbox").input_value() == HOSTILE
    assert page.get_by_text("</script><b>").is_visible()


def test_what_lacks_leads_to_its_field(sheet, open_page):
    page = open_page(sheet / "index.html")
    assert "6 champs à corriger" in page.locator(".lead").inner_text()
    page.get_by_role("link", name="Replication").click()
    assert page.get_by_role("region", name="Replication").is_visible()
    assert page.locator(":target").evaluate("e => e.value") == ""
    assert page.get_by_role("region", name="Your Email Address").get_by_role("textbox").count() == 0
