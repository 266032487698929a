"""The barometer's values by département, and the zeros that are none."""

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records.barometre import (
    AAH_DELAY,
    CAUTIONS,
    FIBRE,
    HOMELESS,
    load_barometre,
    load_barometre_indicators,
)
from toolkit.records.observations import COLUMNS

HEADER = [
    "mesure",
    "indicateur",
    "id_indicateur",
    "code_departement",
    "libelle_departement",
    "date",
    "valeur",
    "unite",
]


def line(
    indicator: str, date: str, value: object, *, code: object = "01", label: str = "L"
) -> list:
    return ["M", label, indicator, code, "Ain", date, value, "u"]


def load(workbook, *lines: list, sheet: str = "01") -> pd.DataFrame:
    return load_barometre(workbook({sheet: [HEADER, *lines]}))


def values(table: pd.DataFrame) -> dict[str, float | None]:
    return {row.period: None if row.status == "nd" else row.value for row in table.itertuples()}


class TestTraps:
    def test_the_code_is_that_of_the_sheet_whatever_the_cell_says(self, workbook):
        path = workbook(
            {
                "01": [HEADER, line("x", "2020-12-31", "7.0", code=1)],
                "2A": [HEADER, line("x", "2020-12-31", "8.0", code="2a")],
                "971": [HEADER, line("x", "2020-12-31", 9.0, code=971)],
            }
        )
        table = load_barometre(path)
        assert table.territory.tolist() == ["DEP-01", "DEP-2A", "DEP-971"]
        assert table.value.tolist() == [7, 8, 9]

    def test_no_delay_is_zero(self, workbook):
        table = load(
            workbook,
            line(AAH_DELAY, "2019-12-31", "4.5"),
            line(AAH_DELAY, "2020-12-31", "0.0"),
            line(AAH_DELAY, "2021-03-31", "5.0"),
        )
        assert values(table) == {"2019-Q4": 4.5, "2020-Q4": None, "2021-Q1": 5}
        assert table.value.isna().tolist() == [False, True, False]

    def test_zeros_before_the_homelessness_series_starts_are_fillers(self, workbook):
        table = load(
            workbook,
            line(HOMELESS, "2017-12-31", "40.0"),
            line(HOMELESS, "2018-01-31", "0.0"),  # January to April 2018: zero everywhere
            line(HOMELESS, "2018-04-30", "0.0"),
            line(HOMELESS, "2018-05-31", "20.0"),
            line(HOMELESS, "2019-01-31", "0.0"),  # nobody yet this year: a true zero
        )
        assert values(table) == {
            "2017-12": 40,
            "2018-01": None,
            "2018-04": None,
            "2018-05": 20,
            "2019-01": 0,
        }

    @pytest.mark.parametrize("indicator", [HOMELESS, FIBRE])
    def test_leading_zeros_of_the_series_that_are_named_are_fillers(self, workbook, indicator):
        table = load(
            workbook,
            line(indicator, "2020-07-31", "0.0"),  # the order of lines does not matter
            line(indicator, "2020-05-31", "0.0"),
            line(indicator, "2020-06-30", "3.0"),
        )
        assert values(table) == {"2020-05": None, "2020-06": 3, "2020-07": 0}

    def test_leading_zeros_of_other_series_are_kept(self, workbook):
        table = load(workbook, line("x", "2020-05-31", "0.0"), line("x", "2020-06-30", "3.0"))
        assert values(table) == {"2020-05": 0, "2020-06": 3}

    def test_one_territorys_zeros_do_not_touch_anothers(self, workbook):
        lines = [line(FIBRE, "2020-03-31", "0.0"), line(FIBRE, "2020-06-30", "1.0")]
        started = [line(FIBRE, "2020-03-31", "5.0"), line(FIBRE, "2020-06-30", "0.0")]
        table = load_barometre(workbook({"01": [HEADER, *lines], "02": [HEADER, *started]}))
        assert table.status.tolist() == ["nd", "ok", "ok", "ok"]

    def test_two_labels_of_one_id_count_once(self, workbook):
        table = load(
            workbook,
            line("x", "2020-01-31", "3.0", label="A"),
            line("x", "2020-01-31", "3.0", label="B"),
        )
        assert table.value.tolist() == [3]

    def test_two_values_of_one_id_are_refused(self, workbook):
        lines = [line("x", "2020-01-31", "3.0"), line("x", "2020-01-31", "4.0")]
        with pytest.raises(
            DataError, match=r"sheet '01', row 3: read 'DEP-01 x .* = 4\.0', expected one value"
        ):
            load(workbook, *lines)

    def test_an_empty_value_is_not_available(self, workbook):
        table = load(workbook, line("x", "2020-01-31", ""), line("x", "2020-02-29", "1.0"))
        assert values(table) == {"2020-01": None, "2020-02": 1}


