"""Pages as a reader opens them: real Chromium, from a file, network blocked."""

import importlib.util
from pathlib import Path

import pytest


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


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which a package carries."""
    package = importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0]
    return (Path(package) / "axe.min.js").read_text(encoding="utf-8")


def violations(page) -> list[str]:
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 20
    return sorted(rule["id"] for rule in found["violations"])


def outside(page) -> list[str]:
    return [url for url in page.asked if not url.startswith("data:")]
