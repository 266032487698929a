"""The map highlights what it says it highlights."""

from matplotlib.figure import Figure as Drawing

from toolkit.display.maps import plot_location
from toolkit.display.style import STRONG
from toolkit.i18n import language
from toolkit.records.contours import load_contours
from toolkit.records.territories import load_territories, load_territory, members

EN = language("en")
DEPARTMENTS = load_territories("DEP")


def located(text: str):
    place = load_territory(text)
    inside = DEPARTMENTS[DEPARTMENTS.code == place.department]
    if place.level == "REG":
        inside = members(place, "DEP")
    return plot_location(place, inside, DEPARTMENTS, load_contours("DEP"), lang=EN, note="Source.")


def test_one_shape_is_strong_for_a_department():
    figure = located("DEP-23")
    assert figure.svg.count(f"fill: {STRONG}".encode()) == 1
    assert figure.alt == "Map of the départements of France. In colour: Creuse."


def test_an_overseas_department_is_drawn_in_its_inset():
    assert located("DEP-974").svg.count(f"fill: {STRONG}".encode()) == 1


def test_paris_is_drawn_on_the_map_and_in_its_inset():
    assert located("DEP-75").svg.count(f"fill: {STRONG}".encode()) == 2


def test_a_region_names_its_departments():
    figure = located("REG-94")
    assert figure.alt.endswith("In colour: Corse-du-Sud and Haute-Corse.")


def test_the_whole_country_is_summed_up():
    figure = plot_location(
        load_territory("FR"), DEPARTMENTS, DEPARTMENTS, load_contours("DEP"), lang=EN, note=""
    )
    assert figure.title == "The départements of France"
    assert figure.alt == "Map of France, all of its 101 départements in colour."


def test_a_commune_is_shown_by_its_department_and_says_so():
    assert located("COM-23096").title == "Guéret lies in the département Creuse"


def test_an_epci_is_shown_by_all_the_departments_of_its_communes():
    paris = load_territory("EPCI-200054781")
    inside = DEPARTMENTS[DEPARTMENTS.code.isin(set(members(paris).department))]
    contours = load_contours("DEP")
    figure = plot_location(paris, inside, DEPARTMENTS, contours, lang=EN, note="")
    assert figure.title.startswith("Métropole du Grand Paris stretches over the départements")
    assert all(name in figure.alt for name in ("Paris", "Hauts-de-Seine", "Val-de-Marne"))


def test_the_frame_around_paris_hides_no_land(monkeypatch):
    drawings, save = [], Drawing.savefig
    monkeypatch.setattr(
        Drawing, "savefig", lambda self, *a, **k: (drawings.append(self), save(self, *a, **k))[1]
    )
    located("DEP-75")
    mainland, *_, paris = drawings[0].axes
    drawings[0].draw_without_rendering()
    frame = paris.get_window_extent()
    for patch in mainland.patches:
        points = mainland.transData.transform(patch.get_path().vertices)
        inside = (points > frame.min).all(axis=1) & (points < frame.max).all(axis=1)
        assert not inside.any()
