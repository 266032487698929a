"""DREES: one Rhône, one Corse, years and months, and what is missing or estimated."""

import datetime

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records import drees
from toolkit.records.drees import (
    AIDE_SOCIALE_TABLES,
    PRESTATIONS_TABLES,
    load_aide_sociale,
    load_prestations,
)
from toolkit.records.observations import COLUMNS

HEADER = ["Code région", "Code département", "Département", "2014", 2015]


def survey(*lines: tuple) -> dict[str, list[list]]:
    """Make a table of the survey from (code, count of 2014, count of 2015)."""
    table = [["84", code, "name", *counts] for code, *counts in lines]
    totals = [["TOTAL estimé France métropolitaine", None, None, 999, 999]]
    regions = [[*HEADER[:1], "Région", None, "2014", 2015], ["101", "971", "Guadeloupe", 1, 2]]
    return {"Tab5-pa": [["Tableau 5"], [], HEADER, *table, *totals, [], *regions]}


@pytest.fixture
def load(workbook, monkeypatch):
    """Load tiny tables of the survey."""
    monkeypatch.setattr(drees, "AIDE_SOCIALE_TABLES", {"Tab5-pa": "apa-domicile"})

    def load(*lines: tuple) -> pd.DataFrame:
        return load_aide_sociale(workbook(survey(*lines)))

    return load


def cells(table: pd.DataFrame) -> dict[tuple[str, str], float | None]:
    return {
        (row.territory, row.period): None if row.status == "nd" else row.value
        for row in table.itertuples()
    }


class TestSurveyTraps:
    def test_codes_are_text_whether_printed_as_text_or_number(self, load):
        table = load(("01", 5, 6), (2, 7, 8), (971, 9, 10))
        assert table.territory.unique().tolist() == ["DEP-01", "DEP-02", "DEP-971"]
        assert table.period.unique().tolist() == ["2014", "2015"]

    def test_totals_and_regions_under_the_table_are_not_read(self, load):
        assert len(load(("01", 5, 6))) == 2

    def test_rhone_is_its_whole_not_thrice(self, load):
        table = load(("69", 10, 12), ("69D", None, 5), ("69M", None, 7))
        assert cells(table) == {("DEP-69", "2014"): 10, ("DEP-69", "2015"): 12}

    def test_halves_filled_with_zeros_do_not_make_rhone_zero(self, load):
        table = load(("69", 10, 12), ("69D", 0, 5), ("69M", 0, 7))
        assert cells(table)["DEP-69", "2014"] == 10

    def test_without_a_whole_rhone_is_the_sum_of_its_halves(self, load):
        table = load(("69", 10, None), ("69D", None, 5), ("69M", None, 7))
        assert cells(table) == {("DEP-69", "2014"): 10, ("DEP-69", "2015"): 12}
        assert cells(load(("69D", 1, 5), ("69M", 2, 7)))["DEP-69", "2015"] == 12

    def test_half_a_rhone_is_not_a_rhone(self, load):
        assert cells(load(("69", 10, None), ("69D", None, 5)))["DEP-69", "2015"] is None

    def test_halves_that_do_not_add_up_are_refused(self, load):
        with pytest.raises(
            DataError, match=r"69D \+ 69M = 12\.0, 69 = 13\.0', expected parts that add up"
        ):
            load(("69", 10, 13), ("69D", None, 5), ("69M", None, 7))

    def test_corse_is_a_region_beside_its_departements(self, load):
        table = load(("20", 10, 12), ("2A", 4, "-"), ("2B", 6, None))
        assert cells(table) == {
            ("DEP-2A", "2014"): 4,
            ("DEP-2A", "2015"): None,
            ("DEP-2B", "2014"): 6,
            ("DEP-2B", "2015"): None,
            ("REG-94", "2014"): 10,
            ("REG-94", "2015"): 12,
        }

    def test_the_codes_20a_and_20b_are_2a_and_2b(self, load):
        assert set(load(("20A", 4, 5), ("20B", 6, 7)).territory) == {"DEP-2A", "DEP-2B"}

    def test_a_line_printed_twice_counts_once(self, load):
        assert len(load(("01", 5, 6), ("01", 5, 6))) == 2

    def test_a_line_printed_twice_with_other_counts_is_refused(self, load):
        with pytest.raises(DataError, match=r"row 5: read 'DEP-01 .* 2015 = 7\.0', .* one value"):
            load(("01", 5, 6), ("01", 5, 7))

    def test_a_count_that_is_not_whole_is_an_estimate(self, load):
        table = load(("01", 5, 6.4), ("02", "nd", 0))
        assert table.status.tolist() == ["ok", "imputed", "nd", "ok"]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (("99", 1, 2), r"sheet 'Tab5-pa', row 4: read '99', .* code of a département"),
            (("01", 1, "environ 3"), r"row 4: read 'environ 3', expected a number"),
        ],
    )
    def test_what_does_not_fit_is_named(self, load, line, message):
        with pytest.raises(DataError, match=message):
            load(line)

    def test_a_missing_sheet_is_named(self, workbook):
        with pytest.raises(DataError, match=r"is not the file expected \(Tab1-pa, Tab2-pa"):
            load_aide_sociale(workbook(survey(("01", 5, 6))))


