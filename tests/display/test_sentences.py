"""Sentences say what the numbers say, in both languages."""

import pandas as pd
import pytest

from toolkit.display.sentences import (
    cautions_on_growth,
    describe_growth,
    describe_members,
    describe_place,
    explain_similar,
)
from toolkit.i18n import language
from toolkit.records.population import growth_of, load_population
from toolkit.records.similarity import similar_territories
from toolkit.records.territories import load_territory, parents

FR, EN = language("fr"), language("en")


def growth(first: float, last: float, years: tuple[int, int] = (2016, 2022)) -> pd.DataFrame:
    ratio = last / first if first else float("nan")
    own = {"level": "DEP", "code": "23", "first": first, "last": last, "change": ratio - 1}
    france = {"level": "FR", "code": "FR", "first": 100, "last": 102, "change": 0.02}
    frame = pd.DataFrame([own, france]).assign(first_year=years[0], last_year=years[1])
    return frame.assign(yearly=(1 + frame.change) ** (1 / 6) - 1)


CREUSE = load_territory("DEP-23")


def test_the_finding_in_both_languages():
    real = growth_of(load_population(CREUSE, *parents(CREUSE)))
    assert describe_growth(CREUSE, real, lang=EN) == (
        "The population of Creuse was 115,529 in 2022. It fell by 3.3% between 2016 and 2022, or "
        "−0.56% a year. In the whole of France the change was +0.35% a year over the same period."
    )
    french = describe_growth(CREUSE, real, lang=FR)
    assert french.startswith("La population de la Creuse est de 115\u202f529 habitants en 2022.")
    assert "diminué de 3,3\u00a0% entre 2016 et 2022, soit −0,56\u00a0% par an" in french


@pytest.mark.parametrize(
    ("name", "of"),
    [("REG-94", "de la Corse"), ("REG-53", "de la Bretagne"), ("REG-11", "d’Île-de-France"),
     ("36024", "de Bretagne"), ("REG-04", "de La Réunion"), ("DEP-59", "du Nord")],
)  # fmt: skip
def test_a_place_has_the_article_of_its_level(name, of):
    sentence = describe_growth(load_territory(name), growth(1000, 1100), lang=FR)
    assert sentence.startswith(f"La population {of} est de")


def test_no_territory_is_like_paris_and_the_page_says_so():
    paris = explain_similar(similar_territories(load_territory("DEP-75"), n=2), lang=FR)
    assert "le premier est à 3,7 écarts-types" in paris
    assert "pris au hasard sont à 1,4" in paris
    assert "hasard" not in explain_similar(similar_territories(CREUSE, n=2), lang=FR)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (1000, 1100, "It grew by 10.0% between"),
        (1000, 900, "It fell by 10.0% between"),
        (10000, 10004, "It has hardly changed"),
        (0, 12, "Its change since 2016 cannot be computed"),
        (1000, float("nan"), "is not known in 2022"),
    ],
)
def test_each_direction_has_its_words(first, last, words):
    assert words in describe_growth(CREUSE, growth(first, last), lang=EN)


def test_france_is_not_compared_with_itself():
    france = load_territory("FR")
    text = describe_growth(france, growth_of(load_population(france)), lang=EN)
    assert text.startswith("The population of France was 68,017,091 in 2022.")
    assert "the whole of France" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DEP-23", "Département, code 23, in the région Nouvelle-Aquitaine."),
        ("REG-94", "Région, code 94."),
        ("COM-85113", "outside any intercommunality, département Vendée"),
        ("COM-23096", "in the intercommunality CA du Grand Guéret, département Creuse"),
    ],
)
def test_where_a_territory_is(text, expected):
    place = load_territory(text)
    assert expected in describe_place(place, parents(place), lang=EN)


@pytest.mark.parametrize("kind", ["CC", "CA", "CU", "METRO", "MET69"])
def test_every_kind_of_epci_has_a_name(kind):
    assert FR(f"epci.{kind}") != EN(f"epci.{kind}")


def test_mayotte_has_no_change_since_its_census_is_carried():
    mayotte = load_territory("DEP-976")
    text = describe_growth(mayotte, growth_of(load_population(mayotte)), lang=EN)
    assert text == (
        "The population of Mayotte was 256,518 inhabitants in 2022. "
        "Its change since 2016 cannot be computed."
    )


def test_cautions_follow_the_years_and_the_place():
    far = cautions_on_growth(CREUSE, growth(1, 2), lang=EN)
    assert len(far) == 1
    assert "2016 and 2022 are far enough apart" in far[0]
    close = cautions_on_growth(CREUSE, growth(1, 2, (2020, 2022)), lang=EN)
    assert "too close and share surveys" in close[0]
    for text in ("DEP-976", "REG-06", "FR", "COM-97608"):
        mayotte = cautions_on_growth(load_territory(text), growth(1, 2), lang=EN)
        assert mayotte[-1].startswith("Mayotte:")


def test_members_leave_out_what_there_is_none_of():
    text = describe_members({"REG": 0, "DEP": 1, "EPCI": 2, "COM": 1200}, lang=EN)
    assert (
        text == "This territory comprises 1 département, 2 intercommunalities, and 1,200 communes."
    )
