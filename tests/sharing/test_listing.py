"""Rows say what the manifests say, columns give them back, filters part them."""

import pytest

from toolkit.i18n import language
from toolkit.sharing.entries import find_entries
from toolkit.sharing.listing import Option, filters, in_columns, list_rows

EN, FR = language("en"), language("fr")


@pytest.fixture
def entries(tmp_path, put_report):
    for code, name in (("23", "Creuse"), ("08", "Ardennes"), ("90", "Territoire de Belfort")):
        for lang in ("fr", "en"):
            title = f"{name}: how many?" if lang == "en" else f"{name} : combien ?"
            folder = tmp_path / f"r/DEP/{code}/{lang}"
            put_report(folder, title=title, territories=[f"DEP-{code}"])
    put_report(
        tmp_path / "s/essai/fr", title="Un effet ?", subject="L’essai", project="essai",
        study="essai", status="locked", simulated=True, verdict="harmful", as_of="2025-01-02",
    )  # fmt: skip
    put_report(tmp_path / "r/REG/84/en", title="How many?", territories=["REG-84"])
    return find_entries(tmp_path)


def test_rows_stand_by_kind_then_name_and_say_their_language(entries):
    rows = list_rows(entries, EN)
    assert [row["name"] for row in rows] == [
        "L’essai", "Auvergne-Rhône-Alpes", "Ardennes", "Creuse", "Territoire de Belfort",
    ]  # fmt: skip
    assert rows[0]["lang"] == "fr"
    assert rows[0]["date"] == "Simulated data up to 2 January 2025"
    assert rows[1]["date"].startswith("Data as of")
    assert rows[3]["about"] == "département 23"
    assert rows[3]["pages"] == "fr:html en:html"
    assert [row["lang"] for row in list_rows(entries, FR)] == ["fr", "en", "fr", "fr", "fr"]


def test_columns_hold_each_text_once_and_give_the_rows_back(entries):
    rows = list_rows(entries, FR)
    columns = in_columns(rows)
    assert columns["title"]["values"] == ["Un effet ?", "How many?", "{} : combien ?"]
    assert columns["address"]["values"] == ["s/{}", "r/REG/{}", "r/DEP/{}"]
    assert columns["title"]["at"] == [0, 1, 2, 2, 2]
    for name in rows[0].keys() - {"title", "address"}:
        column = columns[name]
        assert [column["values"][at] for at in column["at"]] == [row[name] for row in rows]
    assert in_columns([]) == {}


def test_a_filter_is_offered_where_it_parts_the_rows(entries):
    offered = filters(list_rows(entries, EN), EN)
    assert list(offered) == ["kind", "project", "status", "data", "verdict", "year"]
    assert offered["kind"] == [
        Option("project", "Projects", 1),
        Option("REG", "Régions", 1),
        Option("DEP", "Départements", 3),
    ]
    assert offered["project"] == [Option("essai", "L’essai", 1)]
    assert offered["verdict"] == [Option("harmful", "Harmful", 1)]
    assert offered["year"] == [Option("2026", "2026", 4), Option("2025", "2025", 1)]
    places = [row for row in list_rows(entries, EN) if row["kind"] == "DEP"]
    assert filters(places, EN) == {}
