"""Coverage counts every cell by its state, absent ones included."""

import pandas as pd

from toolkit.display.coverage import plot_coverage
from toolkit.i18n import language

EN = language("en")


def panel(n: int) -> pd.DataFrame:
    rows = [
        {"territory": f"T{i:03}", "period": year, "status": "ok"}
        for i in range(n)
        for year in (2015, 2016)
    ]
    return pd.DataFrame(rows)


def test_an_absent_row_is_not_available():
    frame = panel(3).iloc[1:]
    frame.loc[frame.territory == "T002", "status"] = "secret"
    figure = plot_coverage(frame, measure="Settled", lang=EN)
    assert figure.title == "50% of cells are observed (3 of 6)"
    assert "observed 3, statistical secrecy 2, and not available 1" in figure.alt
    assert figure.table.header[1:] == ("observed", "statistical secrecy", "not available")
    assert figure.table.rows == (
        ("T000", "1", "0", "1"),
        ("T001", "2", "0", "0"),
        ("T002", "0", "2", "0"),
    )


def test_many_territories_keep_those_with_gaps():
    frame = panel(120)
    frame.loc[frame.territory == "T110", "status"] = "nd"
    frame.loc[frame.territory < "T050", "status"] = "provisional"
    figure = plot_coverage(frame, measure="Settled", lang=EN)
    assert figure.note == (
        "40 of the 120 territories, those with most gaps (territories with any: 1); the table has "
        "all of them."
    )
    assert figure.title == "57% of cells are observed (138 of 240), 42% provisional"
    assert "T110" in figure.svg.decode()
    assert len(figure.table.rows) == 120
    whole = plot_coverage(panel(120), measure="Settled", lang=EN)
    assert whole.note == (
        "The first 40 of the 120 territories, none having a gap; the table has all of them."
    )


def test_names_stand_in_alphabetical_order_whatever_their_accents():
    names = {"T000": "Savoie", "T001": "Saône-et-Loire", "T002": "Ardèche", "T003": "Ardennes"}
    frame = panel(4).assign(territory=lambda cells: cells.territory.map(names))
    rows = plot_coverage(frame, measure="Settled", lang=EN).table.rows
    assert [row[0] for row in rows] == ["Ardèche", "Ardennes", "Saône-et-Loire", "Savoie"]


def test_all_missing_and_one_cell():
    figure = plot_coverage(panel(1).iloc[:1].assign(status="nd"), measure="Settled", lang=EN)
    assert figure.title == "0% of cells are observed (0 of 1)"
