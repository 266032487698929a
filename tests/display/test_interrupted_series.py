"""The series says how often it left the band, and by how much it differs on average."""

import numpy as np
import pandas as pd

from toolkit.display.interrupted_series import plot_interrupted_series
from toolkit.i18n import language

EN = language("en")
FRAME = pd.DataFrame(
    {
        "period": [2015, 2016, 2017, 2018],
        "value": [10.0, 11.0, 16.0, 13.0],
        "expected": [10.0, 11.0, 12.0, 13.0],
    }
).assign(low=lambda f: f.expected - 2, high=lambda f: f.expected + 2)


def drawn(frame=FRAME):
    return plot_interrupted_series(frame, adoption=2017, measure="Settled", unit="days", lang=EN)


def test_title_says_where_it_left_the_band():
    assert drawn().title == "Above the expected band: 1 of 2 periods; mean gap +2.0 days"


def test_inside_below_and_both():
    inside = drawn(FRAME.assign(value=FRAME.expected))
    assert inside.title == "Inside the expected band throughout (2 periods); mean gap 0.0 days"
    assert drawn(FRAME.assign(value=[10, 11, 5, 13.0])).title.startswith("Below the expected band")
    both = drawn(FRAME.assign(value=[10, 11, 5, 19.0]))
    assert both.title == "Outside the expected band: 1 above, 1 below, of 2 periods"


def test_missing_values_and_unbounded_bands_are_said():
    frame = FRAME.assign(value=[10.0, np.nan, 16, 13], high=np.inf)
    figure = drawn(frame)
    assert "Broken line" in figure.note
    assert "Band cut at the edge" in figure.note
    assert figure.table.rows[1][1] == "nd"
    assert figure.table.rows[1][4] == "+∞"


def test_table_holds_what_is_drawn():
    assert drawn().table.rows[2] == ("2017", "16.0", "12.0", "10.0", "14.0")
