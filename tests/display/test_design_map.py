"""The map of a design names the treated and their neighbours."""

from toolkit.display.design_map import plot_design_map
from toolkit.display.style import STRONG
from toolkit.i18n import language
from toolkit.records.contours import load_contours
from toolkit.records.territories import load_territories

EN = language("en")
NAMES = load_territories("DEP").set_index("code").name.to_dict()
ROLES = {"23": "treated", "974": "treated", "87": "neighbour", "03": "comparison"}


def test_roles_are_counted_drawn_and_tabulated():
    figure = plot_design_map(ROLES, NAMES, load_contours("DEP"), lang=EN)
    assert figure.title == "2 treated territories, 1 in comparison, 1 neighbour"
    assert "Treated: Creuse and La Réunion." in figure.alt
    assert "1 neighbour: Haute-Vienne." in figure.alt
    assert figure.table.rows == (
        ("treated", "2", "Creuse, La Réunion"),
        ("neighbour of a treated one", "1", "Haute-Vienne"),
        ("comparison", "1", "Allier"),
    )
    # Two shapes and the legend.
    assert figure.svg.count(f"fill: {STRONG}".encode()) == 3
    assert "<!-- not in the study (97) -->" in figure.svg.decode()


def test_no_neighbour_is_not_mentioned():
    figure = plot_design_map({"23": "treated"}, NAMES, load_contours("DEP"), lang=EN)
    assert "neighbour" not in figure.alt + figure.svg.decode()
