"""Insee's population by age: one class above 90, headers that change, provisional years."""

import pytest

from toolkit.errors import DataError
from toolkit.records.observations import COLUMNS
from toolkit.records.population_estimates import load_population_estimates

AGES = ["0 à 4 ans", "60 à 64 ans", "90 à 94 ans", "95 ans et plus", "Total"]
HEADER = [None, None, *AGES, *AGES]


def year(*lines: list) -> list[list]:
    return [["Estimation"], ["Année"], ["Départements", None, "Ensemble"], HEADER, *lines]


def test_only_both_sexes_together_are_read(workbook):
    men = [9, 9, 9, 9, 36]
    path = workbook(
        {"À savoir": [["Remarques"]], "2015": year(["01", "Ain", 5, 4, 2, 1, 12, *men])}
    )
    table = load_population_estimates(path).set_index("indicator").value
    assert table.to_dict() == {
        "population": 12,
        "population-0-4": 5,
        "population-60-64": 4,
        "population-60-plus": 7,
        "population-90-plus": 3,
    }


def test_a_header_holds_for_the_lines_under_it(workbook):
    """Overseas, from 1990 to 1998, the last class is 90 and over."""
    own = [None, None, "0 à 4 ans", "60 à 64 ans", "90 ans et plus", None, "Total"]
    path = workbook(
        {
            "1995": year(
                ["01", "Ain", 5, 4, 2, 1, 12],
                ["France métropolitaine", None, 5, 4, 2, 1, 12],
                own,
                [971, "Guadeloupe", 6, 2, 1, None, 9],
            )
        }
    )
    oldest = load_population_estimates(path).query("indicator == 'population-90-plus'")
    assert oldest.territory.tolist() == ["DEP-01", "DEP-971"]
    assert oldest.value.tolist() == [3, 1]


def test_the_last_years_are_provisional(workbook):
    lines = year(["01", "Ain", 5, 4, 2, 1, 12])
    table = load_population_estimates(workbook({"2019": lines, "2020": lines}))
    assert table.groupby("period").status.unique().str[0].to_dict() == {
        "2019": "ok",
        "2020": "provisional",
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (year(["01", "Ain", 5, "x", 2, 1, 12]), r"sheet '2015', row 5: read 'x', .* a number"),
        ([["01", "Ain", 5, 4, 2, 1, 12]], r"sheet '2015', row 1: .* header of the known file"),
        ([["Départements"], [None, None, "0 à 4 ans", "vieux"]], r"row 2: read 'vieux', .* header"),
    ],
)
def test_what_does_not_fit_is_named(workbook, rows, message):
    with pytest.raises(DataError, match=message):
        load_population_estimates(workbook({"2015": rows}))


def test_a_workbook_without_years_is_refused(workbook):
    with pytest.raises(DataError, match="expected the header of the known file"):
        load_population_estimates(workbook({"notes": [["x"]]}))


@pytest.fixture(scope="module")
def estimates(mirrored):
    return load_population_estimates(mirrored("insee-estimations-population"))


class TestRealFile:
    """Insee saved it as "strict" Office Open XML, which not every reader opens."""

    def test_holds_48_years_and_mayotte_since_2014(self, estimates):
        assert estimates.columns.tolist() == COLUMNS
        per_year = estimates[estimates.indicator == "population"].groupby("period").size()
        assert per_year[["1975", "1989", "1990", "2013", "2014", "2022"]].tolist() == [
            96,
            96,
            100,
            100,
            101,
            101,
        ]
        assert len(per_year) == 48
        assert estimates[estimates.territory == "DEP-976"].period.min() == "2014"

    def test_ages_add_up_to_the_total(self, estimates):
        wide = estimates.pivot(index=["territory", "period"], columns="indicator", values="value")
        parts = wide.drop(columns=["population", "population-60-plus"])
        assert parts.shape == (4749, 19)
        assert (parts.sum(axis="columns") == wide.population).all()
        assert wide.notna().all(axis=None)

    def test_france_in_2022_is_that_which_insee_prints(self, estimates, mirrored):
        from toolkit.records.spreadsheet import read_sheets

        rows = read_sheets(mirrored("insee-estimations-population"))["2022"]
        france = next(r for r in rows if r[0] == "France métropolitaine et DOM")
        total = estimates.query("indicator == 'population' and period == '2022'").value.sum()
        assert total == france[22]