class TestBenefitTraps:
    @pytest.fixture
    def load(self, workbook, monkeypatch):
        monkeypatch.setattr(drees, "PRESTATIONS_TABLES", {"Tableau 2": "rsa"})

        def load(*lines: list, notes=(["nd : non disponible."],)) -> pd.DataFrame:
            top = [["Numero", 1, None, "2A", None], ["Département", "Ain", None, "Corse", None]]
            second = [None, "Effectif", "Evolution", "Effectif", "Evolution"]
            rows = [["Tableau 2"], [], *top, second, *lines, *notes]
            return load_prestations(workbook({"Tableau 2": rows}))

        return load

    def test_growth_rates_and_notes_are_not_read(self, load):
        table = load([datetime.datetime(2020, 5, 1), 7660, "nd", 50, 3.5])
        assert table.value.tolist() == [7660, 50]
        assert table.territory.tolist() == ["DEP-01", "DEP-2A"]
        assert set(table.period) == {"2020-05"}

    def test_starred_months_are_provisional(self, load):
        table = load(
            [datetime.datetime(2020, 5, 1), 10, "nd", 20, "nd"],
            ["juin-20*", 30, "nd", "nd", "nd"],
            ["août-20*", 40, "nd", 50, "nd"],
        )
        ain = table[table.territory == "DEP-01"]
        assert ain.period.tolist() == ["2020-05", "2020-06", "2020-08"]
        assert ain.status.tolist() == ["ok", "provisional", "provisional"]
        assert table[table.territory == "DEP-2A"].status.tolist() == ["ok", "nd", "provisional"]

    def test_an_unknown_month_is_named(self, load):
        with pytest.raises(DataError, match=r"sheet 'Tableau 2', row 7: read 'brum-20', .*a month"):
            load([datetime.datetime(2020, 5, 1), 1, 1, 1, 1], ["brum-20", 1, 1, 1, 1])


@pytest.fixture(scope="module")
def aide_sociale(mirrored):
    return load_aide_sociale(mirrored("drees-aide-sociale"))


class TestRealSurvey:
    def test_holds_100_departements_and_corse(self, aide_sociale):
        assert aide_sociale.columns.tolist() == COLUMNS
        assert set(aide_sociale.indicator) == set(AIDE_SOCIALE_TABLES.values())
        assert aide_sociale.territory.nunique() == 101
        assert {"REG-94", "DEP-69"} <= set(aide_sociale.territory)
        assert {"DEP-976", "69D"}.isdisjoint(aide_sociale.territory)
        assert (aide_sociale.period.min(), aide_sociale.period.max()) == ("1997", "2020")

    def test_departements_add_up_to_the_published_total(self, aide_sociale, mirrored):
        from toolkit.records.spreadsheet import read_sheets

        for sheet in ("Tab5-pa", "Tab7-ph", "Tab1-ase"):
            indicator = AIDE_SOCIALE_TABLES[sheet]
            rows = read_sheets(mirrored("drees-aide-sociale"))[sheet]
            total = next(r for r in rows if str(r[0]).startswith("TOTAL estimé France entière"))
            ours = aide_sociale[
                (aide_sociale.indicator == indicator) & (aide_sociale.period == "2020")
            ]
            ours = ours[~ours.territory.isin(["DEP-2A", "DEP-2B"])]
            assert ours.value.sum() == pytest.approx(total[3 + _years(rows).index("2020")])

    def test_the_missing_are_those_of_corse_since_2018(self, aide_sociale):
        missing = aide_sociale[aide_sociale.status == "nd"]
        assert set(missing.territory) == {"DEP-2A", "DEP-2B"}
        assert set(missing.period) == {"2018", "2019", "2020"}

    def test_estimates_are_those_of_child_protection(self, aide_sociale):
        estimated = aide_sociale[aide_sociale.status == "imputed"]
        assert len(estimated) == 275
        assert estimated.indicator.str.startswith("ase-").all()


def _years(rows: list[list]) -> list[str]:
    header = next(r for r in rows if str(r[1]).replace("\n", " ") == "Code département")
    return [f"{y:.0f}" if isinstance(y, float) else y for y in header[3:] if y != ""]


@pytest.fixture(scope="module")
def prestations(mirrored):
    return load_prestations(mirrored("drees-prestations-solidarite"))


class TestRealBenefits:
    def test_holds_101_departements_every_month(self, prestations):
        assert len(prestations) == 101 * (5 * 46 - 1 + 2 * 43)  # ASS stops a month earlier
        assert set(prestations.indicator) == set(PRESTATIONS_TABLES.values())
        assert prestations.territory.nunique() == 101
        assert prestations.value.notna().all()

    def test_the_last_months_are_provisional(self, prestations):
        starred = (
            prestations[prestations.status == "provisional"].groupby("indicator").period.agg(set)
        )
        assert starred["rsa"] == {f"2020-{month:02d}" for month in range(6, 11)}
        assert starred["ass"] == {f"2020-{month:02d}" for month in range(5, 10)}
        assert "garantie-jeunes" not in starred

    def test_the_example_printed_under_the_table_reads_the_same(self, prestations):
        """DREES: "Fin octobre 2020, 8 800 foyers bénéficiaient du RSA dans l'Ain"."""
        cell = prestations.query(
            "territory == 'DEP-01' and indicator == 'rsa' and period == '2020-10'"
        )
        assert cell.value.tolist() == [8800]
