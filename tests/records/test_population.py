"""Populations add up, match what Insee published, and growth is measured on comparable years."""

import pandas as pd
import pytest

from toolkit.records.population import (
    describe_populations,
    growth_of,
    load_population,
    load_populations,
)
from toolkit.records.territories import load_territory

# Insee, populations de référence 2022 (19 December 2024), as the press relays it: change a year,
# 2016 to 2022, in %.
PUBLISHED_GROWTH = {
    "94": 1.02,
    "52": 0.62,
    "53": 0.58,
    "84": 0.51,
    "75": 0.49,
    "93": 0.49,
    "11": 0.36,
    "32": -0.02,
}


def table(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["code", "year", "population", "status"])
    return frame.assign(level="COM", population=frame.population.astype("Int32"))


def test_regional_growth_matches_the_published_one():
    growth = describe_populations("REG").set_index("code")
    assert set(growth.first_year) == {2016}
    assert set(growth.last_year) == {2022}
    computed = (100 * growth.yearly[list(PUBLISHED_GROWTH)]).round(2)
    assert computed.to_dict() == PUBLISHED_GROWTH


@pytest.mark.parametrize(
    ("year", "published"), [(2016, 66_362_000), (2022, 67_761_000), (2023, 68_094_000)]
)
def test_france_without_mayotte_matches_the_published_totals(year, published):
    """Insee Focus 138, release of 19 December 2024, Insee Focus 374: as relayed, in thousands."""
    both = load_population(load_territory("FR"), load_territory("DEP-976"))
    france, mayotte = both[both.year == year].population
    assert abs(france - mayotte - published) <= 500  # published to the nearest thousand


def test_growth_is_compounded_and_leaves_provisional_years_out():
    growth = growth_of(
        table(
            [
                ("01001", 2016, 1000, "ok"),
                ("01001", 2022, 1100, "ok"),
                ("01001", 2023, 9999, "provisional"),
            ]
        )
    ).iloc[0]
    assert (growth.first_year, growth.last_year) == (2016, 2022)
    assert growth.change == pytest.approx(0.10)
    assert growth.yearly == pytest.approx(1.1 ** (1 / 6) - 1)


def test_growth_is_missing_where_it_cannot_be_known():
    growth = growth_of(
        table(
            [
                ("01001", 2016, None, "nd"),
                ("01001", 2022, 100, "ok"),
                ("01002", 2016, 0, "ok"),
                ("01002", 2022, 10, "ok"),
                ("01003", 2016, 50, "ok"),
                ("01003", 2022, 50, "ok"),
            ]
        )
    ).set_index("code")
    assert growth.change.isna().to_dict() == {"01001": True, "01002": True, "01003": False}
    assert growth["last"].to_dict() == {"01001": 100, "01002": 10, "01003": 50}
    assert growth.yearly["01003"] == 0


def test_two_populations_of_one_year_are_refused():
    with pytest.raises(ValueError, match="duplicate"):
        growth_of(table([("01001", 2016, 1, "ok"), ("01001", 2016, 2, "ok")]))


def test_a_slice_equals_the_same_rows_of_the_whole():
    whole = load_populations("COM")
    department = load_populations("COM", department="23")
    expected = whole[whole.code.isin(department.code)].reset_index(drop=True)
    pd.testing.assert_frame_equal(department, expected)


def test_rows_come_in_the_order_asked():
    places = [load_territory(code) for code in ("DEP-23", "REG-75", "FR")]
    population = load_population(*places)
    assert list(dict.fromkeys(population.code)) == ["23", "75", "FR"]
    assert growth_of(population).code.tolist() == ["23", "75", "FR"]
