"""A page is whole: its language, its title, its blocks, and how it was made."""

import re

import nbformat
import pytest

from toolkit.errors import ToolkitError
from toolkit.sharing.render import page_style, render_page

MANIFEST = {
    "notebook": "small.ipynb",
    "notebook_sha256": "a" * 64,
    "parameters": {"lang": "fr", "territory": "DEP-23"},
    "data": {"territories/population.parquet": "b" * 64},
    "python": "3.11",
    "packages": {"pandas": "3.0"},
    "languages": ["fr", "en"],
    "toolkit": "0.1.0",
    "toolkit_sha256": "c" * 64,
}


def executed(*html: str) -> nbformat.NotebookNode:
    new = nbformat.v4
    cells = [new.new_markdown_cell("# For those who open the notebook")]
    for text in html:
        output = new.new_output("display_data", data={"text/html": text, "text/plain": "…"})
        cells.append(new.new_code_cell("secret = 1", outputs=[output]))
    cells[-1].outputs.append(new.new_output("stream", name="stderr", text="a warning"))
    return new.new_notebook(cells=cells)


def test_the_page_speaks_its_language_and_bears_its_title():
    page = render_page(executed("<h1>Combien ?</h1>", "<p>Tant.</p>"), MANIFEST, "../../")
    assert '<html lang="fr">' in page
    assert "<title>Combien ?</title>" in page
    assert 'href="../../index.html"' in page
    assert 'href="../en/index.html" lang="en"' in page
    assert page.index("<h1>Combien ?</h1>") < page.index("<p>Tant.</p>")


def test_a_language_that_was_not_made_is_not_linked():
    page = render_page(executed("<h1>T</h1>"), MANIFEST | {"languages": ["fr"]}, "")
    assert "../en/" not in page


def test_code_and_what_cells_print_stay_out():
    page = render_page(executed("<h1>T</h1>"), MANIFEST, "")
    assert "secret" not in page
    assert "a warning" not in page
    assert "For those who open" not in page


def test_the_page_says_how_it_was_made():
    english = MANIFEST | {"parameters": {"lang": "en", "territory": "DEP-23"}}
    page = render_page(executed("<h1>T</h1>"), english, "")
    assert "futurs report DEP-23 --lang en" in page
    for digest in ("a" * 64, "b" * 64, "c" * 64):
        assert digest in page
    assert 'href="index.en.html"' in page


def test_a_page_asks_nothing_of_any_network():
    page = render_page(executed("<h1>T</h1>"), MANIFEST, "")
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert set(re.findall(r"url\((\w+:)", page_style())) == {"data:"}
    assert "<script" not in page


def test_a_hostile_parameter_stays_text():
    hostile = MANIFEST | {"parameters": {"lang": "fr", "territory": "<script>alert(1)</script>"}}
    assert "<script" not in render_page(executed("<h1>T</h1>"), hostile, "")


def test_a_notebook_without_a_title_is_refused():
    with pytest.raises(ToolkitError, match=r"small\.ipynb shows no title"):
        render_page(executed("<p>No heading.</p>"), MANIFEST, "")
