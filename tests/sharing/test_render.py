"""A page is whole: its language, its title, its blocks in order, and how it was made."""

import re

import pytest

from toolkit.display.blocks import Heading, Paragraph
from toolkit.i18n import language
from toolkit.sharing.render import page_style, render_report

from .conftest import everything, executed, masthead, report


@pytest.fixture
def render(manifest):
    """Render to the text of the page."""

    def to_text(shown, root="", kind="html", **changes):
        names = {"html": "index.html", "code": "code.html"}
        files = render_report(shown, manifest | changes, root).files
        return files[names[kind]].decode()

    return to_text


def test_the_page_speaks_its_language_and_bears_its_title(render):
    page = render(everything(), "../../")
    assert '<html lang="fr">' in page
    assert "<title>Combien ?</title>" in page
    assert 'href="../../index.html"' in page
    assert 'href="../en/index.html" lang="en"' in page
    order = ["<h1>Combien ?</h1>", "Tant.", "Sommaire", "Licence Ouverte 2.0", ">Évolution</h2>"]
    places = [page.index(text) for text in order]
    assert places == sorted(places)


def test_headings_have_addresses_that_the_contents_lead_to(render):
    page = render(everything())
    assert re.findall(r'<h[23] id="([^"]+)"', page) == [
        "evolution", "detail", "evolution-2", "how-made",
    ]  # fmt: skip
    assert re.findall(r'<li><a href="#([^"]+)"', page) == ["evolution", "evolution-2", "how-made"]


def test_a_heading_never_takes_an_address_of_the_page(render):
    page = render(report(Heading("Main"), Heading("?"), Heading("How made")))
    assert re.findall(r'<h2 id="([^"]+)"', page) == ["main-2", "section", "how-made-2", "how-made"]


def test_the_page_says_licence_citation_and_date_at_its_top(render):
    top = render(everything()).split("<h2")[0].replace("\u00a0", " ")
    assert "Pour citer : « Combien ? », Futurs Publics, boîte à outils 0.1.0" in top
    assert "Données au 9 mars 2026." in top
    assert "Descriptif : aucun effet n’est estimé" in top


def test_a_title_is_cited_with_the_marks_of_a_quotation_within_another(render):
    title = Heading("La «\u00a0maison\u00a0» de demain", level=1)
    page = render(executed([masthead(), title], [Paragraph("Tant.", lead=True)]))
    assert "Pour citer : « La “maison” de demain »," in page.replace("\u00a0", " ")


def test_a_page_on_simulated_data_says_so_before_anything_else(render):
    assert "fabriqués" not in render(report(Paragraph("Tant.")))
    page = render(report(Paragraph("Tant."), simulated=True))
    assert page.index("fabriqués, avec un effet connu d’avance") < page.index("Tant.")


def test_a_language_that_was_not_made_is_not_linked(render):
    assert "../en/" not in render(everything(), languages=["fr"])


def test_the_page_is_in_the_language_of_its_masthead(render):
    page = render(report(Paragraph("So."), lang=language("en")), root="")
    assert '<html lang="en">' in page
    assert 'href="index.en.html"' in page


def test_code_and_what_cells_print_stay_out(render):
    page = render(everything())
    for hidden in ("secret", "a warning", "a frame", "For those who open"):
        assert hidden not in page


def test_the_page_for_researchers_shows_code_and_what_it_printed(render):
    page = render(everything(), kind="code", formats=["html", "code"])
    assert 'secret = <span class="literal">1</span>' in page
    assert "a warning &lt;b&gt;a frame" in page
    assert "<script" not in page
    assert 'href="index.html"' in page
    assert 'href="../en/code.html"' in page
    assert 'href="code.html"' in render(everything(), formats=["html", "code"])


def test_the_page_says_how_it_was_made(render):
    page = render(everything(), notebook="territory_report.ipynb")
    assert "futurs report DEP-23 --lang fr" in page
    for digest in ("a" * 64, "b" * 64, "c" * 64):
        assert digest in page
    later = render(everything(), notebook="territory_report.ipynb", rendered_later=True)
    assert "futurs report" not in later
    assert "Le carnet était déjà exécuté" in later


def test_a_page_asks_nothing_of_any_network(render):
    page = render(everything())
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert set(re.findall(r"url\((\w+:)", page_style())) == {"data:"}
    assert "<script" not in page


def test_a_hostile_parameter_or_title_stays_text(render):
    hostile = {"lang": "fr", "territory": "<script>alert(1)</script>"}
    assert "<script" not in render(everything(), parameters=hostile)
    assert "<script" not in render(report(Heading("<script>"), subject="<script>"))


def test_the_same_notebook_gives_the_same_files(manifest):
    asked = manifest | {"formats": ["html", "code", "pdf"]}
    first, second = (render_report(everything(), asked) for _ in range(2))
    assert set(first.files) == {"index.html", "code.html", "report.pdf"}
    assert first == second