@pytest.mark.parametrize(
    ("dates", "periods", "frequency"),
    [
        (["2020-12-31", "2021-12-31"], ["2020", "2021"], "year"),
        (["2019-09-30", "2020-09-30"], ["2019", "2020"], "year"),
        (["2020-06-30", "2020-12-31"], ["2020-Q2", "2020-Q4"], "quarter"),
        (["2020-12-31", "2021-10-31"], ["2020-12", "2021-10"], "month"),
    ],
)
def test_a_period_is_as_fine_as_the_dates_of_its_indicator(workbook, dates, periods, frequency):
    path = workbook({"01": [HEADER, *(line("x", date, "1.0") for date in dates)]})
    assert load_barometre(path).period.tolist() == periods
    assert load_barometre_indicators(path).frequency.tolist() == [frequency]


@pytest.mark.parametrize(
    ("sheet", "lines", "message"),
    [
        ("01", [line("x", "2020-01-31", "1,5")], r"sheet '01', row 2: read '1,5', .* a number"),
        ("01", [line("x", "31/01/2020", "1")], r"row 2: read '31/01/2020', .* a date"),
        ("20", [line("x", "2020-01-31", "1")], r"sheet '20', .* the code of a département"),
    ],
)
def test_what_does_not_fit_is_named(workbook, sheet, lines, message):
    with pytest.raises(DataError, match=message):
        load(workbook, *lines, sheet=sheet)


def test_other_columns_are_refused(workbook):
    with pytest.raises(DataError, match=r"sheet '01', row 1: .* the header of the known file"):
        load_barometre(workbook({"01": [HEADER[:-1]]}))


def test_an_empty_sheet_is_refused(workbook):
    with pytest.raises(DataError, match=r"sheet '01', row 1: .* the header of the known file"):
        load_barometre(workbook({"01": []}))


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_text("<html>not found</html>")
    with pytest.raises(DataError, match=r"book\.xlsx is not the file expected"):
        load_barometre(path)


@pytest.fixture(scope="module")
def barometre_path(mirrored):
    return mirrored("etalab-barometre")


@pytest.fixture(scope="module")
def barometre(barometre_path):
    return load_barometre(barometre_path)


class TestRealFile:
    def test_holds_54_indicators_of_101_departements(self, barometre):
        assert barometre.columns.tolist() == COLUMNS
        assert len(barometre) == 116_707 - 1159  # one id stands under two labels
        assert barometre.indicator.nunique() == 54
        assert barometre.territory.nunique() == 101
        assert {"DEP-01", "DEP-2A", "DEP-976"} <= set(barometre.territory)
        assert not barometre.duplicated(["territory", "indicator", "period"]).any()

    def test_the_file_bears_the_series_the_studies_use(self, barometre):
        siae = barometre[barometre.indicator == "nb-beneficiaires-siae"]
        assert len(siae) == 101 * 69
        assert (siae.period.min(), siae.period.max()) == ("2017-01", "2022-09")
        delay = barometre[barometre.indicator == AAH_DELAY]
        assert delay.period.nunique() == 12

    def test_the_missing_values_are_those_of_the_traps_and_no_other(self, barometre):
        assert set(barometre.status) == {"ok", "nd"}
        missing = barometre[barometre.status == "nd"]
        assert missing.groupby("indicator").size().to_dict() == {
            AAH_DELAY: 28,
            HOMELESS: 4 * 101 + 33,  # and Mayotte in December 2017, then May 2018 to Dec. 2020
            FIBRE: 13,
        }
        assert set(missing[missing.indicator == FIBRE].territory) == {"DEP-976"}

    def test_no_zero_is_left_before_these_series_start(self, barometre):
        for indicator in (HOMELESS, FIBRE):
            known = barometre[(barometre.indicator == indicator) & (barometre.status == "ok")]
            assert (known.groupby("territory").value.first() > 0).all()

    def test_indicators_have_a_label_a_unit_and_a_frequency(self, barometre_path):
        known = load_barometre_indicators(barometre_path).set_index("indicator")
        assert len(known) == 54
        assert known.loc[FIBRE, "unit"] == "% de déploiement"
        assert known.loc["nb-beneficiaires-siae", "frequency"] == "month"
        assert known.loc[AAH_DELAY, "frequency"] == "quarter"
        assert set(CAUTIONS) <= set(known.index)
