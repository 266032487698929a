"""The list of offices: communes of today, dates of labels, and nobody's e-mail address."""

import csv
import re

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records.france_services import (
    CAUTIONS,
    OFFICES,
    check_no_email,
    load_france_services,
    load_offices,
)
from toolkit.records.observations import COLUMNS
from toolkit.records.territories import load_territories

OFFICE = {
    "id_fs": "1",
    "insee_dep": "01",
    "lib_fs": "France services de Là-bas",
    "insee_com": "01033",
    "mail": "someone@example.org",
    "telephone": "01 02 03 04 05",
    "commentaire": "écrire à someone@example.org",
    "type_fs": "Principal",
    "format_fs": "Fixe",
    "labellisation_fs": "Espace labellisé 15/01/2020",
}


@pytest.fixture
def listed(tmp_path):
    """Write a list of offices, each given by what differs from `OFFICE`."""

    def write(*offices: dict):
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, OFFICE)
            writer.writeheader()
            writer.writerows({**OFFICE, **office} for office in offices)
        return path

    return write


class TestTraps:
    @pytest.mark.parametrize(
        ("code", "commune"),
        [
            ("75112", "COM-75056"),  # an arrondissement of Paris
            ("69389", "COM-69123"),  # of Lyon
            ("13216", "COM-13055"),  # of Marseille
            ("93059", "COM-93066"),  # merged into Saint-Denis
            ("2A004", "COM-2A004"),
        ],
    )
    def test_a_code_is_that_of_a_commune_of_today(self, listed, code, commune):
        assert load_offices(listed({"insee_com": code})).commune.tolist() == [commune]

    def test_an_unknown_commune_is_named(self, listed):
        with pytest.raises(DataError, match=r"row 3: read '99999', expected the code of a commune"):
            load_offices(listed({}, {"insee_com": "99999"}))

    def test_the_date_is_read_in_the_text_of_the_label(self, listed):
        day = load_offices(listed({})).labelled_on
        assert day.tolist() == [pd.Timestamp(2020, 1, 15)]

    @pytest.mark.parametrize(
        "text", ["Espace labellisé", "01/01/2020", "Espace labellisé 31/02/2020"]
    )
    def test_another_text_is_refused(self, listed, text):
        with pytest.raises(DataError, match=rf"row 2: read '{text}', .*Espace labellisé DD/MM"):
            load_offices(listed({"labellisation_fs": text}))

    def test_addresses_and_numbers_are_not_loaded(self, listed):
        offices = load_offices(listed({}))
        text = offices.to_csv()
        assert "example.org" not in text
        assert "01 02 03" not in text
        assert {"mail", "telephone", "commentaire"}.isdisjoint(offices.columns)

    def test_an_address_in_a_column_that_is_loaded_is_refused_and_not_repeated(self, listed):
        path = listed({}, {"lib_fs": "Écrire à someone@example.org"})
        with pytest.raises(
            DataError, match=r"column lib_fs holds an e-mail address \(row 3\)"
        ) as e:
            load_offices(path)
        assert "someone" not in str(e.value)

    def test_an_at_sign_in_a_name_is_no_address(self, tmp_path):
        check_no_email(pd.DataFrame({"name": ["La Rur@linette", "PADA@ de Là-bas"]}), tmp_path)

    def test_saint_martin_is_no_departement(self, listed):
        path = listed({}, {"id_fs": "2", "insee_dep": "978", "insee_com": "97801"})
        assert load_offices(path).office.tolist() == ["1"]

    def test_an_unknown_departement_is_named(self, listed):
        with pytest.raises(DataError, match=r"row 2: read '20', .* code of a département"):
            load_offices(listed({"insee_dep": "20"}))

    def test_a_bus_counts_where_it_serves_not_where_it_is_based(self, listed):
        path = listed({"insee_dep": "27", "insee_com": "76540"})
        office = load_offices(path).iloc[0]
        assert (office.department, office.commune) == ("DEP-27", "COM-76540")

    def test_a_missing_column_is_named(self, tmp_path):
        path = tmp_path / "list.csv"
        path.write_text("id_fs,lib_fs\n1,a\n")
        with pytest.raises(DataError, match=r"is not the file expected \(.*labellisation_fs"):
            load_offices(path)


def test_counts_accumulate_by_month_and_start_at_zero(listed):
    path = listed(
        {"labellisation_fs": "Espace labellisé 15/02/2020"},
        {"id_fs": "2", "labellisation_fs": "Espace labellisé 01/04/2020"},
        {"id_fs": "3", "insee_dep": "2A", "insee_com": "2A004"},
    )
    table = load_france_services(path)
    ain = table[table.territory == "DEP-01"].set_index("period").value
    assert ain.to_dict() == {"2020-01": 0, "2020-02": 1, "2020-03": 1, "2020-04": 2}
    assert table.groupby("territory").size().eq(4).all()
    assert table.territory.nunique() == 101


def test_the_counts_bear_their_cautions():
    assert CAUTIONS[OFFICES] == ("caution.closed_offices", "caution.label_date")


@pytest.fixture(scope="module")
def list_path(mirrored):
    return mirrored("anct-france-services")


@pytest.fixture(scope="module")
def listed_offices(list_path):
    return load_offices(list_path)


class TestRealFile:
    def test_holds_every_office_but_two_of_saint_martin(self, listed_offices):
        assert len(listed_offices) == 2845 - 2
        assert listed_offices.office.is_unique
        assert listed_offices.department.nunique() == 101

    def test_every_commune_is_of_today(self, listed_offices, list_path):
        codes = listed_offices.commune.str.removeprefix("COM-")
        assert set(codes) <= set(load_territories("COM").code)
        published = pd.read_csv(list_path, usecols=["insee_com"], dtype=str).insee_com
        assert (~published.isin(load_territories("COM").code)).sum() == 32 + 2
        assert (codes == "75056").sum() == published.str.startswith("751").sum()

    def test_labels_run_from_2020_to_2024(self, listed_offices):
        assert listed_offices.labelled_on.min() == pd.Timestamp(2020, 1, 1)
        assert listed_offices.labelled_on.max() == pd.Timestamp(2024, 5, 23)
        years = listed_offices.labelled_on.dt.year.value_counts()
        assert years.to_dict() == {2020: 938, 2021: 912, 2022: 808, 2023: 169, 2024: 16}

    def test_no_address_and_no_number_is_left(self, listed_offices):
        text = listed_offices.to_csv()
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", text)
        assert not re.search(r"\b0\d(?:[ .]\d\d){4}\b", text)

    def test_counts_end_at_the_number_of_offices(self, list_path, listed_offices):
        table = load_france_services(list_path)
        assert table.columns.tolist() == COLUMNS
        assert len(table) == 101 * 53
        last = table[table.period == "2024-05"]
        assert last.value.sum() == len(listed_offices)
        assert (table.groupby("territory").value.diff().dropna() >= 0).all()
