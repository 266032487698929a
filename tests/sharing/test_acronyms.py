"""The acronyms of a report: those it uses, and no others."""

import pytest

from toolkit.display.blocks import Figure, Heading, Paragraph, Table
from toolkit.i18n import language
from toolkit.sharing.acronyms import ACRONYMS, explain_acronyms

EN, FR = language("en"), language("fr")


def test_those_used_are_explained_in_the_order_of_the_alphabet():
    blocks = [Heading("NPM, or MAP?"), Paragraph("The Caf pays, not the CAFE nor the map.")]
    heading, table = explain_acronyms(blocks, EN)
    assert heading == Heading("Acronyms")
    assert [row[0] for row in table.rows] == ["Caf", "MAP", "NPM"]
    assert table.rows[0][1] == "Caisse d’allocations familiales, the family benefits office"


def test_cells_and_the_notes_of_figures_count_and_nothing_gives_nothing():
    table = Table(
        "Sites", ("Site",), (("CC Hautes Terres",),), text_columns=frozenset({0}), lang=FR
    )
    figure = Figure(svg=b"<svg/>", title="T", subtitle="", note="Source : Insee", alt="A", lang=FR)
    assert [row[0] for row in explain_acronyms([table, figure], FR)[1].rows] == ["CC", "Insee"]
    assert explain_acronyms([Paragraph("Rien ici.")], FR) == []


@pytest.mark.parametrize("lang", [FR, EN])
def test_each_has_a_meaning(lang):
    assert all(lang(f"acronym.{name}") for name in ACRONYMS)
