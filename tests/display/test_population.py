"""Population figures and tables say the numbers they are given, in both languages."""

import numpy as np
import pandas as pd
import pytest

from toolkit.display.population import (
    plot_population,
    tabulate_growth,
    tabulate_places,
    tabulate_population,
    tabulate_similar,
)
from toolkit.i18n import language
from toolkit.records.population import describe_populations, growth_of, load_population
from toolkit.records.similarity import similar_territories
from toolkit.records.territories import load_territory, parents

FR, EN = language("fr"), language("en")
CREUSE = load_territory("DEP-23")
PLACES = [CREUSE, *parents(CREUSE)]
POPULATION = load_population(*PLACES)


def digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def test_the_figure_gives_the_same_bytes_again():
    first = plot_population(POPULATION, PLACES, lang=FR, note="")
    assert plot_population(POPULATION, PLACES, lang=FR, note="").svg == first.svg
    assert b"<dc:date>" not in first.svg


def test_the_alternative_gives_the_numbers_drawn():
    figure = plot_population(POPULATION, PLACES, lang=EN, note="Source: Insee.")
    own = POPULATION[POPULATION.code == "23"].set_index("year").population
    assert f"Creuse: {100 * own[2022] / own[2016]:.1f} in 2022" in figure.alt
    assert "France 102.1" in figure.alt
    assert figure.title == "Creuse: fewer inhabitants in 2022 than in 2016"
    assert figure.note == "Hollow circle: an estimated or provisional year. Source: Insee."


def test_the_title_agrees_with_the_measured_growth():
    """Lot-et-Garonne fell to 2022 and rose in 2023, which is provisional: the title says fell."""
    place = load_territory("DEP-47")
    population = load_population(place)
    assert growth_of(population).change[0] < 0
    figure = plot_population(population, [place], lang=EN, note="")
    assert figure.title == "Lot-et-Garonne: fewer inhabitants in 2022 than in 2016"


def test_a_territory_is_not_compared_with_itself():
    """Paris is a commune and a département: one line, not two."""
    paris = load_territory("COM-75056")
    places = [paris, load_territory("DEP-75"), load_territory("FR")]
    figure = plot_population(load_population(*places), places, lang=EN, note="")
    assert "In comparison: France" in figure.alt


def test_both_languages_show_identical_numbers():
    tables = [tabulate_population(POPULATION, PLACES, lang=lang, note="") for lang in (FR, EN)]
    numbers = [[digits(cell) for row in table.rows for cell in row] for table in tables]
    assert numbers[0] == numbers[1]
    assert tables[0].rows[0][1] == "119\u202f502"
    assert tables[1].rows[0][1] == "119,502"


def test_estimated_and_provisional_numbers_bear_a_sign_that_is_explained():
    table = tabulate_population(POPULATION, PLACES, lang=EN, note="Source.")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["2016"][0] == "119,502"
    assert rows["2016"][2] == "66,618,176 (e)"  # France: the census of Mayotte is carried
    assert rows["2017"][0].endswith(" (e)")
    assert rows["2023"][0].endswith(" (p)")
    assert table.note.startswith("(e): estimated in part")
    assert "(p): provisional" in table.note


def test_a_gap_in_the_data_stays_a_gap():
    gueret = load_territory("COM-23096")  # communes are not known in 2017
    population = load_population(gueret)
    table = tabulate_population(population, [gueret], lang=EN, note="")
    assert dict(table.rows)["2017"] == "nd"
    assert "nd: not available." in table.note
    svg = plot_population(population, [gueret], lang=EN, note="").svg
    assert svg.count(b"<path") > 5


def test_a_stable_population_is_called_stable():
    frame = POPULATION[POPULATION.code == "23"].assign(population=1000)
    figure = plot_population(frame, [CREUSE], lang=EN, note="")
    assert figure.title == "Creuse: as many inhabitants in 2022 as in 2016"
    assert "In comparison" not in figure.alt


def test_growth_is_written_with_its_sign_and_unit():
    table = tabulate_growth(growth_of(POPULATION), PLACES, lang=FR, note="Source.")
    assert table.rows[0] == (
        "Creuse", "119\u202f502", "115\u202f529", "−3,3\u00a0%", "−0,56\u00a0%",
    )  # fmt: skip
    assert table.header[1] == "Habitants en 2016"
    assert table.strong == {0}


def test_what_is_not_known_is_written_nd_and_explained():
    growth = growth_of(POPULATION)
    growth.loc[1, ["first", "change", "yearly"]] = np.nan
    table = tabulate_growth(growth, PLACES, lang=EN, note="Source.")
    assert table.rows[1][1] == "nd"
    assert table.rows[1][3:] == ("nd", "nd")
    assert table.rows[2][1] == "66,618,176 (e)"
    assert table.note.startswith("(e): estimated in part")
    assert table.note.endswith("nd: not available. Source.")


def test_places_and_similar_territories():
    described = describe_populations("DEP").query("code in ['23', '03']")
    places = tabulate_places(described, caption="Two", lang=EN, note="")
    assert [row[:2] for row in places.rows] == [("Allier", "03"), ("Creuse", "23")]
    similar = tabulate_similar(similar_territories(CREUSE, n=2), lang=FR, note="")
    assert similar.rows[0][:2] == ("Creuse", "0,00")
    assert similar.header[2:4] == ("Habitants", "Évolution par an")


@pytest.mark.parametrize("n", [1, 2, 4])
def test_up_to_four_lines_are_drawn_and_named(n):
    figure = plot_population(
        pd.concat([POPULATION, load_population(load_territory("DEP-03"))]),
        [*PLACES, load_territory("DEP-03")][:n],
        lang=EN,
        note="",
    )
    assert figure.table is not None
    assert len(figure.table.header) == 1 + n
