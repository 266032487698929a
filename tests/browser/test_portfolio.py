"""The page on the whole programme, of two projects, one of them simulated."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import outside, violations

pytestmark = pytest.mark.browser

CHOSEN = "autonomie-domicile, plateforme-inclusion"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    output = tmp_path_factory.mktemp("reports")
    futurs = Path(sys.executable).parent / "futurs"
    command = [futurs, "batch", "--notebook", "portfolio_synthesis", "--lang", "en"]
    subprocess.run(
        [*command, "--set", "projects", CHOSEN, "--output", output],
        check=True,
        capture_output=True,
        env=os.environ | {"FUTURS_LANG": "en", "FUTURS_CACHE": str(output / "cache")},
    )
    return output / "portfolio_synthesis/en/index.html"


def test_axe_finds_nothing_by_day_by_night_and_on_paper(made, open_page, axe):
    page = open_page(made)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(axe)
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        page.emulate_media(color_scheme=scheme, media=media)
        assert violations(page) == [], (scheme, media)
    assert (outside(page), page.errors) == ([], [])


def test_it_answers_first_names_what_is_to_be_pulled_and_never_scrolls_sideways(made, open_page):
    page = open_page(made)
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    lead = page.locator("p.lead").inner_text()
    assert lead == "On real data, no study has an answer here."
    pull = page.get_by_text("futurs data pull etalab-barometre")
    assert pull.is_visible()
