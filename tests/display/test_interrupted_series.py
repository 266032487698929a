"""The series says how often it left the band, and by how much it differs on average."""

import numpy as np
import pandas as pd

from toolkit.display.interrupted_series import plot_interrupted_series
from toolkit.i18n import language

EN = language("en")
FRAME = pd.DataFrame(
    {
        "period": [2015, 2016, 2017, 2018],
        "observed": [10.0, 11.0, 16.0, 13.0],
        "counterfactual": [10.0, 11.0, 12.0, 13.0],
    }
).assign(low=lambda f: f.counterfactual - 2, high=lambda f: f.counterfactual + 2)


def drawn(frame=FRAME):
    return plot_interrupted_series(frame, adoption=2017, measure="Settled", unit="days", lang=EN)


def test_title_says_the_mean_gap_and_the_alternative_where_it_left_the_band():
    title = "Mean gap to what was expected, since adoption: +2.0 days over 2 periods"
    assert drawn().title == title
    assert "1 above the band, 0 below" in drawn().alt
    both = drawn(FRAME.assign(observed=[10, 11, 5, 19.0]))
    assert "1 above the band, 1 below" in both.alt
    assert "−0.5 days" in both.title


def test_no_period_after_is_unknown():
    figure = drawn(FRAME.assign(observed=[10, 11, np.nan, np.nan]))
    assert figure.title.endswith("unknown over 0 periods")


def test_missing_values_and_unbounded_bands_are_said():
    frame = FRAME.assign(observed=[10.0, np.nan, 16, 13], high=np.inf)
    figure = drawn(frame)
    assert "Broken line" in figure.note
    assert "Band cut at the edge" in figure.note
    assert figure.table.rows[1][1] == "nd"
    assert figure.table.rows[1][4] == "+∞"


def test_table_holds_what_is_drawn():
    assert drawn().table.rows[2] == ("2017", "16.0", "12.0", "10.0", "14.0")
