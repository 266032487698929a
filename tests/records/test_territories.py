"""Territories are found by code, id or name, with what surrounds them; errors name the nearest."""

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import DataError, ToolkitError, UnknownTerritoryError
from toolkit.records.slices import read_slice
from toolkit.records.sources import table_path
from toolkit.records.territories import (
    find_territories,
    larger,
    load_territories,
    load_territory,
    members,
    neighbours,
    parents,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DEP-23", "DEP-23"),
        ("dep-23", "DEP-23"),
        ("REG-84", "REG-84"),
        ("84", "DEP-84"),  # a bare two-character code is a département
        ("2A", "DEP-2A"),
        ("971", "DEP-971"),
        ("23096", "COM-23096"),
        ("2A004", "COM-2A004"),
        ("200054807", "EPCI-200054807"),
        ("FR", "FR"),
        ("Ardèche", "DEP-07"),
        ("ARDECHE", "DEP-07"),
        ("cotes d'armor", "DEP-22"),
        ("Guéret", "COM-23096"),
        ("  23  ", "DEP-23"),
    ],
)
def test_finds_a_territory(text, expected):
    assert load_territory(text).id == expected


@pytest.mark.parametrize(
    ("text", "level", "expected"),
    [("84", "REG", "REG-84"), ("Mayenne", "DEP", "DEP-53"), ("Mayenne", "COM", "COM-53147")],
)
def test_a_level_settles_which(text, level, expected):
    assert load_territory(text, level=level).id == expected


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("2a", ["DEP-2A"]),
        ("1", ["DEP-01", "REG-01"]),
        ("1001", ["COM-01001"]),
        ("Loire", ["DEP-42", "REG-52", "DEP-43", "DEP-44"]),
        ("Mayenne", ["DEP-53", "COM-53147"]),
        ("Saint-Etiene", ["COM-42218"]),
        ("01340", ["COM-01015"]),
    ],
)
def test_an_unknown_territory_names_the_nearest(text, candidates):
    with pytest.raises(UnknownTerritoryError) as caught:
        load_territory(text)
    assert set(candidates) <= set(caught.value.candidates)
    assert caught.value.candidates[0] == candidates[0]
    assert all(candidate in str(caught.value) for candidate in candidates)


def test_a_former_commune_is_told_apart():
    with pytest.raises(UnknownTerritoryError, match=r"not a commune of today.*\n.*Arboys en Bugey"):
        load_territory("01340")


def test_a_number_is_no_code():
    with pytest.raises(UnknownTerritoryError, match=r'"01" is not 1\); seen: 1'):
        load_territory(1)


def test_an_unknown_level_names_the_levels():
    with pytest.raises(ToolkitError, match="no level 'CANTON'; there are: FR, REG, DEP, EPCI, COM"):
        load_territories("CANTON")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
def test_any_text_finds_one_territory_or_says_what_is_wrong(text):
    try:
        load_territory(text)
    except UnknownTerritoryError as error:
        message = str(error)
    else:
        return
    assert any(words in message for words in ("answers to", "names several", "not a commune"))


def test_errors_speak_french_to_the_french(monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "fr")
    with pytest.raises(UnknownTerritoryError, match="correspond à «\xa02a\xa0»"):
        load_territory("2a")


def test_every_level_has_its_official_number():
    counts = load_territories().level.value_counts()
    assert counts["FR"] == 1
    assert counts["REG"] == 18
    assert counts["DEP"] == 101


def test_find_puts_exact_names_first():
    found = find_territories("loire")
    assert found.code.iloc[0] == "42"
    assert {"43", "44", "52"} <= set(found.code)
    assert find_territories("2309", level="COM").code.str.startswith("2309").all()
    assert all(find_territories(nothing).empty for nothing in ("qqqq", "", ".*", "(", "🐸"))


def test_parents_nearest_first():
    chain = [place.id for place in parents(load_territory("COM-23096"))]
    assert chain == ["EPCI-200034825", "DEP-23", "REG-75", "FR"]
    assert [p.id for p in parents(load_territory("DEP-2A"))] == ["REG-94", "FR"]
    assert parents(load_territory("FR")) == []


def test_what_is_larger_holds_more_communes():
    assert [place.id for place in larger(load_territory("COM-75056"))] == [
        "EPCI-200054781", "REG-11", "FR",
    ]  # fmt: skip
    assert larger(load_territory("DEP-23")) == parents(load_territory("DEP-23"))
    assert [place.id for place in larger(load_territory("DEP-974"))] == ["FR"]
    assert larger(load_territory("FR")) == []


def test_an_island_outside_any_epci_has_no_epci_parent():
    yeu = load_territory("COM-85113")
    assert yeu.epci is None
    assert [p.level for p in parents(yeu)] == ["DEP", "REG", "FR"]


def test_members():
    assert len(members(load_territory("REG-94"), "DEP")) == 2
    assert "23096" in set(members(load_territory("DEP-23")).code)
    assert len(members(load_territory("FR"), "REG")) == 18
    assert members(load_territory("COM-23096")).empty
    assert members(load_territory("DEP-23"), "REG").empty


def test_neighbours_of_departments_and_regions():
    assert set(neighbours(load_territory("DEP-23")).code) == {"03", "18", "19", "36", "63", "87"}
    assert set(neighbours(load_territory("REG-53")).code) == {"28", "52"}
    assert neighbours(load_territory("DEP-974")).empty
    with pytest.raises(ToolkitError, match="départements and régions only; level asked: COM"):
        neighbours(load_territory("COM-23096"))


def test_one_department_is_read_without_the_country():
    """The rows of a département lie in row groups of its own, which the filter reads alone."""
    file = pq.ParquetFile(table_path("territories", "population"))
    metadata, column = file.metadata, file.schema_arrow.names.index("department")
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    holding = [
        g.num_rows
        for g in groups
        if (s := g.column(column).statistics) and s.has_min_max and s.min <= "23" <= s.max
    ]
    assert 0 < sum(holding) < 0.15 * metadata.num_rows
    communes = read_slice("population", [("level", "==", "COM"), ("department", "==", "23")])
    assert communes.code.nunique() == 255


def test_a_damaged_table_says_which_and_how_to_restore_it(tmp_path, monkeypatch):
    (tmp_path / "territories").mkdir()
    source = table_path("territories", "territories").parent
    (tmp_path / "territories" / "datapackage.json").write_bytes(
        (source / "datapackage.json").read_bytes()
    )
    (tmp_path / "territories" / "territories.parquet").write_bytes(b"PAR1 cut short")
    monkeypatch.setenv("FUTURS_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"\.parquet is no longer the original .*make data"):
        load_territory("23")


def test_a_missing_data_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("FUTURS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"nowhere does not exist\. Clone the whole repository"):
        load_territory("23")
