"""What a bundle says of itself, and what came of checking it, as a reader opens them offline."""

from pathlib import Path

import pytest

from toolkit.i18n import LANGUAGES, language
from toolkit.records.faults import Fault
from toolkit.records.sources import load_sources
from toolkit.sharing.availability import Availability
from toolkit.sharing.compare import Item
from toolkit.sharing.environment import Environment
from toolkit.sharing.readme import NAMES, describe_bundle
from toolkit.sharing.render import index_name
from toolkit.sharing.reproduce import Reproduction
from toolkit.sharing.rerun import Ran
from toolkit.sharing.shared_runs import Run, Trace
from toolkit.sharing.stage import Contents
from toolkit.sharing.verification import render_verification
from toolkit.sharing.verify import Checked

from .conftest import outside, violations

pytestmark = pytest.mark.browser
HOSTILE = "</h1><script>document.title='owned'</script><img src=x onerror=alert(1)>"


def run(lang: str) -> Run:
    facts = {"title": HOSTILE, "subject": HOSTILE, "as_of": "2026-03-09", "simulated": True}
    manifest = {"facts": facts, "python": HOSTILE, "parameters": {"study": "x", "lang": lang}}
    return Run(f"impact_evaluation/x/{lang}", manifest)


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """The pages of a bundle, and those of its verification, of which every text is hostile."""
    folder = tmp_path_factory.mktemp("bundle")
    source = load_sources()["drees-aide-sociale"]
    runs = [run("fr"), run("en"), Run("data_quality/x/fr", {}, HOSTILE)]
    traces = [Trace(r.address, "table", HOSTILE, 3) for r in runs[:2]]
    sources = [Availability(source, "", "licence"), Availability(source, "data/", "embedded")]
    files = describe_bundle(runs, traces, sources, Contents(("x",), ()), ("x",))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    faults = [Fault(HOSTILE, "name_odd", value=HOSTILE), Fault("a", "json_damaged", value=HOSTILE)]
    items = (Item(HOSTILE, "figure", HOSTILE, "different", HOSTILE, HOSTILE),)
    environment = Environment("here", Path("python"), {HOSTILE: (HOSTILE, HOSTILE)})
    ran = (Ran(("study",), 1, HOSTILE),)
    found = Reproduction("partial", items, environment, ran, (HOSTILE,), (1, 2))
    checked = Checked({"a": b""}, runs, faults, "0" * 64)
    for code in LANGUAGES:
        page = render_verification(HOSTILE, checked, found, language(code))
        (folder / index_name(code)).write_text(page, "utf-8")
    return folder


@pytest.mark.parametrize(
    "name", [*(f"{stem}.html" for stem in NAMES.values()), *map(index_name, LANGUAGES)]
)
def test_nothing_hostile_is_live_and_axe_finds_nothing(pages, open_page, axe, name):
    page = open_page(pages / name)
    assert "owned" not in page.title().replace("document.title='owned'", "")
    assert page.locator("main img, main script").count() == 0
    assert page.locator("h1").inner_text().endswith(HOSTILE)
    assert (outside(page), page.errors) == ([], [])
    page.evaluate(axe)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
