"""A PDF is read by its tags: alternatives, headers, language, order, the standards it claims."""

import io
import re

import pikepdf
import pytest

from toolkit.display.blocks import Figure, Paragraph, Table
from toolkit.sharing.document import read_document
from toolkit.sharing.pdf import _widths, render_pdf

from .conftest import FR, HOSTILE, SVG, everything, report


def opened(notebook, manifest) -> pikepdf.Pdf:
    content = render_pdf(read_document(notebook, name="small.ipynb"), manifest)
    return pikepdf.open(io.BytesIO(content))


@pytest.fixture
def pdf(manifest):
    """The PDF of a notebook with each kind of block."""
    with opened(everything(), manifest) as document:
        yield document


def tags(pdf) -> list[tuple[str, pikepdf.Dictionary]]:
    """Return the structure of a document, in reading order: type and element."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append((str(node.S), node))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


def words(pdf) -> str:
    """Return the characters shown, page by page, through each font's own map to Unicode."""
    text = ""
    for page in pdf.pages:
        fonts = {name: unicode_map(font) for name, font in page.resources.Font.items()}
        current = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                strings = operands[0] if str(operator) == "TJ" else operands
                for string in (s for s in strings if isinstance(s, pikepdf.String)):
                    codes = bytes(string)
                    text += "".join(
                        current.get(codes[i : i + 2].hex(), "") for i in range(0, len(codes), 2)
                    )
    return "".join(text.split())


def unicode_map(font) -> dict[str, str]:
    table = font.ToUnicode.read_bytes().decode()
    pairs = re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", table)
    return {code.lower(): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def test_it_claims_both_standards_and_says_it_is_tagged(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang).startswith("fr")
    about = pdf.open_metadata()
    assert about["pdfuaid:part"] == "1"
    assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
    assert about["dc:title"] == "Combien ?"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_every_figure_has_its_alternative(pdf):
    figures = [node for kind, node in tags(pdf) if kind == "/Figure"]
    assert [str(node.Alt) for node in figures] == ["Courbe : en baisse."]


def test_tables_have_header_cells_and_captions(pdf):
    kinds = [kind for kind, _ in tags(pdf)]
    assert kinds.count("/Table") == 3  # behind the figure, on its own, and how it was made
    assert kinds.count("/TH") == 6
    assert kinds.count("/Caption") == 3
    scopes = [repr(node.A) for kind, node in tags(pdf) if kind == "/TH"]
    assert all("/Column" in scope for scope in scopes)


def test_the_reading_order_is_that_of_the_blocks(pdf):
    kinds = [kind for kind, _ in tags(pdf) if kind in ("/H1", "/H2", "/H3", "/Figure", "/Table")]
    assert kinds == [
        "/H1", "/H2", "/Figure", "/Table", "/H3", "/Table", "/H2", "/H2", "/Table",
    ]  # fmt: skip


def test_bookmarks_follow_the_headings(pdf):
    with pdf.open_outline() as outline:
        title = outline.root[0]
        sections = [item.title for item in title.children]
        assert title.title == "Combien ?"
    assert sections == ["Évolution", "Évolution", "Comment cette page a été faite"]


def test_fonts_are_inside_and_are_ours(pdf):
    fonts = {
        str(font.BaseFont).split("+")[1].removesuffix("-Identity-H")
        for page in pdf.pages
        for font in page.resources.Font.values()
    }
    assert fonts == {"FutursSans-Regular", "FutursSans-Bold"}


def test_text_is_never_read_as_markup(pdf):
    assert "".join(HOSTILE.split()) in words(pdf)


def test_its_date_is_that_of_the_data(pdf):
    assert str(pdf.docinfo.CreationDate).startswith("D:20260309")


def test_simulated_data_is_said_on_every_page(manifest):
    many = [Paragraph("Une phrase. " * 60)] * 20
    with opened(report(*many, simulated=True), manifest) as pdf:
        assert len(pdf.pages) > 1
        # On each page's header, then in the masthead, its date, the callout and the citation.
        assert words(pdf).count("Donnéessimulées") == len(pdf.pages) + 4
        assert "fabriqués,avecuneffetconnud’avance" in words(pdf)


def test_a_table_longer_than_a_page_repeats_its_header(manifest):
    rows = tuple((f"Commune {n}", str(n)) for n in range(120))
    with opened(report(Table("Toutes", ("Territoire", "Habitants"), rows)), manifest) as pdf:
        assert len(pdf.pages) >= 3
        assert words(pdf).count("TerritoireHabitants") >= 3


def test_the_long_data_behind_a_figure_is_left_to_the_page_and_said(manifest):
    def drawn(n: int):
        rows = tuple((f"Mois {i}", str(i)) for i in range(n))
        table = Table("Série", ("Mois", "Jours"), rows, lang=FR)
        return report(Figure(SVG, "Baisse", "jours", "Source : nous.", "Courbe : -2.", FR, table))

    with opened(drawn(40), manifest) as short, opened(drawn(41), manifest) as long:
        assert "Mois39" in words(short)
        assert "Mois39" not in words(long)
        assert "Les41lignesdedonnéesderrièrecettefiguresontdanslapageweb." in words(long)


def test_a_column_of_sentences_is_wider_than_one_of_names():
    sentence = "Aucune divergence des tendances n’a été constatée avant l’adoption. " * 4
    table = Table("Épreuves", ("Épreuve", "Ce qui a été trouvé"), (("Tendances", sentence),))
    names, sentences = _widths(table)
    assert sentences > 4 * names


def test_words_stay_whole_beside_long_texts():
    """A date in one piece keeps its room, whatever the texts beside it would take."""
    date, long = "1er\u00a0septembre\u00a02013", "Déployer les parcours des personnes âgées " * 3
    header = ("Projet", "Ouverts le", "Jusqu’au", "Sites", "Lesquels")
    row = (long, date, "21\u00a0décembre\u00a02018", "2", "Mayenne, Sarthe, Orne, Eure " * 20)
    widths = _widths(Table("Sites", header, (row,)))
    assert sum(widths) == pytest.approx(100)
    assert widths[1] == len(date) + 3
    assert widths[2] > len(header[2]) + 3
